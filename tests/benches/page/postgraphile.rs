//! PostGraphile on the same database: a GraphQL server that makes its schema of the tables and reads a page with few
//! statements.
//!
//! It runs in processes of its own. It has nothing to filter by what was decided or to order by the company's name, so it
//! is asked for the first mappings in the order of their keys, which is less work. What health goes by is among the fields.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use crate::{peer::Peer, world::World};

const PAGE: &str = "query Page($integration: UUID!) {
    allCompanyMappings(first: 50, condition: { integrationId: $integration }, orderBy: [PRIMARY_KEY_ASC]) { nodes {
        id state changedAt psaName
        company: consoleCompanyByCompanyId { id name
            contacts: consoleContactsByCompanyId(first: 3, orderBy: [NAME_ASC]) { nodes { id name email } } }
        psaCompany: psaCompanyByPsaCompanyId { id name status deleted missing }
    } }
}";

const PRESET: &str = r#"import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
export default { extends: [PostGraphileAmberPreset], grafserv: { graphiql: false } };
"#;

/// A running process, which ends with this.
pub struct Process(Child);

/// Starts processes of what is installed in a folder with `npm install postgraphile`, and makes sure that they answer.
pub async fn start(
    folder: &str,
    name: &'static str,
    count: usize,
    database: &str,
    world: &World,
) -> (Peer, Vec<Process>) {
    let preset = format!("{folder}/graphile.config.mjs");
    std::fs::write(&preset, PRESET).expect("the folder can be written to");
    let ports: Vec<_> = (0..count).map(|_| free_port()).collect();
    let start = |port: &u16| {
        let process = Command::new("node")
            .arg("node_modules/postgraphile/dist/cli-run.js")
            .args(["-c", database, "-s", "public", "-p", &port.to_string(), "-C", &preset])
            .current_dir(folder)
            .env("NODE_ENV", "production")
            .stdout(Stdio::null())
            .spawn();
        Process(process.expect("node is there"))
    };
    let processes = ports.iter().map(start).collect();
    let bases = ports.iter().map(|port| format!("http://127.0.0.1:{port}/graphql"));
    let variables = json!({ "integration": world.key.uuid().to_string() });
    let body = json!({ "query": PAGE, "variables": variables }).to_string();
    let peer = Peer::new(name, bases.collect(), body);
    peer.ready().await;
    assert_whole(&peer.page().await);
    (peer, processes)
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().expect("it runs");
        self.0.wait().expect("it ends");
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("an address").port()
}

fn assert_whole(answer: &Value) {
    let rows = answer["data"]["allCompanyMappings"]["nodes"].as_array().expect("rows");
    assert_eq!(rows.len(), 50, "{answer}");
    let contacts = |row: &Value| row["company"]["contacts"]["nodes"].as_array().map_or(0, Vec::len);
    assert!(rows.iter().all(|row| contacts(row) == 3), "{answer}");
}
