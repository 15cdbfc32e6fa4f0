//! What a resolver finds in its request: the app, the viewer, the loaders; and how errors leave it.

use std::{fmt, sync::Arc};

use async_graphql::{Context, Error, ErrorExtensions, Result};
use psa_entities::ProviderScope;

use super::loaders::{self, Relations};
use crate::{app::App, audit::Stamp, auth::Viewer, failure::RequestCode};

/// What a resolver asks its context for.
pub trait Request {
    /// The app.
    ///
    /// # Errors
    /// The schema is executed without a server.
    fn app(&self) -> Result<&Arc<App>>;

    /// Who asks.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`: nobody in particular.
    fn viewer(&self) -> Result<&Viewer>;

    /// The tenant: where every query starts.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`: nobody in particular.
    fn scope(&self) -> Result<ProviderScope>;

    /// Who changes something, for which tenant, and when.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`: nobody in particular.
    fn stamp(&self) -> Result<Stamp<'_>>;

    /// Reads the relations of records, those of a whole page at once.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`: nobody in particular.
    fn rows(&self) -> Result<&Relations>;
}

impl Request for Context<'_> {
    fn app(&self) -> Result<&Arc<App>> {
        self.data()
    }

    fn viewer(&self) -> Result<&Viewer> {
        self.data_opt().ok_or_else(unauthenticated)
    }

    fn scope(&self) -> Result<ProviderScope> {
        self.viewer().map(|viewer| viewer.provider)
    }

    fn stamp(&self) -> Result<Stamp<'_>> {
        Ok(self.viewer()?.stamp(self.app()?.now()))
    }

    fn rows(&self) -> Result<&Relations> {
        self.data_opt().ok_or_else(unauthenticated)
    }
}

/// Gives a request what its resolvers ask for.
pub fn attach(request: async_graphql::Request, app: &Arc<App>, viewer: Option<Viewer>) -> async_graphql::Request {
    let request = request.data(Arc::clone(app));
    match viewer {
        None => request,
        Some(viewer) => request.data(loaders::relations(app, viewer.provider)).data(viewer),
    }
}

/// An error about the query itself, which no payload can carry.
pub fn bad_input(message: impl Into<String>) -> Error {
    Error::new(message.into()).extend_with(|_, extensions| extensions.set("code", RequestCode::BadUserInput.as_str()))
}

/// Nobody in particular asks for something that is somebody's.
pub fn unauthenticated() -> Error {
    Error::new("Send a token in the Authorization header: `Bearer …`.")
        .extend_with(|_, extensions| extensions.set("code", RequestCode::Unauthenticated.as_str()))
}

/// A part of a row that is there when a query asks for it.
///
/// # Errors
/// It was not read: a list did not see that it is asked for.
pub fn asked<T>(part: Option<T>) -> Result<T> {
    part.ok_or_else(|| internal("a column is shown that was not read"))
}

/// Something broke. It is logged here, once, and the caller learns only that it did.
pub fn internal(fault: impl fmt::Display) -> Error {
    tracing::error!(%fault, "a request failed");
    Error::new("Something broke on our side. Quote the request id when you report it.")
        .extend_with(|_, extensions| extensions.set("code", RequestCode::Internal.as_str()))
}
