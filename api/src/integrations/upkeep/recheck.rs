//! The nightly permission check: what has changed is written into the audit log, and keys that work again mend.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    audit::Stamp,
    auth::actor::SYSTEM,
    failure::Fault,
    integrations::{self, health, permissions},
    jobs::{Job, JobContext, JobError},
};

/// Checks the rights of an integration's API user.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recheck {}

#[async_trait]
impl Job for Recheck {
    const KIND: &'static str = "integrations.recheck";

    async fn run(&self, cx: &JobContext) -> Result<serde_json::Value, JobError> {
        let id = cx
            .integration
            .ok_or_else(|| Fault::Inconsistent("a permission check without an integration".to_owned()))?;
        cx.progress("checking", 0, None).await?;
        let stamp = Stamp {
            scope: cx.scope,
            by: &SYSTEM,
            at: cx.now(),
        };
        let integration = integrations::find(cx.app.db.read(), cx.scope, id).await?;
        let connector = cx.app.connections.get(&cx.app, cx.scope, &integration).await?;
        let findings = match connector.check_rights().await {
            Ok(findings) => findings,
            Err(error) => return Err(health::job_error(&cx.app, cx.scope, id, &error).await),
        };
        let check = permissions::keep(&cx.app, stamp, id, connector.descriptor(), &findings).await?;
        Ok(json!({ "passed": check.passed }))
    }
}
