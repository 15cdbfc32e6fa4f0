//! Changing the vault key, over real databases.

use std::sync::Arc;

use psa_connectors::SystemEntropy;
use psa_entities::{ProviderScope, integration, integration::IntegrationStatus};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, ModelTrait};
use secrecy::ExposeSecret;

use super::*;
use crate::{
    app::testing::{Backend, TestApp, on_each_database},
    config::VaultConfig,
    integrations::webhooks::{SECRET, TOKEN},
    vault::Binding,
};

const OLD: &str = "old:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NEW: &str = "new:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
const LOST: &str = "lost:ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A=";

const FIELDS: [&str; 3] = ["private_key", "public_key", "site"];

fn vault(keys: &[&str]) -> Vault {
    let keys = Some(keys.join(",").into());
    Vault::new(&VaultConfig { keys }, Arc::new(SystemEntropy)).unwrap()
}

/// A tenant whose integrations have secrets that are their own fields' names.
struct Fixture {
    test: TestApp,
    scope: ProviderScope,
}

impl Fixture {
    async fn start(backend: Backend) -> Option<Self> {
        let test = TestApp::on(backend, |_| {}).await?;
        let scope = test.provider("msp-1").await;
        Some(Self { test, scope })
    }

    fn db(&self) -> &Database {
        &self.test.app.db
    }

    /// An integration whose credentials and webhook this vault seals.
    async fn integration(&self, vault: &Vault) -> IntegrationId {
        let now = self.test.app.now();
        let id = IntegrationId::at(now);
        let row = integration::Model {
            id,
            provider_id: self.scope.provider_id(),
            connector_kind: "connectwise".to_owned(),
            name: id.to_string(),
            status: IntegrationStatus::Connected,
            problem: None,
            account: None,
            created_at: now,
            updated_at: now,
            activated_at: None,
        };
        self.insert(row).await;
        for field in FIELDS {
            self.insert(self.credential(vault, id, field, field)).await;
        }
        let (token, secret) = (self.seal(vault, id, TOKEN, TOKEN), self.seal(vault, id, SECRET, SECRET));
        let row = webhook::Model {
            integration_id: id,
            provider_id: self.scope.provider_id(),
            public_url: "https://psa.example.com/".to_owned(),
            key_id: token.key_id,
            token: token.bytes,
            secret: secret.bytes,
            ensured_at: Some(now),
            last_delivery_at: None,
            problem: None,
        };
        self.insert(row).await;
        id
    }

    async fn insert<M>(&self, row: M)
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
        <M::Entity as EntityTrait>::ActiveModel: Send,
    {
        let row = row.into_active_model().reset_all();
        let insert = M::Entity::insert(row);
        insert.exec_without_returning(self.db().write()).await.unwrap();
    }

    fn seal(&self, vault: &Vault, integration: IntegrationId, field: &str, value: &str) -> Sealed {
        let binding = Binding {
            provider: self.scope.provider_id(),
            integration,
            field,
        };
        vault.seal(&binding, &value.into()).unwrap()
    }

    fn credential(&self, vault: &Vault, id: IntegrationId, field: &str, value: &str) -> credential::Model {
        let sealed = self.seal(vault, id, field, value);
        credential::Model {
            integration_id: id,
            field: field.to_owned(),
            provider_id: self.scope.provider_id(),
            key_id: sealed.key_id,
            sealed: sealed.bytes,
            hint: Some("hint".to_owned()),
            set_at: self.test.app.now(),
        }
    }

    async fn credentials(&self) -> Vec<credential::Model> {
        credential::Entity::find().all(self.db().read()).await.unwrap()
    }

    async fn webhooks(&self) -> Vec<webhook::Model> {
        webhook::Entity::find().all(self.db().read()).await.unwrap()
    }

    /// Makes sure that this vault opens everything, and finds in it what was sealed.
    async fn opens(&self, vault: &Vault) {
        for row in self.credentials().await {
            assert_eq!(value(vault, &row), row.field);
        }
        for row in self.webhooks().await {
            for (field, secret) in open(vault, &row).unwrap() {
                assert_eq!(secret.expose_secret(), field);
            }
        }
    }
}

/// What a vault finds in a row.
fn value(vault: &Vault, row: &credential::Model) -> String {
    open(vault, row).unwrap().remove(0).1.expose_secret().to_owned()
}

fn tally(sealed_again: u64, current: u64) -> Tally {
    Tally {
        sealed_again,
        current,
        left: 0,
    }
}

on_each_database! {
    everything_is_sealed_again_once
    what_somebody_wrote_meanwhile_is_not_overwritten
    keys_that_are_replaced_all_the_time_are_those_that_were_entered_last
    a_rotation_that_stopped_in_the_middle_goes_on
    what_no_key_opens_is_named_and_the_rest_goes_on
    what_an_older_process_seals_behind_its_back_is_counted
}

async fn everything_is_sealed_again_once(fixture: Fixture) {
    for _ in 0..2 {
        fixture.integration(&vault(&[OLD])).await;
    }
    fixture.integration(&vault(&[NEW, OLD])).await;
    let before = fixture.credentials().await;
    let both = vault(&[NEW, OLD]);
    let rotation = rotate(fixture.db(), &both).await.unwrap();
    assert_eq!(
        (rotation.credentials, rotation.webhooks, rotation.is_complete()),
        (tally(6, 3), tally(2, 1), true)
    );
    fixture.opens(&vault(&[NEW])).await;
    for (before, after) in before.iter().zip(fixture.credentials().await) {
        assert_eq!(
            (&after.field, &after.hint, after.set_at),
            (&before.field, &before.hint, before.set_at),
            "only the seal is another"
        );
    }
    let sealed = (fixture.credentials().await, fixture.webhooks().await);
    let again = rotate(fixture.db(), &both).await.unwrap();
    assert_eq!((again.credentials, again.webhooks), (tally(0, 9), tally(0, 3)));
    assert_eq!((fixture.credentials().await, fixture.webhooks().await), sealed);
}

async fn what_somebody_wrote_meanwhile_is_not_overwritten(fixture: Fixture) {
    let (old, both) = (vault(&[OLD]), vault(&[NEW, OLD]));
    let id = fixture.integration(&old).await;
    let find = async |field: &str| {
        let row = credential::Entity::find_by_id((id, field.to_owned()));
        row.one(fixture.db().read()).await.unwrap()
    };
    let write = async |row: credential::Model| {
        let row = row.into_active_model().reset_all();
        row.update(fixture.db().write()).await.unwrap();
    };

    let read = find("site").await.unwrap();
    write(fixture.credential(&old, id, "site", "by an older process")).await;
    let renewed = renew(fixture.db(), &both, read).await.unwrap();
    assert!(matches!(renewed, Renewed::SealedAgain), "{renewed:?}");
    let now = find("site").await.unwrap();
    assert_eq!(
        (now.key_id.as_str(), value(&both, &now).as_str()),
        ("new", "by an older process")
    );

    let read = find("public_key").await.unwrap();
    write(fixture.credential(&both, id, "public_key", "by a newer process")).await;
    let renewed = renew(fixture.db(), &both, read).await.unwrap();
    assert!(matches!(renewed, Renewed::Current), "{renewed:?}");
    assert_eq!(value(&both, &find("public_key").await.unwrap()), "by a newer process");

    let read = find("private_key").await.unwrap();
    read.clone().delete(fixture.db().write()).await.unwrap();
    let renewed = renew(fixture.db(), &both, read).await.unwrap();
    assert!(matches!(renewed, Renewed::Gone), "{renewed:?}");
    assert_eq!(find("private_key").await, None);

    let read = fixture.webhooks().await.remove(0);
    let moved = fixture.seal(&old, id, TOKEN, "another");
    let change = webhook::ActiveModel {
        integration_id: Set(id),
        token: Set(moved.bytes),
        ..Default::default()
    };
    change.update(fixture.db().write()).await.unwrap();
    renew(fixture.db(), &both, read).await.unwrap();
    let now = fixture.webhooks().await.remove(0);
    let opened = open(&vault(&[NEW]), &now).unwrap();
    let opened: Vec<_> = opened.iter().map(|(_, secret)| secret.expose_secret()).collect();
    assert_eq!(opened, ["another", SECRET]);
}

async fn keys_that_are_replaced_all_the_time_are_those_that_were_entered_last(fixture: Fixture) {
    let (old, both) = (vault(&[OLD]), vault(&[NEW, OLD]));
    let id = fixture.integration(&old).await;
    // As updateCredentials does it: all rows of the integration are replaced, in one transaction.
    let replacing = async {
        for round in 0..40 {
            let transaction = fixture.db().begin().await.unwrap();
            let own = fixture.scope.delete_many::<credential::Entity>();
            own.exec(&transaction).await.unwrap();
            for field in FIELDS {
                let row = fixture.credential(&old, id, field, &format!("{field} {round}"));
                let row = row.into_active_model().reset_all();
                row.insert(&transaction).await.unwrap();
            }
            transaction.commit().await.unwrap();
            let rows = fixture.credentials().await;
            let all = rows
                .iter()
                .all(|row| value(&both, row) == format!("{} {round}", row.field));
            assert!(all && rows.len() == FIELDS.len(), "round {round}");
        }
    };
    let rotating = async {
        loop {
            rotate(fixture.db(), &both).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = replacing => {}
        () = rotating => {}
    }
    assert!(rotate(fixture.db(), &both).await.unwrap().is_complete());
    for row in fixture.credentials().await {
        assert_eq!(value(&vault(&[NEW]), &row), format!("{} 39", row.field));
    }
}

async fn a_rotation_that_stopped_in_the_middle_goes_on(fixture: Fixture) {
    let (old, both) = (vault(&[OLD]), vault(&[NEW, OLD]));
    let integrations = rows::PAGE / 2;
    for _ in 0..integrations {
        fixture.integration(&old).await;
    }
    let mut stopped = Tally::default();
    let after = page::<credential::Model>(fixture.db(), &both, None, &mut stopped, &mut Vec::new()).await;
    assert!(after.unwrap().is_some());
    assert_eq!(stopped, tally(rows::PAGE, 0));
    fixture.opens(&both).await;

    let rest = integrations * 3 - rows::PAGE;
    let rotation = rotate(fixture.db(), &both).await.unwrap();
    assert_eq!(
        (rotation.credentials, rotation.webhooks),
        (tally(rest, rows::PAGE), tally(integrations, 0))
    );
    fixture.opens(&vault(&[NEW])).await;
}

async fn what_no_key_opens_is_named_and_the_rest_goes_on(fixture: Fixture) {
    let lost = fixture.integration(&vault(&[LOST])).await;
    let old = fixture.integration(&vault(&[OLD])).await;
    // Bytes of another row, under the current key.
    let new = vault(&[NEW]);
    let moved = credential::Model {
        field: "member_id".to_owned(),
        ..fixture.credential(&new, old, "site", "site")
    };
    fixture.insert(moved).await;

    let rotation = rotate(fixture.db(), &vault(&[NEW, OLD])).await.unwrap();
    assert!(!rotation.is_complete());
    assert_eq!(rotation.overtaken, 0);
    assert_eq!(
        (rotation.credentials.sealed_again, rotation.webhooks.sealed_again),
        (3, 1)
    );
    assert_eq!((rotation.credentials.left, rotation.webhooks.left), (3, 1));
    let mut unopened: Vec<_> = rotation
        .unopened
        .iter()
        .map(|unopened| {
            (
                unopened.integration,
                unopened.field.as_str(),
                unopened.reason.to_string(),
            )
        })
        .collect();
    unopened.sort();
    let unknown = "the key `lost` that sealed this secret is not in PSA_VAULT_KEYS; there are: new, old";
    let mut expected: Vec<_> = FIELDS
        .iter()
        .chain([&TOKEN, &SECRET])
        .map(|field| (lost, *field, unknown.to_owned()))
        .collect();
    let refused = "the sealed secret of field `member_id` was changed, or belongs to another place";
    expected.push((old, "member_id", refused.to_owned()));
    expected.sort();
    assert_eq!(unopened, expected);

    // The key is found again.
    let rotation = rotate(fixture.db(), &vault(&[NEW, LOST])).await.unwrap();
    assert_eq!((rotation.credentials.sealed_again, rotation.unopened.len()), (3, 1));
}

async fn what_an_older_process_seals_behind_its_back_is_counted(fixture: Fixture) {
    let (old, both) = (vault(&[OLD]), vault(&[NEW, OLD]));
    let id = fixture.integration(&old).await;
    rotate(fixture.db(), &both).await.unwrap();
    // Its row was passed before it was written.
    let row = fixture.credential(&old, id, "site", "site");
    let row = row.into_active_model().reset_all();
    row.update(fixture.db().write()).await.unwrap();
    let (credentials, webhooks) = (tally(3, 0), tally(1, 0));
    let rotation = judge(fixture.db(), &both, credentials, webhooks, Vec::new())
        .await
        .unwrap();
    assert_eq!((rotation.overtaken, rotation.is_complete()), (1, false));
}
