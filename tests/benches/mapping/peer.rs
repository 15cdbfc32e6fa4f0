//! What the list is compared with: the same page as the JSON of one hand-written statement, sent as it is.

use std::time::Duration;

use psa_entities::ids::ConsoleCompanyId;
use sea_orm::{DbBackend, Statement};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    server::{self, Data},
    world::{Place, World},
};

/// The groups of the list in their order, as a condition.
const GROUPS: [&str; 3] = [
    "m.company_id IS NULL",
    "m.state IS NOT DISTINCT FROM 'MAPPED'",
    "m.state IS NOT DISTINCT FROM 'EXCLUDED'",
];

/// A server that sends what one statement says.
pub struct Peer {
    base: String,
    client: reqwest::Client,
}

#[derive(Debug, Serialize, Deserialize)]
struct Beyond {
    group: usize,
    name: String,
    id: String,
}

impl Peer {
    /// Starts it on the database connections of the server that it is compared with.
    pub fn start(world: &World) -> Self {
        let base = server::start(world, |data, body| {
            let beyond: Option<Beyond> = serde_json::from_slice(body).expect("a place or none");
            statement(data, beyond.as_ref())
        });
        #[expect(clippy::disallowed_methods, reason = "the bench speaks to its own server")]
        let client = reqwest::Client::new();
        Self { base, client }
    }

    /// Asks for the page that begins at a place.
    pub async fn ask(&self, place: Option<&Place>) -> (Duration, Value) {
        let beyond = place.map(|place| Beyond {
            group: place.group,
            name: place.last.0.clone(),
            id: place.last.1.to_string(),
        });
        let started = Instant::now();
        let answer = self
            .client
            .post(&self.base)
            .json(&beyond)
            .send()
            .await
            .expect("an answer");
        let rows = answer.json().await.expect("JSON");
        (started.elapsed(), rows)
    }
}

/// The page as one statement: of each group that it may have rows of, as many rows as it may have.
fn statement(data: &Data, beyond: Option<&Beyond>) -> Statement {
    let backend = data.db.get_database_backend();
    let (object, array, text) = match backend {
        DbBackend::Sqlite => ("json_object", "json_group_array(json(entry))", ""),
        _ => ("json_build_object", "json_agg(entry)", "::text"),
    };
    let mut values: Vec<sea_orm::Value> = vec![data.provider.uuid().into(), data.integration.uuid().into()];
    let mut place = "";
    if let Some(beyond) = beyond {
        let id: ConsoleCompanyId = beyond.id.parse().expect("an id");
        values.extend([beyond.name.clone().into(), id.uuid().into()]);
        place = "AND (c.name, c.id) > ($3, $4)";
    }
    let first = beyond.map_or(0, |beyond| beyond.group);
    let groups: Vec<_> = (first..GROUPS.len())
        .map(|group| {
            let condition = GROUPS[group];
            let place = if group == first { place } else { "" };
            format!(
                "SELECT * FROM (SELECT {object}(
                    'state', coalesce(m.state, 'UNMAPPED'),
                    'health', CASE WHEN p.id IS NULL THEN 'OK' WHEN p.deleted THEN 'DELETED'
                        WHEN lower(p.status) = 'inactive' THEN 'INACTIVE' WHEN m.psa_name <> p.name THEN 'RENAMED' ELSE 'OK' END,
                    'changedAt', m.changed_at,
                    'company', {object}('id', {id_c}, 'name', c.name),
                    'psaCompany', CASE WHEN p.id IS NULL THEN NULL ELSE {object}('id', {id_p}, 'name', p.name) END,
                    'held', (SELECT count(*) FROM delivery d JOIN incident i ON i.id = d.incident_id
                        WHERE i.company_id = c.id AND d.integration_id = $2 AND d.state = 'HELD'
                        AND d.hold IN ('COMPANY_UNMAPPED', 'COMPANY_EXCLUDED')),
                    'configured', (SELECT count(*) FROM billing_configuration b
                        WHERE b.company_id = c.id AND b.integration_id = $2 AND b.enabled)
                ) AS entry
                FROM console_company c
                LEFT JOIN company_mapping m ON m.company_id = c.id AND m.integration_id = $2
                LEFT JOIN psa_company p ON p.id = m.psa_company_id
                WHERE c.provider_id = $1 AND {condition} {place}
                ORDER BY c.name, c.id LIMIT 51) AS g{group}",
                id_c = id(backend, "c.id"),
                id_p = id(backend, "p.id"),
            )
        })
        .collect();
    let sql = format!(
        "SELECT {array}{text} FROM (SELECT entry FROM ({}) AS parts LIMIT 50) AS page",
        groups.join(" UNION ALL ")
    );
    Statement::from_sql_and_values(backend, sql, values)
}

fn id(backend: DbBackend, column: &str) -> String {
    match backend {
        DbBackend::Sqlite => format!("lower(hex({column}))"),
        _ => format!("{column}::text"),
    }
}
