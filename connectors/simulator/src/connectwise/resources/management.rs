//! What little the simulator knows of remote management tools of the past.

use serde_json::json;

use crate::connectwise::draft::Draft;
use crate::connectwise::errors::FieldError;
use crate::connectwise::model::{Record, text_of};
use crate::connectwise::store::Store;

/// The report settings of a company: one record, and nothing is scheduled.
pub(crate) fn report_setup(_: &Store, company: i64) -> Vec<Record> {
    let settings = [
        ("id".to_owned(), json!(company)),
        ("scheduledReportDisabledFlag".to_owned(), json!(true)),
    ];
    vec![settings.into_iter().collect()]
}

/// Checks a solution: one of another make has a name of its own.
pub(super) fn complete(draft: &mut Draft) {
    if text_of(&draft.record, "managementItSolutionType") == Some("Custom") && !draft.has("managementSolutionName") {
        draft.errors.push(FieldError::required("managementSolutionName"));
    }
    for name in ["globalLoginFlag", "usingSslFlag", "noDisplayFlag"] {
        draft.fill_default(name, false);
    }
}
