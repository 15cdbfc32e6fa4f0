//! What goes into the database comes out as it was, on both databases, and goes where its owner goes.

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::ids::{ApiTokenId, IncidentId, ProviderId};
use psa_entities::incident::IncidentState;
use psa_entities::scope::ProviderScope;
use psa_entities::{
    Exact, YearMonth, agreement, api_token, billing_evidence, billing_line, billing_run, company_mapping,
    console_company, console_contact, contact_mapping, credential, delivery, delivery_attempt, incident, integration,
    job, license, product_mapping, provider, storage_sample,
};
use psa_migration::{Migrator, MigratorTrait};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, Set, SqlErr,
};

use support::databases::on_each_database;
use support::one_of_each::World;

mod support {
    pub(crate) mod databases;
    pub(crate) mod one_of_each;
}

#[tokio::test]
async fn a_row_of_every_table_comes_back_as_it_was() {
    on_each_database("every_table", |db| async move {
        Migrator::up(&db, None).await.unwrap();
        World::insert(&db).await.unwrap();
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn exact_keeps_every_digit() {
    on_each_database("exact", |db| async move {
        let world = migrated_world(&db).await.unwrap();
        for text in [
            "0.1",
            "123456789.123456789",
            "-0.0000000000000000000000000001",
            "79228162514264337593543950335",
        ] {
            let exact: Exact = text.parse().unwrap();
            let line = billing_line::Entity::find_by_id(world.billing_line)
                .one(&db)
                .await
                .unwrap()
                .unwrap();
            let mut line = line.into_active_model();
            (line.amount, line.unit_price) = (Set(exact), Set(Some(exact)));
            line.update(&db).await.unwrap();

            let read = billing_line::Entity::find()
                .filter(billing_line::Column::Amount.eq(exact))
                .one(&db)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(
                (read.amount.to_string(), read.unit_price),
                (text.to_owned(), Some(exact))
            );
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn instants_keep_microseconds_and_sort_whatever_their_precision() {
    on_each_database("instants", |db| async move {
        let world = migrated_world(&db).await.unwrap();
        let sorted: Vec<DateTime<Utc>> = [0, 1, 999, 1_000, 1_001, 500_000, 999_999, 1_000_000, 10_000_000]
            .map(|micros| DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::microseconds(micros))
            .into();
        let job = job::Entity::find_by_id(world.job).one(&db).await.unwrap().unwrap();
        job::Entity::delete_by_id(world.job).exec(&db).await.unwrap();
        for at in sorted.iter().rev() {
            let row = job::Model {
                id: psa_entities::ids::JobId::at(*at),
                run_at: *at,
                dedupe_key: None,
                ..job.clone()
            };
            row.into_active_model().insert(&db).await.unwrap();
        }
        let read = job::Entity::find()
            .order_by_asc(job::Column::RunAt)
            .all(&db)
            .await
            .unwrap();
        assert_eq!(read.iter().map(|job| job.run_at).collect::<Vec<_>>(), sorted);
        for (earlier, at) in sorted.iter().enumerate() {
            let due = job::Entity::find()
                .filter(job::Column::RunAt.lt(*at))
                .count(&db)
                .await
                .unwrap();
            assert_eq!(due, u64::try_from(earlier).unwrap());
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_condition_has_one_open_incident_and_any_number_of_ended_ones() {
    on_each_database("open_key", |db| async move {
        let world = migrated_world(&db).await.unwrap();
        let open = incident::Entity::find_by_id(world.incident)
            .one(&db)
            .await
            .unwrap()
            .unwrap();
        assert!(open.open_key.is_some());
        let another = |number: i64, open_key: Option<String>| {
            let id = IncidentId::at(world.at + TimeDelta::seconds(number));
            let marker = format!("marker {number}");
            incident::Model {
                id,
                marker,
                open_key,
                state: IncidentState::Closed,
                ..open.clone()
            }
            .into_active_model()
        };
        another(1, None).insert(&db).await.unwrap();
        another(2, None).insert(&db).await.unwrap();
        assert!(is_unique_violation(another(3, open.open_key.clone()).insert(&db).await));
        assert_eq!(incident::Entity::find().count(&db).await.unwrap(), 3);
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_name_is_held_by_one_api_token_and_any_number_have_let_go_of_it() {
    on_each_database("live_name", |db| async move {
        let world = migrated_world(&db).await.unwrap();
        let live = api_token::Entity::find_by_id(world.api_token)
            .one(&db)
            .await
            .unwrap()
            .unwrap();
        assert!(live.live_name.is_some());
        let another = |hash: u8, live_name: Option<String>| {
            api_token::Model {
                id: ApiTokenId::at(world.at),
                secret_hash: vec![hash],
                live_name,
                ..live.clone()
            }
            .into_active_model()
        };
        another(1, None).insert(&db).await.unwrap();
        another(2, None).insert(&db).await.unwrap();
        assert!(is_unique_violation(
            another(3, live.live_name.clone()).insert(&db).await
        ));
        assert!(is_unique_violation(another(2, None).insert(&db).await));
        assert_eq!(api_token::Entity::find().count(&db).await.unwrap(), 3);
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn ids_and_enums_and_months_are_found_by_value() {
    on_each_database("by_value", |db| async move {
        let world = migrated_world(&db).await.unwrap();
        let found = incident::Entity::find()
            .filter(incident::Column::IntegrationId.eq(world.integration))
            .filter(incident::Column::State.is_in([IncidentState::ClosedInPsa]))
            .filter(incident::Column::Id.gte(world.incident))
            .count(&db)
            .await
            .unwrap();
        assert_eq!(found, 1);
        let month = YearMonth::of(world.at.date_naive());
        for (bound, expected) in [(month.previous(), 1), (month, 0), (month.next(), 0)] {
            let later = billing_run::Entity::find().filter(billing_run::Column::Month.gt(bound));
            assert_eq!(later.count(&db).await.unwrap(), expected);
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_provider_scope_sees_no_other_provider() {
    on_each_database("scope", |db| async move {
        let world = migrated_world(&db).await.unwrap();
        let (own, other) = (
            ProviderScope::new(world.provider),
            ProviderScope::new(ProviderId::at(world.at)),
        );
        for (scope, expected) in [(other, 0), (own, 1)] {
            assert_eq!(scope.find::<incident::Entity>().count(&db).await.unwrap(), expected);
            assert_eq!(
                scope.find_by_id::<job::Entity>(world.job).count(&db).await.unwrap(),
                expected
            );
            let key = (world.integration, "privateKey".to_owned());
            assert_eq!(
                scope.find_by_id::<credential::Entity>(key).count(&db).await.unwrap(),
                expected
            );
            let renamed = scope
                .update_many::<integration::Entity>()
                .col_expr(integration::Column::Name, Expr::value("renamed"))
                .exec(&db)
                .await
                .unwrap();
            assert_eq!(renamed.rows_affected, expected);
            let deleted = scope.delete_many::<license::Entity>().exec(&db).await.unwrap();
            assert_eq!(deleted.rows_affected, expected);
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_integration_takes_everything_of_it_along_but_the_console_the_api_tokens_and_its_deletion_job() {
    on_each_database("cascade", |db| async move {
        let world = migrated_world(&db).await.unwrap();
        integration::Entity::delete_by_id(world.integration)
            .exec(&db)
            .await
            .unwrap();
        for gone in [
            count::<credential::Entity>(&db).await,
            count::<agreement::Entity>(&db).await,
            count::<company_mapping::Entity>(&db).await,
            count::<contact_mapping::Entity>(&db).await,
            count::<product_mapping::Entity>(&db).await,
            count::<billing_evidence::Entity>(&db).await,
            count::<incident::Entity>(&db).await,
            count::<delivery_attempt::Entity>(&db).await,
        ] {
            assert_eq!(gone.unwrap(), 0);
        }
        for kept in [
            count::<console_company::Entity>(&db).await,
            count::<console_contact::Entity>(&db).await,
            count::<storage_sample::Entity>(&db).await,
            count::<api_token::Entity>(&db).await,
        ] {
            assert_eq!(kept.unwrap(), 1);
        }
        let job = job::Entity::find_by_id(world.job).one(&db).await.unwrap().unwrap();
        assert_eq!(job.integration_id, None);

        provider::Entity::delete_by_id(world.provider).exec(&db).await.unwrap();
        assert_eq!(count::<console_company::Entity>(&db).await.unwrap(), 0);
        assert_eq!(count::<job::Entity>(&db).await.unwrap(), 0);
        assert_eq!(count::<api_token::Entity>(&db).await.unwrap(), 0);
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_cleared_event_leaves_its_delivery() {
    on_each_database("retention", |db| async move {
        let world = migrated_world(&db).await.unwrap();
        psa_entities::agent_event::Entity::delete_by_id(world.agent_event)
            .exec(&db)
            .await
            .unwrap();
        let delivery = delivery::Entity::find_by_id(world.delivery)
            .one(&db)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(delivery.event_id, None);
    })
    .await
    .unwrap();
}

async fn migrated_world(db: &DatabaseConnection) -> Result<World, DbErr> {
    Migrator::up(db, None).await?;
    World::insert(db).await
}

async fn count<E: EntityTrait>(db: &impl ConnectionTrait) -> Result<u64, DbErr>
where
    E::Model: Sync,
{
    E::find().count(db).await
}

fn is_unique_violation<T>(outcome: Result<T, DbErr>) -> bool {
    outcome.is_err_and(|error| matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))))
}
