//! Webhooks: where to tell what, of which fields, and of whose changes not.

use crate::autotask::entity::{Entity, Topic};
use crate::autotask::model::{Field, Model, Operations, Parent, flag, id, int, long, text, time};

const HOOK_FIELDS: &[Field] = &[
    id(),
    text("deactivationUrl", 500).required(),
    flag("isActive"),
    flag("isReady").read_only(),
    flag("isSubscribedToCreateEvents"),
    flag("isSubscribedToDeleteEvents"),
    flag("isSubscribedToUpdateEvents"),
    text("name", 50).required(),
    text("notificationEmailAddress", 254),
    int("ownerResourceID").to(Entity::Resources),
    text("secretKey", 64).required(),
    flag("sendThresholdExceededNotification"),
    text("webhookGUID", 36).read_only(),
    text("webhookUrl", 500).required(),
];

/// `fieldID` is a number of a told field of the topic: its place among them.
const FIELD_FIELDS: &[Field] = &[
    id(),
    int("fieldID").required(),
    flag("isDisplayAlwaysField"),
    flag("isSubscribedField"),
    long("webhookID").required(),
];

const EXCLUSION_FIELDS: &[Field] = &[
    id(),
    int("resourceID").to(Entity::Resources).required(),
    long("webhookID").required(),
];

const fn hook(name: &'static str, single: &'static str) -> Model {
    Model {
        name,
        single,
        operations: Operations::ALL,
        parent: None,
        writes_at_root: true,
        fields: HOOK_FIELDS,
        user_defined: &[],
    }
}

const fn under(topic: Topic, segment: &'static str) -> Option<Parent> {
    Some(Parent {
        entity: Entity::Hooks(topic),
        segment,
        field: "webhookID",
    })
}

const fn hook_fields(topic: Topic, name: &'static str, single: &'static str) -> Model {
    Model {
        name,
        single,
        operations: Operations::ALL,
        parent: under(topic, "Fields"),
        writes_at_root: false,
        fields: FIELD_FIELDS,
        user_defined: &[],
    }
}

const fn hook_exclusions(topic: Topic, name: &'static str, single: &'static str) -> Model {
    Model {
        name,
        single,
        operations: Operations::NO_UPDATE,
        parent: under(topic, "ExcludedResources"),
        writes_at_root: false,
        fields: EXCLUSION_FIELDS,
        user_defined: &[],
    }
}

static COMPANY: [Model; 3] = [
    hook("CompanyWebhooks", "CompanyWebhook"),
    hook_fields(Topic::Company, "CompanyWebhookFields", "CompanyWebhookField"),
    hook_exclusions(
        Topic::Company,
        "CompanyWebhookExcludedResources",
        "CompanyWebhookExcludedResource",
    ),
];
static CONFIGURATION_ITEM: [Model; 3] = [
    hook("ConfigurationItemWebhooks", "ConfigurationItemWebhook"),
    hook_fields(
        Topic::ConfigurationItem,
        "ConfigurationItemWebhookFields",
        "ConfigurationItemWebhookField",
    ),
    hook_exclusions(
        Topic::ConfigurationItem,
        "ConfigurationItemWebhookExcludedResources",
        "ConfigurationItemWebhookExcludedResource",
    ),
];
static CONTACT: [Model; 3] = [
    hook("ContactWebhooks", "ContactWebhook"),
    hook_fields(Topic::Contact, "ContactWebhookFields", "ContactWebhookField"),
    hook_exclusions(
        Topic::Contact,
        "ContactWebhookExcludedResources",
        "ContactWebhookExcludedResource",
    ),
];
static TICKET: [Model; 3] = [
    hook("TicketWebhooks", "TicketWebhook"),
    hook_fields(Topic::Ticket, "TicketWebhookFields", "TicketWebhookField"),
    hook_exclusions(
        Topic::Ticket,
        "TicketWebhookExcludedResources",
        "TicketWebhookExcludedResource",
    ),
];
static TICKET_NOTE: [Model; 3] = [
    hook("TicketNoteWebhooks", "TicketNoteWebhook"),
    hook_fields(Topic::TicketNote, "TicketNoteWebhookFields", "TicketNoteWebhookField"),
    hook_exclusions(
        Topic::TicketNote,
        "TicketNoteWebhookExcludedResources",
        "TicketNoteWebhookExcludedResource",
    ),
];

const fn models(topic: Topic) -> &'static [Model; 3] {
    match topic {
        Topic::Company => &COMPANY,
        Topic::ConfigurationItem => &CONFIGURATION_ITEM,
        Topic::Contact => &CONTACT,
        Topic::Ticket => &TICKET,
        Topic::TicketNote => &TICKET_NOTE,
    }
}

pub(crate) const fn hooks(topic: Topic) -> &'static Model {
    let [hooks, _, _] = models(topic);
    hooks
}

pub(crate) const fn fields(topic: Topic) -> &'static Model {
    let [_, fields, _] = models(topic);
    fields
}

pub(crate) const fn exclusions(topic: Topic) -> &'static Model {
    let [_, _, exclusions] = models(topic);
    exclusions
}

pub(crate) static ERROR_LOGS: Model = Model {
    name: "WebhookEventErrorLogs",
    single: "WebhookEventErrorLog",
    operations: Operations::QUERY,
    parent: None,
    writes_at_root: true,
    fields: &[
        id(),
        time("createDateTime").read_only(),
        text("errorMessage", 2000).read_only(),
        text("payload", 8000).read_only(),
        int("sequenceNumber").read_only(),
        int("webhookId").read_only(),
        text("webhookTypeName", 50).read_only(),
    ],
    user_defined: &[],
};

/// The fields of a topic that webhooks can tell of, each with its number.
pub(crate) fn told(topic: Topic) -> impl Iterator<Item = (i64, &'static Field)> {
    let fields = topic.entity().model().fields.iter();
    (1..).zip(fields.filter(|field| field.is_told))
}
