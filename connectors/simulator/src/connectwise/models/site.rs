//! Sites of companies, and which types companies have.

use crate::connectwise::model::{Model, double, flag, int, open, text, to};
use crate::connectwise::resource::Resource;

/// `CompanySite`, as the vendor describes it.
pub(crate) static SITE: Model = Model {
    type_name: "CompanySite",
    resource: "companySite",
    label: "CompanySite",
    fields: &[
        int("id").read_only(),
        text("name", 156).required(),
        text("addressLine1", 50),
        text("addressLine2", 50),
        text("city", 50),
        open("stateReference"),
        text("zip", 12),
        open("country"),
        text("addressFormat", 0),
        text("phoneNumber", 30),
        text("phoneNumberExt", 30),
        text("faxNumber", 30),
        open("taxCode"),
        open("entityType"),
        double("expenseReimbursement"),
        flag("primaryAddressFlag"),
        flag("defaultShippingFlag"),
        flag("defaultBillingFlag"),
        flag("defaultMailingFlag"),
        flag("inactiveFlag"),
        flag("billSeparateFlag"),
        text("mobileGuid", 0),
        open("calendar"),
        open("timeZone"),
        to("company", Resource::Companies),
        open("_info").read_only(),
        open("territory"),
        open("invoiceTemplate"),
        open("customFields"),
    ],
};

/// `CompanyTypeAssociation`, as the vendor describes it.
pub(crate) static TYPE_ASSOCIATION: Model = Model {
    type_name: "CompanyTypeAssociation",
    resource: "companyTypeAssociation",
    label: "CompanyTypeAssociation",
    fields: &[
        int("id").read_only(),
        to("type", Resource::CompanyTypes).required(),
        to("company", Resource::Companies).required(),
        open("_info").read_only(),
    ],
};
