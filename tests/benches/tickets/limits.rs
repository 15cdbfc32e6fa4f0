//! What there is without the server: how fast its database takes rows and commits, and its PSA tickets.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use psa_bridge::database::Database;
use psa_connectors::{
    Credentials, PsaConnector,
    record::{BoardId, CompanyId, Routing, StatusId, TicketDraft, WriteKey},
};
use sea_orm::{ConnectionTrait, Statement};
use secrecy::SecretString;
use tokio::{task::JoinSet, time::Instant};

use crate::desk::{CONTOSO, Desk, status};

/// As many as there are senders, and as a connector has calls under way.
const AT_ONCE: usize = 4;
const ROWS: usize = 20_000;
const IN_A_STATEMENT: usize = 100;
const COMMITS: usize = 2_000;
const TICKETS: usize = 2_000;

/// What an event says, about as long as the real ones.
const DETAIL: &str = r#"{"planName":"Nightly","computerName":"PC-12345","status":"ERROR","message":null,"link":null}"#;

/// Limits that the server cannot exceed, each for one second.
#[derive(Debug)]
pub struct Limits {
    /// Events that are no more than a row each, 100 in a statement that commits.
    pub events: f64,
    /// Tickets whose two commits, one before the call and one after it, are all that they take.
    pub tickets: f64,
    /// Tickets that the connector creates in the PSA, with nothing kept of them.
    pub simulator: f64,
}

impl Limits {
    /// Measures them on the database and in the PSA of a desk, and cleans up.
    pub async fn measure(desk: &Desk) -> Self {
        let db = &desk.bridge.app.db;
        let table =
            "CREATE TABLE bench (id VARCHAR(40) PRIMARY KEY, company VARCHAR(40), condition VARCHAR(200), detail TEXT)";
        db.write().execute_unprepared(table).await.expect("a table");
        let events = rows(db, ROWS, IN_A_STATEMENT, "r").await;
        let commits = rows(db, COMMITS, 1, "c").await;
        db.write()
            .execute_unprepared("DROP TABLE bench")
            .await
            .expect("it is dropped");
        let simulator = tickets(desk).await;
        Self {
            events,
            tickets: commits / 2.0,
            simulator,
        }
    }
}

/// Rows a second.
async fn rows(db: &Database, rows: usize, in_a_statement: usize, name: &'static str) -> f64 {
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for task in 0..AT_ONCE {
        let db = db.clone();
        tasks.spawn(async move {
            for first in (0..rows / AT_ONCE).step_by(in_a_statement) {
                let place = |row: usize| {
                    let from = row * 4;
                    format!("(${}, ${}, ${}, ${})", from + 1, from + 2, from + 3, from + 4)
                };
                let places: Vec<_> = (0..in_a_statement).map(place).collect();
                let values = (first..first + in_a_statement).flat_map(|row| {
                    let id = format!("{name}-{task}-{row}");
                    [
                        id.clone(),
                        "c0".to_owned(),
                        format!("backup/c0/{id}/Nightly"),
                        DETAIL.to_owned(),
                    ]
                });
                let sql = format!("INSERT INTO bench VALUES {}", places.join(", "));
                let values: Vec<_> = values.map(sea_orm::Value::from).collect();
                let backend = db.write().get_database_backend();
                let insert = Statement::from_sql_and_values(backend, sql, values);
                db.write().execute_raw(insert).await.expect("rows are stored");
            }
        });
    }
    tasks.join_all().await;
    a_second(rows, started.elapsed())
}

/// Tickets a second.
async fn tickets(desk: &Desk) -> f64 {
    let simulator = &desk.bridge.simulator;
    let connector = connector(desk);
    let company = CompanyId::new(desk.company_in_the_psa(CONTOSO.1).to_string());
    let boards = simulator.records("boards");
    let board = boards.iter().find(|board| board["name"] == "Backup Alerts");
    let board = BoardId::new(board.expect("there is such a board")["id"].to_string());
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for task in 0..AT_ONCE {
        let (connector, company, board) = (Arc::clone(&connector), company.clone(), board.clone());
        tasks.spawn(async move {
            for number in 0..TICKETS / AT_ONCE {
                let draft = TicketDraft {
                    company: company.clone(),
                    contact: None,
                    summary: format!("Backup Failed: Nightly on PC-{task}-{number}"),
                    body: DETAIL.to_owned(),
                    routing: Routing {
                        board: board.clone(),
                        status: Some(StatusId::new(status::NEW.to_string())),
                        fields: BTreeMap::new(),
                    },
                };
                let key = WriteKey::new(format!("PB:{task}-{number}"));
                connector.create_ticket(&draft, &key).await.expect("a ticket");
            }
        });
    }
    tasks.join_all().await;
    let rate = a_second(TICKETS, started.elapsed());
    for ticket in simulator.records("tickets") {
        let id = ticket["id"].as_i64().expect("a number");
        simulator.remove("tickets", id).expect("it is there");
    }
    rate
}

fn connector(desk: &Desk) -> Arc<dyn PsaConnector> {
    let values = [
        ("site", desk.bridge.simulator.base_url()),
        ("company_id", "training"),
        ("public_key", "public"),
        ("private_key", "private"),
    ];
    let credentials =
        Credentials::new(values.map(|(name, value)| (name.to_owned(), SecretString::from(value.to_owned()))));
    let app = &desk.bridge.app;
    let connector = app.registry.connect("connectwise", &credentials, &app.platform);
    connector
        .expect("it is built in")
        .expect("the credentials are complete")
}

fn a_second(number: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(number).expect("a small number")) / took.as_secs_f64()
}
