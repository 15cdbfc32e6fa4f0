//! Reading an announcement.

use serde::Deserialize;

use super::{
    TYPES,
    signature::{Keys, verify},
};
use crate::{
    connectwise::client::Client,
    error::{Error, Result},
    record::{Hint, InboundDelivery, RecordChange},
};

pub(in crate::connectwise) const OPERATION: &str = "open_delivery";

/// The body of a delivery, as far as it is used. What it says of the record itself is not believed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    message_id: Option<String>,
    company_id: Option<String>,
    action: String,
    r#type: String,
    #[serde(rename = "ID", alias = "Id")]
    id: i64,
    metadata: Option<Metadata>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    key_url: Option<String>,
}

/// Checks a delivery and says what may have changed.
pub(in crate::connectwise) async fn open(
    client: &Client,
    keys: &Keys,
    delivery: InboundDelivery<'_>,
) -> Result<Vec<Hint>> {
    let body: Body = serde_json::from_slice(delivery.body)
        .map_err(|error| Error::invalid("body", "this is no delivery of ConnectWise PSA").with_source(error))?;
    let key_url = body.metadata.as_ref().and_then(|metadata| metadata.key_url.as_deref());
    verify(client, keys, key_url, delivery).await?;
    let ours = body.company_id.as_deref();
    if !ours.is_some_and(|company| company.eq_ignore_ascii_case(&client.config.company)) {
        return Err(Error::invalid("company_id", "this is a delivery of another company"));
    }
    Ok(hint(&body).into_iter().collect())
}

/// What a delivery hints at; nothing when it is about something that we do not follow.
fn hint(body: &Body) -> Option<Hint> {
    let (topic, _) = TYPES.iter().find(|(_, name)| body.r#type.eq_ignore_ascii_case(name))?;
    let change = match body.action.to_ascii_lowercase().as_str() {
        "added" => RecordChange::Added,
        "updated" => RecordChange::Changed,
        "deleted" => RecordChange::Deleted,
        _ => return None,
    };
    Some(Hint {
        topic: *topic,
        record: body.id.to_string(),
        change,
        delivery: body.message_id.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Topic;

    #[test]
    fn only_what_is_followed_is_a_hint() {
        let read = |kind: &str, action: &str| {
            let json = format!(r#"{{"MessageId":"m","Action":"{action}","Type":"{kind}","ID":7,"Entity":null}}"#);
            hint(&serde_json::from_str(&json).expect("a body"))
        };
        let found = read("Ticket", "updated").expect("a hint");
        assert_eq!((found.topic, found.change), (Topic::Tickets, RecordChange::Changed));
        assert_eq!((found.record.as_str(), found.delivery.as_deref()), ("7", Some("m")));
        assert_eq!(
            read("company", "DELETED").map(|hint| hint.change),
            Some(RecordChange::Deleted)
        );
        assert_eq!(read("expense", "added"), None);
        assert_eq!(read("ticket", "merged"), None);
    }
}
