//! Members, security roles and callbacks: what their fields are.

use crate::connectwise::model::{Model, choice, flag, int, open, text, time, to};
use crate::connectwise::resource::Resource;

/// `Member`, as the vendor describes it.
pub(crate) static MEMBER: Model = Model {
    type_name: "Member",
    resource: "member",
    label: "Member",
    fields: &[
        int("id").read_only(),
        text("identifier", 15),
        choice("licenseClass", &["A", "C", "F", "X"]),
        flag("inactiveFlag"),
        text("firstName", 30),
        text("lastName", 30),
        text("officeEmail", 250),
        choice("defaultEmail", &["Office", "Mobile", "Home"]),
        choice("defaultPhone", &["Office", "Mobile", "Home"]),
        time("hireDate"),
        choice(
            "invoiceScreenDefaultTabFormat",
            &["ShowInvoicingTab", "ShowAgreementInvoicingTab"],
        ),
        choice(
            "invoicingDisplayOptions",
            &["RemainOnInvoicingScreen", "ShowRecentInvoices"],
        ),
        choice(
            "agreementInvoicingDisplayOptions",
            &["RemainOnInvoicingScreen", "ShowRecentInvoices"],
        ),
        to("securityRole", Resource::SecurityRoles),
        open("_info").read_only(),
    ],
};

/// `ApiMember`, as the vendor describes it.
pub(crate) static API_MEMBER: Model = Model {
    type_name: "ApiMember",
    resource: "apiMember",
    label: "ApiMember",
    fields: &[
        int("id").read_only(),
        text("identifier", 15),
        text("name", 30),
        text("emailAddress", 250),
        flag("inactiveFlag"),
        time("inactiveDate"),
        open("timeZone"),
        to("securityRole", Resource::SecurityRoles),
        open("structureLevel"),
        open("securityLocation"),
        open("defaultLocation"),
        open("defaultDepartment"),
        open("salesDefaultLocation"),
        to("serviceDefaultBoard", Resource::Boards),
        text("notes", 0),
        open("excludedServiceBoardIds"),
        flag("blockPriceFlag"),
        flag("blockCostFlag"),
        open("_info").read_only(),
    ],
};

/// `SecurityRole`, as the vendor describes it.
pub(crate) static SECURITY_ROLE: Model = Model {
    type_name: "SecurityRole",
    resource: "securityRole",
    label: "SecurityRole",
    fields: &[
        int("id").read_only(),
        text("name", 30),
        flag("adminFlag"),
        flag("inactiveFlag"),
        open("_info").read_only(),
        text("roleType", 30),
    ],
};

/// `CallbackEntry`, as the vendor describes it.
pub(crate) static CALLBACK: Model = Model {
    type_name: "CallbackEntry",
    resource: "callbackEntry",
    label: "CallbackEntry",
    fields: &[
        int("id").read_only(),
        text("description", 100),
        text("url", 0).required(),
        int("objectId").required(),
        text("type", 0).required(),
        text("level", 0).required(),
        int("memberId").read_only(),
        text("payloadVersion", 0),
        flag("inactiveFlag"),
        flag("isSoapCallbackFlag").read_only(),
        flag("isSelfSuppressedFlag"),
        open("_info").read_only(),
        text("connectWiseID", 0).read_only(),
    ],
};
