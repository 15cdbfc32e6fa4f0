//! How contacts are reached.

use crate::connectwise::model::{Model, choice, flag, int, open, text, to};
use crate::connectwise::resource::Resource;

/// `ContactCommunication`, as the vendor describes it.
pub(crate) static COMMUNICATION: Model = Model {
    type_name: "ContactCommunication",
    resource: "contactCommunication",
    label: "ContactCommunication",
    fields: &[
        int("id").read_only(),
        int("contactId").read_only(),
        to("type", Resource::CommunicationTypes).required(),
        text("value", 250).required(),
        text("extension", 15),
        flag("defaultFlag"),
        text("mobileGuid", 0),
        choice("communicationType", &["Email", "Fax", "Phone"]).read_only(),
        text("domain", 0).read_only(),
        open("_info").read_only(),
    ],
};

/// `CommunicationType`, as the vendor describes it.
pub(crate) static COMMUNICATION_TYPE: Model = Model {
    type_name: "CommunicationType",
    resource: "communicationType",
    label: "CommunicationType",
    fields: &[
        int("id").read_only(),
        text("description", 0).required(),
        flag("phoneFlag"),
        flag("faxFlag"),
        flag("emailFlag"),
        flag("defaultFlag"),
        text("exchangeXref", 50),
        text("iphoneXref", 50),
        text("androidXref", 50),
        text("googleXref", 50),
        open("_info").read_only(),
    ],
};
