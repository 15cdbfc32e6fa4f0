//! What the audit log says of billing configurations.

use psa_entities::{
    ProviderScope, agreement,
    audit_entry::{AuditAction, AuditSubject},
    billing_configuration::Model,
    console_company,
};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::{Value, json};

use super::ItemDraft;
use crate::audit::{Entry, Subject};

/// An entry about a configuration, called by its company and its agreement.
pub(super) async fn entry(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    action: AuditAction,
    row: &Model,
) -> Result<Entry, DbErr> {
    let company = scope
        .find_by_id::<console_company::Entity>(row.company_id)
        .one(db)
        .await?;
    let agreement = scope.find_by_id::<agreement::Entity>(row.agreement_id).one(db).await?;
    let names = [company.map(|row| row.name), agreement.map(|row| row.name)];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" – ");
    let subject = Subject::new(AuditSubject::BillingConfiguration, &row.id, name);
    Ok(Entry::new(action, subject).within(row.integration_id))
}

/// What the audit log compares: the items by their products.
pub(super) fn shown(row: &Model, items: &[ItemDraft]) -> Value {
    let items = items.iter().map(|item| {
        let shown = json!({
            "psaProductId": item.psa_product,
            "unitPrice": item.unit_price,
            "unitCost": item.unit_cost,
            "unit": item.unit,
            "rounding": item.rounding,
            "decimals": item.decimals,
            "minimum": item.minimum,
            "included": item.included,
            "mode": item.mode,
            "zero": item.zero,
        });
        (item.product.to_string(), shown)
    });
    json!({
        "startMonth": row.start_month.to_string(),
        "enabled": row.enabled,
        "items": Value::Object(items.collect()),
    })
}
