//! Which permission every root field needs: each field of the running server is sent with each permission alone.
//!
//! A field without a line in the table fails the test, and so does a line without a field. It runs on SQLite alone: a
//! guard decides by the token, before anything is read or written.

use std::collections::BTreeMap;

use psa_bridge::auth::Permission::{self, AgentReport, AuditRead, BillingApprove, PsaManage, PsaRead};
use psa_tests::{Bridge, Client, Options, TestDatabase};
use serde_json::{Value, json};

use crate::surface::{Root, Surface};

/// The permissions of which one is needed.
type Needs = &'static [Permission];

/// What everybody with a token may do.
const ANY: Needs = &Permission::ALL;

const QUERIES: &[(&str, Needs)] = &[
    ("apiTokens", &[PsaManage]),
    ("auditLog", &[AuditRead]),
    ("billableProducts", &[PsaRead]),
    ("connectors", &[PsaRead]),
    ("consoleCompanies", &[PsaRead]),
    ("consoleContacts", &[PsaRead]),
    ("integration", &[PsaRead]),
    ("integrations", &[PsaRead]),
    ("node", &[PsaRead]),
    ("nodes", &[PsaRead]),
    ("viewer", ANY),
];

const MUTATIONS: &[(&str, Needs)] = &[
    ("acceptContactSuggestions", &[PsaManage]),
    ("acceptSuggestions", &[PsaManage]),
    ("activateIntegration", &[PsaManage]),
    ("approveBillingRun", &[BillingApprove]),
    ("bindCompanies", &[PsaManage]),
    ("bindContacts", &[PsaManage]),
    ("bindProducts", &[PsaManage]),
    ("cancelBillingRun", &[PsaManage]),
    ("cancelJob", &[PsaManage]),
    ("checkPermissions", &[PsaManage]),
    ("connectPsa", &[PsaManage]),
    ("copyBillingConfiguration", &[PsaManage]),
    ("createApiToken", &[PsaManage]),
    ("deleteBillingConfiguration", &[PsaManage]),
    ("deleteIntegration", &[PsaManage]),
    ("discardDeliveries", &[PsaManage]),
    ("excludeCompanies", &[PsaManage]),
    ("importFromPsa", &[PsaManage]),
    ("pauseIntegration", &[PsaManage]),
    ("planBilling", &[PsaManage]),
    ("previewTicket", &[PsaRead]),
    ("renameIntegration", &[PsaManage]),
    ("reportBackupRuns", &[AgentReport]),
    ("reportCompanies", &[AgentReport]),
    ("reportContacts", &[AgentReport]),
    ("reportLicenses", &[AgentReport]),
    ("reportRmmAlerts", &[AgentReport]),
    ("reportStorageAccounts", &[AgentReport]),
    ("reportStorageLimitUses", &[AgentReport]),
    ("reportStorageLimits", &[AgentReport]),
    ("reportStorageUsage", &[AgentReport]),
    ("retryBillingLines", &[BillingApprove]),
    ("retryDeliveries", &[PsaManage]),
    ("revokeApiToken", &[PsaManage]),
    ("saveBillingConfiguration", &[PsaManage]),
    ("sendTestTicket", &[PsaManage]),
    ("setCompanyBilling", &[PsaManage]),
    ("setTicketOverride", &[PsaManage]),
    ("unbindCompanies", &[PsaManage]),
    ("unbindContacts", &[PsaManage]),
    ("unbindProducts", &[PsaManage]),
    ("updateBackupAgentTickets", &[PsaManage]),
    ("updateBillingPolicy", &[BillingApprove]),
    ("updateBillingSchedule", &[PsaManage]),
    ("updateCompanyPrices", &[PsaManage]),
    ("updateCredentials", &[PsaManage]),
    ("updateImportSettings", &[PsaManage]),
    ("updateInvoiceSettings", &[PsaManage]),
    ("updatePriceSettings", &[PsaManage]),
    ("updateProvider", &[PsaManage]),
    ("updateRmmAgentTickets", &[PsaManage]),
    ("updateTicketSettings", &[PsaManage]),
];

#[tokio::test]
async fn every_root_field_needs_the_permission_that_the_table_says() {
    let options = Options {
        worker: false,
        ..Options::default()
    };
    let database = TestDatabase::sqlite();
    let bridge = Bridge::start_with(&database, options).await;
    let surface = Surface::read(&bridge.admin()).await;
    let clients = Permission::ALL.map(|permission| (permission, bridge.client("acme", &[permission])));
    let mut wrong = Vec::new();
    for (root, table) in [(Root::Query, QUERIES), (Root::Mutation, MUTATIONS)] {
        let table: BTreeMap<&str, Needs> = table.iter().copied().collect();
        let fields = surface.fields(root);
        let named: Vec<_> = table.keys().copied().collect();
        assert_eq!(fields, named, "the fields of {root:?} and the lines of the table");
        for field in fields {
            for (permission, client) in &clients {
                let answer = send(client, &surface.operation(root, field)).await;
                let needs = table[field];
                let expected = if needs.contains(permission) {
                    is_carried_out(&answer)
                } else {
                    is_forbidden(&answer, needs)
                };
                if !expected {
                    wrong.push(format!("{field} with {permission} alone: {answer}"));
                }
            }
        }
    }
    bridge.stop().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn send(client: &Client, operation: &str) -> Value {
    client.send(operation, json!({})).await.expect("an answer").1
}

/// Whether the resolver was reached. A payload with user errors is what meaningless arguments lead to; an error of the
/// request would mean that the operation was not even well-formed.
fn is_carried_out(answer: &Value) -> bool {
    answer.get("errors").is_none() && answer["data"].is_object()
}

/// Whether it was refused because of the permission, with a remedy that names one that helps.
fn is_forbidden(answer: &Value, needs: Needs) -> bool {
    let extensions = &answer["errors"][0]["extensions"];
    let remedy = extensions["remedy"].as_str().unwrap_or_default();
    extensions["code"] == "FORBIDDEN" && needs.iter().any(|permission| remedy.contains(permission.name()))
}
