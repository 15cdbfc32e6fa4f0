//! A well-formed input for every mutation. `@Type` stands for the id of a record of that type, `@company`, `@storage`
//! and `@limit` for what the console calls one.

use serde_json::{Value, json};

use super::world::month;

/// What a mutation says to an id that leads nowhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// `NOT_FOUND`, at the place of the id.
    NotFound,
    /// What it says of the record that the id narrows down, since it has nothing to do there.
    NothingToDo,
}

/// One mutation.
pub(super) struct Case {
    pub(super) mutation: &'static str,
    pub(super) input: Value,
    pub(super) says: Says,
}

fn case(mutation: &'static str, input: Value) -> Case {
    Case {
        mutation,
        input,
        says: Says::NotFound,
    }
}

/// Every mutation, those last that take away what others need.
pub(super) fn all(site: &str) -> Vec<Case> {
    let credentials = json!([
        { "field": "site", "value": site },
        { "field": "company_id", "value": "training" },
        { "field": "public_key", "value": "public" },
        { "field": "private_key", "value": "private" },
    ]);
    let of = |mut input: Value| {
        input["integrationId"] = json!("@Integration");
        input
    };
    let run = json!({
        "eventId": "ours-event", "companyExternalId": "@company", "computerName": "PC-1", "planName": "Nightly", "status": "ERROR",
    });
    let alert = json!({
        "eventId": "ours-event", "companyExternalId": "@company", "computerName": "PC-1", "alertType": "CPU_USAGE",
        "severity": "PROBLEM", "beginAt": "2026-03-07T10:00:00Z", "title": "Processor at 99 %",
    });
    let licence = json!({
        "externalId": "c0-Server-0", "companyExternalId": "@company", "licenseType": "Server", "taken": true,
    });
    let volume = json!({
        "companyExternalId": "@company", "storageAccountExternalId": "@storage", "day": format!("{}-07", month()), "backupBytes": "7",
    });
    let holder = json!({
        "externalId": "ours-holder", "companyExternalId": "@company", "storageLimitExternalId": "@limit", "label": "Taken over",
    });
    let item = json!({ "productId": "@BillableProduct", "psaProductId": "@PsaProduct", "unit": "GB" });
    let configuration = json!({
        "id": "@BillingConfiguration", "companyId": "@ConsoleCompany", "agreementId": "@Agreement",
        "startMonth": month(), "items": [item],
    });
    let binding = json!({ "companyId": "@ConsoleCompany", "psaCompanyId": "@PsaCompany" });
    let contact = json!({ "contactId": "@ConsoleContact", "psaContactId": "@PsaContact" });
    let person = json!({ "externalId": "ours-person", "companyExternalId": "@company", "name": "Taken over" });
    let product = json!({ "productId": "@BillableProduct", "psaProductId": "@PsaProduct" });
    let board = json!({ "routing": { "boardId": "@Board" } });
    vec![
        case(
            "connectPsa",
            json!({ "kind": "connectwise", "name": "Another", "credentials": credentials }),
        ),
        case("createApiToken", json!({ "name": "ours", "permissions": ["PSA_READ"] })),
        case("checkPermissions", of(json!({}))),
        case("updateCredentials", of(json!({ "credentials": credentials }))),
        case("renameIntegration", of(json!({ "name": "Taken over" }))),
        case("updateImportSettings", of(json!({ "refreshHours": 24 }))),
        case("importFromPsa", of(json!({ "resources": ["BOARDS"] }))),
        case("cancelJob", json!({ "jobId": "@Job" })),
        case("reportBackupRuns", json!({ "records": [run] })),
        case("reportRmmAlerts", json!({ "records": [alert] })),
        case("reportLicenses", json!({ "records": [licence] })),
        case("reportStorageUsage", json!({ "records": [volume] })),
        case("reportStorageLimitUses", json!({ "records": [holder] })),
        case(
            "reportStorageLimits",
            json!({ "records": [{ "externalId": "ours-limit", "name": "Taken over" }] }),
        ),
        case("reportContacts", json!({ "records": [person] })),
        case(
            "reportCompanies",
            json!({ "records": [{ "externalId": "ours-company", "name": "Taken over" }] }),
        ),
        case(
            "reportStorageAccounts",
            json!({ "records": [{ "externalId": "ours-storage", "name": "Taken over" }] }),
        ),
        case("bindCompanies", of(json!({ "bindings": [binding] }))),
        case("bindContacts", of(json!({ "bindings": [contact] }))),
        case("bindProducts", of(json!({ "bindings": [product] }))),
        case(
            "updateInvoiceSettings",
            of(json!({ "mode": "TEMPLATE", "template": "{quantity} {product}" })),
        ),
        case(
            "updatePriceSettings",
            of(json!({ "prices": [{ "productId": "@BillableProduct", "unitPrice": "7" }] })),
        ),
        case("updateBillingPolicy", of(json!({ "guardPercent": "7" }))),
        case("updateBillingSchedule", of(json!({ "billingDay": 7 }))),
        case("updateProvider", json!({ "timeZone": "Asia/Tokyo" })),
        case(
            "setCompanyBilling",
            of(json!({ "companyIds": ["@ConsoleCompany"], "autoBilling": true, "enabled": false })),
        ),
        case(
            "updateCompanyPrices",
            of(json!({
                "companyId": "@ConsoleCompany",
                "prices": [{ "productId": "@BillableProduct", "unitPrice": "7" }],
            })),
        ),
        case(
            "copyBillingConfiguration",
            json!({
                "configurationId": "@BillingConfiguration",
                "targets": [{ "companyId": "@ConsoleCompany", "agreementId": "@Agreement" }],
            }),
        ),
        case("saveBillingConfiguration", of(configuration)),
        case(
            "planBilling",
            of(json!({ "month": month(), "companyIds": ["@ConsoleCompany"] })),
        ),
        case("previewTicket", of(json!({ "agent": "BACKUP" }))),
        case("updateTicketSettings", of(json!({ "mode": "NEW_TICKET_PER_EVENT" }))),
        case("updateBackupAgentTickets", of(board.clone())),
        case(
            "setTicketOverride",
            of(json!({ "agent": "BACKUP", "companyIds": ["@ConsoleCompany"], "routing": board["routing"] })),
        ),
        case(
            "sendTestTicket",
            of(json!({ "agent": "BACKUP", "companyId": "@ConsoleCompany" })),
        ),
        case("updateRmmAgentTickets", of(board)),
        case("retryDeliveries", json!({ "deliveryIds": ["@Delivery"] })),
        case(
            "discardDeliveries",
            json!({ "deliveryIds": ["@Delivery"], "reason": "Not wanted." }),
        ),
        Case {
            says: Says::NothingToDo,
            ..case(
                "retryBillingLines",
                json!({ "runId": "@BillingRun", "lineIds": ["@BillingLine"] }),
            )
        },
        case(
            "approveBillingRun",
            json!({ "runId": "@BillingRun", "expectedVersion": 1 }),
        ),
        case("cancelBillingRun", json!({ "runId": "@BillingRun" })),
        case("excludeCompanies", of(json!({ "companyIds": ["@ConsoleCompany"] }))),
        case("unbindCompanies", of(json!({ "companyIds": ["@ConsoleCompany"] }))),
        case("unbindContacts", of(json!({ "contactIds": ["@ConsoleContact"] }))),
        case("unbindProducts", of(json!({ "productIds": ["@BillableProduct"] }))),
        case(
            "acceptSuggestions",
            of(json!({ "minimumConfidence": 90, "companyIds": ["@ConsoleCompany"] })),
        ),
        case(
            "acceptContactSuggestions",
            of(json!({ "minimumConfidence": 90, "contactIds": ["@ConsoleContact"] })),
        ),
        case("activateIntegration", of(json!({}))),
        case("pauseIntegration", of(json!({}))),
        case("deleteBillingConfiguration", json!({ "id": "@BillingConfiguration" })),
        case("revokeApiToken", json!({ "id": "@ApiToken" })),
        case("deleteIntegration", of(json!({ "confirmName": "ConnectWise PSA" }))),
    ]
}
