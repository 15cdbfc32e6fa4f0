//! Global ids of mappings. A mapping is named by its integration and by what is mapped, because it has an id before
//! anything is decided and keeps it whatever is.

use async_graphql::ID;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use psa_entities::ids::{ConsoleCompanyId, ConsoleContactId, IntegrationId};
use uuid::Uuid;

use crate::billing::product::BillableProduct;

const COMPANY: &str = "CompanyMapping";
const CONTACT: &str = "ContactMapping";
const PRODUCT: &str = "ProductMapping";

/// The global id of a company's mapping in an integration.
pub fn company_mapping_id(integration: IntegrationId, company: ConsoleCompanyId) -> ID {
    encode(
        COMPANY,
        integration,
        company.uuid().simple().encode_lower(&mut Uuid::encode_buffer()),
    )
}

/// The integration and the company of a global id; `None` when it is not the id of a company's mapping.
pub fn company_mapping_key(id: &ID) -> Option<(IntegrationId, ConsoleCompanyId)> {
    let (integration, company) = decode(COMPANY, id)?;
    Some((
        integration,
        ConsoleCompanyId::from_uuid(Uuid::parse_str(&company).ok()?),
    ))
}

/// The global id of a contact's mapping in an integration.
pub fn contact_mapping_id(integration: IntegrationId, contact: ConsoleContactId) -> ID {
    encode(
        CONTACT,
        integration,
        contact.uuid().simple().encode_lower(&mut Uuid::encode_buffer()),
    )
}

/// The integration and the contact of a global id; `None` when it is not the id of a contact's mapping.
pub fn contact_mapping_key(id: &ID) -> Option<(IntegrationId, ConsoleContactId)> {
    let (integration, contact) = decode(CONTACT, id)?;
    Some((
        integration,
        ConsoleContactId::from_uuid(Uuid::parse_str(&contact).ok()?),
    ))
}

/// The global id of a product's mapping in an integration.
pub fn product_mapping_id(integration: IntegrationId, product: &BillableProduct) -> ID {
    encode(PRODUCT, integration, &product.to_string())
}

/// The integration and the product of a global id; `None` when it is not the id of a product's mapping.
pub fn product_mapping_key(id: &ID) -> Option<(IntegrationId, BillableProduct)> {
    let (integration, product) = decode(PRODUCT, id)?;
    Some((integration, product.parse().ok()?))
}

fn encode(kind: &str, integration: IntegrationId, of: &str) -> ID {
    let mut buffer = Uuid::encode_buffer();
    let integration = integration.uuid().simple().encode_lower(&mut buffer);
    ID(URL_SAFE_NO_PAD.encode([kind, ":", integration, ":", of].concat()))
}

fn decode(kind: &str, id: &ID) -> Option<(IntegrationId, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?).ok()?;
    let (integration, of) = text.strip_prefix(kind)?.strip_prefix(':')?.split_once(':')?;
    Some((
        IntegrationId::from_uuid(Uuid::parse_str(integration).ok()?),
        of.to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        billing::product::{LicenseType, StorageMetric},
        graphql::ids::NodeKind,
    };
    use psa_entities::ids::StorageAccountId;

    #[test]
    fn ids_round_trip_and_are_not_mistaken_for_each_other() {
        let integration = IntegrationId::from_uuid(Uuid::from_u128(7));
        let company = ConsoleCompanyId::from_uuid(Uuid::from_u128(8));
        let account = StorageAccountId::from_uuid(Uuid::from_u128(9));
        let id = company_mapping_id(integration, company);
        assert_eq!(company_mapping_key(&id), Some((integration, company)));
        assert_eq!(product_mapping_key(&id), None);
        let contact = ConsoleContactId::from_uuid(company.uuid());
        assert_eq!(contact_mapping_key(&id), None);
        let id = contact_mapping_id(integration, contact);
        assert_eq!(contact_mapping_key(&id), Some((integration, contact)));
        assert_eq!(company_mapping_key(&id), None);
        for product in [
            BillableProduct::License(LicenseType::Microsoft365GoogleWorkspace),
            BillableProduct::Storage {
                account,
                metric: StorageMetric::BackupAverage,
            },
        ] {
            let id = product_mapping_id(integration, &product);
            assert_eq!(product_mapping_key(&id), Some((integration, product)));
            assert_eq!(company_mapping_key(&id), None);
        }
    }

    #[test]
    fn other_ids_are_none() {
        for id in [
            ID::from(""),
            ID::from("%"),
            NodeKind::Integration.id(Uuid::from_u128(7)),
        ] {
            assert_eq!(company_mapping_key(&id), None);
            assert_eq!(contact_mapping_key(&id), None);
            assert_eq!(product_mapping_key(&id), None);
        }
    }
}
