//! What the API says about its entities.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::autotask::entity::{Entity, Topic};
use crate::autotask::model::{Access, Field, Kind, Operations};
use crate::autotask::models::webhook;
use crate::autotask::rights;
use crate::autotask::site::Site;

/// What is below `entityInformation`; `None` for anything else.
pub(crate) fn answer(site: &Site, entity: Entity, rest: &[&str]) -> Option<Answer> {
    let body = match rest {
        [] => json!({ "info": information(site, entity) }),
        ["fields"] => {
            let required = site.required(entity);
            let fields = entity.model().fields.iter();
            let fields = fields.map(|field| description(entity, field, required.contains(field.name)));
            json!({ "fields": fields.collect::<Vec<_>>() })
        }
        ["userdefinedfields"] => {
            let fields = entity.model().user_defined.iter();
            json!({ "fields": fields.map(|field| description(entity, field, false)).collect::<Vec<_>>() })
        }
        _ => return None,
    };
    Some(Answer::json(200, &body))
}

fn information(site: &Site, entity: Entity) -> Value {
    let model = entity.model();
    let Operations {
        query,
        create,
        update,
        delete,
    } = model.operations;
    let right = site.rights().of(entity);
    let access = |can: bool, right: rights::Access| if can { json!(right) } else { json!(rights::Access::None) };
    json!({
        "name": model.single,
        "canCreate": create,
        "canDelete": delete,
        "canQuery": query,
        "canUpdate": update,
        "userAccessForCreate": access(create, right.create),
        "userAccessForDelete": access(delete, right.delete),
        "userAccessForQuery": access(query, right.query),
        "userAccessForUpdate": access(update, right.update),
        "hasUserDefinedFields": !model.user_defined.is_empty(),
        "supportsWebhookCallouts": Topic::of(entity).is_some(),
    })
}

fn description(entity: Entity, field: &Field, is_required_here: bool) -> Value {
    let (data_type, length) = match field.kind {
        Kind::Integer => ("integer", 0),
        Kind::Long => ("long", 0),
        Kind::Double => ("double", 0),
        Kind::Text(length) => ("string", length),
        Kind::Flag => ("boolean", 0),
        Kind::Time | Kind::Day => ("datetime", 0),
    };
    let choices = choices(entity, field);
    json!({
        "name": field.name,
        "dataType": data_type,
        "length": length,
        "isRequired": field.is_required || is_required_here,
        "isReadOnly": field.access == Access::Never,
        "isQueryable": field.is_queryable,
        "isReference": field.reference.is_some(),
        "referenceEntityType": field.reference.map_or("", |entity| entity.model().single),
        "isPickList": choices.is_some(),
        "picklistValues": choices,
        "picklistParentValueField": field.picklist.and_then(|list| list.parent).unwrap_or_default(),
        "isSupportedWebhookField": field.is_told,
    })
}

fn choices(entity: Entity, field: &Field) -> Option<Vec<Value>> {
    let value = |number: usize, value: &str, label: &str| {
        json!({
            "value": value, "label": label, "isDefaultValue": false, "sortOrder": number, "parentValue": "",
            "isActive": true, "isSystem": true,
        })
    };
    if let (Entity::HookFields(topic), "fieldID") = (entity, field.name) {
        let told = webhook::told(topic).enumerate();
        let told = told.map(|(number, (id, field))| value(number, &id.to_string(), field.name));
        return Some(told.collect());
    }
    let list = field.picklist?;
    let values = list.choices.iter().enumerate().map(|(number, choice)| {
        json!({
            "value": choice.value,
            "label": choice.label,
            "isDefaultValue": choice.is_default,
            "sortOrder": number + 1,
            "parentValue": choice.parent.unwrap_or_default(),
            "isActive": choice.is_active,
            "isSystem": choice.is_system,
        })
    });
    Some(values.collect())
}
