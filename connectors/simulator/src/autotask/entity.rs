//! The entities that the site keeps, and what is said about them elsewhere.

use crate::autotask::model::Model;
use crate::autotask::models;

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Entity {
    BillingCodes,
    BillingItems,
    Companies,
    ConfigurationItems,
    Contacts,
    ContractCharges,
    Contracts,
    ContractServiceAdjustments,
    ContractServices,
    ContractServiceUnits,
    Products,
    Resources,
    ResourceServiceDeskRoles,
    Roles,
    Services,
    TicketAdditionalConfigurationItems,
    TicketCategories,
    TicketCharges,
    TicketNotes,
    Tickets,
    TimeEntries,
    WebhookEventErrorLogs,
    /// The webhooks of a topic.
    Hooks(Topic),
    /// The fields that webhooks of a topic tell of.
    HookFields(Topic),
    /// The resources whose changes webhooks of a topic do not tell of.
    HookExclusions(Topic),
}

/// What webhooks can tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Topic {
    Company,
    ConfigurationItem,
    Contact,
    Ticket,
    TicketNote,
}

impl Topic {
    pub(crate) const ALL: [Self; 5] = [
        Self::Company,
        Self::ConfigurationItem,
        Self::Contact,
        Self::Ticket,
        Self::TicketNote,
    ];

    /// The entity whose changes are told.
    pub(crate) const fn entity(self) -> Entity {
        match self {
            Self::Company => Entity::Companies,
            Self::ConfigurationItem => Entity::ConfigurationItems,
            Self::Contact => Entity::Contacts,
            Self::Ticket => Entity::Tickets,
            Self::TicketNote => Entity::TicketNotes,
        }
    }

    pub(crate) fn of(entity: Entity) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.entity() == entity)
    }
}

impl Entity {
    const PLAIN: [Self; 22] = [
        Self::BillingCodes,
        Self::BillingItems,
        Self::Companies,
        Self::ConfigurationItems,
        Self::Contacts,
        Self::ContractCharges,
        Self::Contracts,
        Self::ContractServiceAdjustments,
        Self::ContractServices,
        Self::ContractServiceUnits,
        Self::Products,
        Self::Resources,
        Self::ResourceServiceDeskRoles,
        Self::Roles,
        Self::Services,
        Self::TicketAdditionalConfigurationItems,
        Self::TicketCategories,
        Self::TicketCharges,
        Self::TicketNotes,
        Self::Tickets,
        Self::TimeEntries,
        Self::WebhookEventErrorLogs,
    ];

    /// Every entity.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let hooks = Topic::ALL.into_iter();
        let hooks = hooks.flat_map(|topic| [Self::Hooks(topic), Self::HookFields(topic), Self::HookExclusions(topic)]);
        Self::PLAIN.into_iter().chain(hooks)
    }

    /// The entity of this collection, whatever its capitals.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::all().find(|entity| entity.name().eq_ignore_ascii_case(name))
    }

    /// The entity whose records are written under this one with the short name.
    pub(crate) fn child(self, segment: &str) -> Option<Self> {
        Self::all().find(|child| {
            let parent = child.model().parent;
            parent.is_some_and(|parent| parent.entity == self && parent.segment.eq_ignore_ascii_case(segment))
        })
    }

    /// The collection's name.
    pub(crate) fn name(self) -> &'static str {
        self.model().name
    }

    pub(crate) const fn model(self) -> &'static Model {
        match self {
            Self::BillingCodes => &models::catalogue::BILLING_CODES,
            Self::BillingItems => &models::billing::BILLING_ITEMS,
            Self::Companies => &models::company::COMPANIES,
            Self::ConfigurationItems => &models::device::CONFIGURATION_ITEMS,
            Self::Contacts => &models::company::CONTACTS,
            Self::ContractCharges => &models::billing::CONTRACT_CHARGES,
            Self::Contracts => &models::contract::CONTRACTS,
            Self::ContractServiceAdjustments => &models::contract::ADJUSTMENTS,
            Self::ContractServices => &models::contract::SERVICES,
            Self::ContractServiceUnits => &models::contract::UNITS,
            Self::Products => &models::catalogue::PRODUCTS,
            Self::Resources => &models::staff::RESOURCES,
            Self::ResourceServiceDeskRoles => &models::staff::SERVICE_DESK_ROLES,
            Self::Roles => &models::staff::ROLES,
            Self::Services => &models::catalogue::SERVICES,
            Self::TicketAdditionalConfigurationItems => &models::ticket::ADDITIONAL_ITEMS,
            Self::TicketCategories => &models::ticket::CATEGORIES,
            Self::TicketCharges => &models::billing::TICKET_CHARGES,
            Self::TicketNotes => &models::ticket::NOTES,
            Self::Tickets => &models::ticket::TICKETS,
            Self::TimeEntries => &models::ticket::TIME_ENTRIES,
            Self::WebhookEventErrorLogs => &models::webhook::ERROR_LOGS,
            Self::Hooks(topic) => models::webhook::hooks(topic),
            Self::HookFields(topic) => models::webhook::fields(topic),
            Self::HookExclusions(topic) => models::webhook::exclusions(topic),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_entity_has_a_name_of_its_own_and_its_fields_too() {
        let names: BTreeSet<String> = Entity::all().map(|entity| entity.name().to_lowercase()).collect();
        assert_eq!(names.len(), Entity::all().count());
        for entity in Entity::all() {
            let model = entity.model();
            let fields: BTreeSet<String> = model.fields.iter().map(|field| field.name.to_lowercase()).collect();
            assert_eq!(fields.len(), model.fields.len(), "{}", model.name);
            assert!(model.field("ID").is_some(), "{}", model.name);
            if let Some(parent) = model.parent {
                assert!(model.field(parent.field).is_some(), "{}", model.name);
                assert_eq!(parent.entity.child(parent.segment), Some(entity));
            }
        }
    }

    #[test]
    fn a_default_choice_is_in_use_and_a_parent_is_a_field() {
        for field in Entity::all().flat_map(|entity| entity.model().fields) {
            let Some(list) = field.picklist else { continue };
            let defaults = list.choices.iter().filter(|choice| choice.is_default);
            assert!(defaults.clone().count() <= 1, "{}", field.name);
            assert!(defaults.clone().all(|choice| choice.is_active), "{}", field.name);
            let children = list.choices.iter().all(|choice| choice.parent.is_some());
            assert_eq!(children, list.parent.is_some(), "{}", field.name);
        }
    }
}
