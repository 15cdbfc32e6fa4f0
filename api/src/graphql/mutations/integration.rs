//! Connecting, re-keying, checking, activating and pausing an integration.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use secrecy::SecretString;

use crate::{
    auth::{Permission, guard::Requires},
    failure::UserError,
    graphql::{
        ids::NodeKind,
        payload::{Answer, settle},
        request::Request,
        types::{
            integration::Integration,
            job::{self, Job},
            permission::PermissionCheck,
        },
        unquoted::Unquoted,
    },
    integrations::{
        connect::{self, NewIntegration},
        deletion, lifecycle, permissions,
    },
};

/// Mutations of an integration's life.
#[derive(Debug, Default)]
pub struct IntegrationMutations;

// Neither it nor what holds it has `Debug`: nothing can print a secret by accident.
/// The value of one credential field.
#[derive(InputObject)]
pub struct CredentialInput {
    /// The name of the field, as the connector's `credentialFields` lists it.
    pub field: String,
    /// The value. Secrets are sealed before they are stored and never shown again.
    #[graphql(secret)]
    pub value: String,
}

/// A PSA to connect.
#[derive(InputObject)]
pub struct ConnectPsaInput {
    /// The connector's kind, such as `connectwise`.
    pub kind: String,
    /// The name that people will know the integration by; unique.
    pub name: String,
    /// One value for each credential field of the connector.
    pub credentials: Vec<CredentialInput>,
}

/// What `connectPsa` did.
#[derive(Debug, SimpleObject)]
pub struct ConnectPsaPayload {
    /// The new integration; null when the PSA was not connected.
    pub integration: Option<Integration>,
    /// Why it was not; empty when it was.
    pub user_errors: Vec<UserError>,
}

/// New keys for an integration.
#[derive(InputObject)]
pub struct UpdateCredentialsInput {
    /// The integration.
    pub integration_id: ID,
    /// One value for each credential field of the connector.
    pub credentials: Vec<CredentialInput>,
}

/// What `updateCredentials` did.
#[derive(Debug, SimpleObject)]
pub struct UpdateCredentialsPayload {
    /// The integration; null when the keys were not replaced.
    pub integration: Option<Integration>,
    /// Why they were not; empty when they were.
    pub user_errors: Vec<UserError>,
}

/// The integration to act on.
#[derive(Debug, InputObject)]
pub struct CheckPermissionsInput {
    /// The integration.
    pub integration_id: ID,
}

/// What `checkPermissions` found.
#[derive(Debug, SimpleObject)]
pub struct CheckPermissionsPayload {
    /// The check; null when the PSA could not be asked.
    pub permission_check: Option<PermissionCheck>,
    /// Why it could not; empty when it could.
    pub user_errors: Vec<UserError>,
}

/// Another name for an integration.
#[derive(Debug, InputObject)]
pub struct RenameIntegrationInput {
    /// The integration.
    pub integration_id: ID,
    /// The name that people will know it by; unique.
    pub name: String,
}

/// What `renameIntegration` did.
#[derive(Debug, SimpleObject)]
pub struct RenameIntegrationPayload {
    /// The integration with its name; null when it could not be renamed.
    pub integration: Option<Integration>,
    /// Why it could not; empty when it is.
    pub user_errors: Vec<UserError>,
}

/// The integration to activate.
#[derive(Debug, InputObject)]
pub struct ActivateIntegrationInput {
    /// The integration.
    pub integration_id: ID,
}

/// What `activateIntegration` did.
#[derive(Debug, SimpleObject)]
pub struct ActivateIntegrationPayload {
    /// The active integration; null when it cannot be activated.
    pub integration: Option<Integration>,
    /// What is missing, one error for each; empty when it is active.
    pub user_errors: Vec<UserError>,
}

/// The integration to pause.
#[derive(Debug, InputObject)]
pub struct PauseIntegrationInput {
    /// The integration.
    pub integration_id: ID,
}

/// What `pauseIntegration` did.
#[derive(Debug, SimpleObject)]
pub struct PauseIntegrationPayload {
    /// The paused integration; null when it cannot be paused.
    pub integration: Option<Integration>,
    /// Why it cannot; empty when it is paused.
    pub user_errors: Vec<UserError>,
}

/// The integration to delete.
#[derive(Debug, InputObject)]
pub struct DeleteIntegrationInput {
    /// The integration.
    pub integration_id: ID,
    /// Its name, as a confirmation.
    pub confirm_name: String,
}

/// What `deleteIntegration` began.
#[derive(Debug, SimpleObject)]
pub struct DeleteIntegrationPayload {
    /// The integration while it is being deleted; null when it is not.
    pub integration: Option<Integration>,
    /// The job that deletes it; null when it is not deleted. It can be read until after the integration is gone.
    pub job: Option<Job>,
    /// Why it is not deleted; empty when it is.
    pub user_errors: Vec<UserError>,
}

#[Object]
impl IntegrationMutations {
    /// Connects a PSA. The keys are verified first; nothing is stored unless the PSA accepts them.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "50 + child_complexity")]
    async fn connect_psa(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The PSA to connect.")] input: Unquoted<ConnectPsaInput>,
    ) -> Answer<ConnectPsaPayload> {
        let Unquoted(input) = input;
        let new = NewIntegration {
            kind: input.kind,
            name: input.name,
            credentials: secrets(input.credentials),
        };
        let (integration, user_errors) = settle(connect::connect(ctx.app()?, ctx.stamp()?, new).await)?;
        Ok(Some(ConnectPsaPayload {
            integration: integration.map(Integration),
            user_errors,
        }))
    }

    /// Replaces the keys of an integration. The old ones stay in use unless the PSA accepts the new ones; a broken
    /// integration is mended by it.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "50 + child_complexity")]
    async fn update_credentials(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new keys.")] input: Unquoted<UpdateCredentialsInput>,
    ) -> Answer<UpdateCredentialsPayload> {
        let Unquoted(input) = input;
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let rekey = async {
            let id = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            connect::rekey(app, stamp, id, secrets(input.credentials)).await
        };
        let (integration, user_errors) = settle(rekey.await)?;
        Ok(Some(UpdateCredentialsPayload {
            integration: integration.map(Integration),
            user_errors,
        }))
    }

    /// Asks the PSA which rights the API user has.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "50 + child_complexity")]
    async fn check_permissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The integration.")] input: CheckPermissionsInput,
    ) -> Answer<CheckPermissionsPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let check = async {
            let id = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            permissions::check(app, stamp, id).await
        };
        let (check, user_errors) = settle(check.await)?;
        let permission_check = check.map(|(descriptor, check)| PermissionCheck { descriptor, check });
        Ok(Some(CheckPermissionsPayload {
            permission_check,
            user_errors,
        }))
    }

    /// Gives an integration another name. Its deletion will ask for this one.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "10 + child_complexity")]
    async fn rename_integration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The name.")] input: RenameIntegrationInput,
    ) -> Answer<RenameIntegrationPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let rename = async {
            let id = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            lifecycle::rename(app, stamp, id, &input.name).await
        };
        let (integration, user_errors) = settle(rename.await)?;
        Ok(Some(RenameIntegrationPayload {
            integration: integration.map(Integration),
            user_errors,
        }))
    }

    /// Lets an integration work, when every mandatory step of its checklist is done. Before, nothing is sent to the PSA.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn activate_integration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The integration.")] input: ActivateIntegrationInput,
    ) -> Answer<ActivateIntegrationPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let activate = async {
            let id = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            lifecycle::activate(app, stamp, id).await
        };
        let (integration, user_errors) = settle(activate.await)?;
        Ok(Some(ActivateIntegrationPayload {
            integration: integration.map(Integration),
            user_errors,
        }))
    }

    /// Stops an active integration from sending. Tickets that it owes are held until it is active again.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn pause_integration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The integration.")] input: PauseIntegrationInput,
    ) -> Answer<PauseIntegrationPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let pause = async {
            let id = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            lifecycle::pause(app, stamp, id).await
        };
        let (integration, user_errors) = settle(pause.await)?;
        Ok(Some(PauseIntegrationPayload {
            integration: integration.map(Integration),
            user_errors,
        }))
    }

    /// Deletes an integration with its keys, imported records, mappings, settings, billing runs, incidents and deliveries,
    /// by a job that cannot be stopped. The PSA and what the console reported are left alone; the audit log stays.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn delete_integration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The integration and its name.")] input: DeleteIntegrationInput,
    ) -> Answer<DeleteIntegrationPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let delete = async {
            let id = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            deletion::request(app, stamp, id, &input.confirm_name).await
        };
        let (begun, user_errors) = settle(delete.await)?;
        let (integration, job) = begun.unzip();
        Ok(Some(DeleteIntegrationPayload {
            integration: integration.map(Integration),
            job: job::find(ctx, job).await?,
            user_errors,
        }))
    }
}

fn secrets(credentials: Vec<CredentialInput>) -> Vec<(String, SecretString)> {
    credentials
        .into_iter()
        .map(|credential| (credential.field, SecretString::from(credential.value)))
        .collect()
}
