//! 10,000 console companies, 8,000 PSA companies, and what was decided about them.

use psa_entities::{
    company_mapping::{self, MappingState},
    console_company,
    ids::{CompanyMappingId, ConsoleCompanyId, IntegrationId, ProviderId, PsaCompanyId},
    integration,
    psa_company::{self, CompanyTypes},
};
use psa_tests::{Bridge, Options, TestDatabase, setup};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryOrder};
use serde_json::{Value, json};

pub const CONSOLE: usize = 10_000;
pub const PSA: usize = 8_000;
const BATCH: usize = 1_000;

const WORDS: [&str; 12] = [
    "Alpine", "Bayside", "Cedar", "Delta", "Eastern", "Fabrikam", "Granite", "Harbor", "Indigo", "Juniper", "Kestrel",
    "Lakeview",
];
const TRADES: [&str; 8] = [
    "Dental",
    "Legal",
    "Foods",
    "Logistics",
    "Clinic",
    "Motors",
    "Schools",
    "Systems",
];

/// A server with everything in it.
pub struct World {
    pub bridge: Bridge,
    /// The integration's global id.
    pub integration: String,
    /// Its key.
    pub key: IntegrationId,
    /// The tenant.
    pub provider: ProviderId,
}

/// Where a page begins: the group and the last row before it.
pub struct Place {
    pub group: usize,
    pub last: (String, ConsoleCompanyId),
}

fn name(number: usize) -> String {
    // 7,919 is prime to the count: names come in no order and none twice.
    let number = number * 7_919 % CONSOLE;
    let (word, trade) = (WORDS[number % WORDS.len()], TRADES[number / WORDS.len() % TRADES.len()]);
    format!("{word} {trade} {number:05}")
}

/// What was decided about a company: of ten, six are bound and one is left out.
fn decided(number: usize) -> Option<MappingState> {
    match number % 10 {
        0..6 => Some(MappingState::Mapped),
        6 => Some(MappingState::Excluded),
        _ => None,
    }
}

impl World {
    pub async fn make(database: &TestDatabase) -> Self {
        let options = Options {
            worker: false,
            ..Options::default()
        };
        let bridge = Bridge::start_with(database, options).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        let numbers: Vec<_> = (0..CONSOLE).collect();
        for chunk in numbers.chunks(BATCH) {
            let records: Vec<_> = chunk
                .iter()
                .map(|number| json!({ "externalId": format!("c{number}"), "name": name(*number) }))
                .collect();
            client
                .succeed(setup::REPORT_COMPANIES, json!({ "records": records }))
                .await;
        }
        let db = bridge.app.db.write();
        let row = integration::Entity::find().one(db).await.expect("a row").expect("one");
        let world = Self {
            integration,
            key: row.id,
            provider: row.provider_id,
            bridge,
        };
        world.fill().await;
        world
    }

    /// PSA companies and decisions go into the tables directly: how they get there is not what is measured.
    async fn fill(&self) {
        let app = &self.bridge.app;
        let (db, now) = (app.db.write(), app.now());
        let psa: Vec<_> = (0..PSA)
            .map(|number| psa_company::Model {
                id: PsaCompanyId::at(now),
                provider_id: self.provider,
                integration_id: self.key,
                external_id: number.to_string(),
                identifier: Some(format!("PSA{number}")),
                name: name(number),
                normalized_name: name(number).to_lowercase(),
                status: Some("Active".to_owned()),
                types: CompanyTypes::default(),
                deleted: number % 50 == 0,
                missing: false,
                imported_at: now,
            })
            .collect();
        let console = console_company::Entity::find().all(db).await.expect("companies");
        let decisions: Vec<_> = console
            .iter()
            .filter_map(|company| {
                let number: usize = company.external_id[1..].parse().expect("a number");
                let state = decided(number)?;
                let bound = (state == MappingState::Mapped).then(|| &psa[number % PSA]);
                let renamed = number % 25 == 1;
                Some(company_mapping::Model {
                    id: CompanyMappingId::at(now),
                    provider_id: self.provider,
                    integration_id: self.key,
                    company_id: company.id,
                    state,
                    psa_company_id: bound.map(|psa| psa.id),
                    psa_name: bound.map(|psa| {
                        if renamed {
                            "As it was".to_owned()
                        } else {
                            psa.name.clone()
                        }
                    }),
                    changed_at: now,
                    changed_by: "ann".to_owned(),
                })
            })
            .collect();
        for chunk in psa.chunks(BATCH) {
            let rows = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
            psa_company::Entity::insert_many(rows)
                .exec_without_returning(db)
                .await
                .expect("PSA companies are stored");
        }
        for chunk in decisions.chunks(BATCH) {
            let rows = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
            company_mapping::Entity::insert_many(rows)
                .exec_without_returning(db)
                .await
                .expect("decisions are stored");
        }
        // Otherwise the planner of a database that has just been filled does not know what is in it.
        db.execute_unprepared("ANALYZE").await.expect("statistics are gathered");
    }

    /// Where each page of the whole list begins: nothing for the first.
    pub async fn places(&self, page: usize) -> Vec<Option<Place>> {
        let db = self.bridge.app.db.read();
        let rows = console_company::Entity::find()
            .find_also_related(company_mapping::Entity)
            .order_by_asc(console_company::Column::Name)
            .order_by_asc(console_company::Column::Id)
            .all(db)
            .await
            .expect("companies");
        let group = |mapping: &Option<company_mapping::Model>| match mapping.as_ref().map(|mapping| mapping.state) {
            None => 0,
            Some(MappingState::Mapped) => 1,
            Some(MappingState::Excluded) => 2,
        };
        let mut rows: Vec<_> = rows
            .into_iter()
            .map(|(company, mapping)| (group(&mapping), company))
            .collect();
        rows.sort_by_key(|(group, _)| *group);
        let begin = |index: usize| {
            let (group, last) = &rows[index * page - 1];
            Place {
                group: *group,
                last: (last.name.clone(), last.id),
            }
        };
        (0..rows.len().div_ceil(page))
            .map(|index| (index > 0).then(|| begin(index)))
            .collect()
    }

    /// What people look for: a word, the beginning of one, a number, an id of the console.
    pub fn searches(&self) -> Vec<Value> {
        ["alpine", "kest", "Dental 0", "00042", "c777", "harbor motors"]
            .map(|search| json!({ "search": search }))
            .to_vec()
    }
}
