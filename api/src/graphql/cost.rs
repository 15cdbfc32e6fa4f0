//! What a query costs, told to whoever asks for it.
//!
//! A request with `"extensions": {"cost": true}` is answered with `extensions.cost`: what it costs and how deep it is,
//! beside the limits. The engine only tells an extension of its schema, and calls such an extension for every field; so
//! there are two schemas, and requests that do not ask go the short way.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{
    Data, Executor, Request, Response, ServerError, ValidationResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextRequest, NextValidation},
    value,
};
use async_trait::async_trait;
use futures_util::stream::BoxStream;

use crate::config::LimitsConfig;

/// The member of `extensions`, of the request and of its answer.
const MEMBER: &str = "cost";

/// An executor that tells what a request costs, if it wants to know.
#[derive(Debug, Clone)]
pub struct Telling<E> {
    /// For requests that do not ask.
    pub plain: E,
    /// The same schema with [`Cost`] in it.
    pub counting: E,
}

impl<E: Executor> Telling<E> {
    fn of(&self, request: &Request) -> &E {
        let asked = request.extensions.0.get(MEMBER);
        if asked == Some(&Value::Boolean(true)) {
            &self.counting
        } else {
            &self.plain
        }
    }
}

impl<E: Executor> Executor for Telling<E> {
    async fn execute(&self, request: Request) -> Response {
        self.of(&request).execute(request).await
    }

    fn execute_stream(&self, request: Request, session_data: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        self.plain.execute_stream(request, session_data)
    }
}

/// Puts the cost of a request into its answer.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    complexity: usize,
    depth: usize,
}

impl Cost {
    /// Takes the limits that stand beside the cost.
    pub fn new(limits: &LimitsConfig) -> Self {
        Self {
            complexity: limits.complexity,
            depth: limits.depth,
        }
    }
}

impl ExtensionFactory for Cost {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(OfRequest {
            limits: *self,
            found: Mutex::default(),
        })
    }
}

struct OfRequest {
    limits: Cost,
    found: Mutex<Option<(usize, usize)>>,
}

#[async_trait]
impl Extension for OfRequest {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        let found = *self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((complexity, depth)) = found {
            let cost = value!({
                "cost": complexity,
                "depth": depth,
                "maximumCost": self.limits.complexity,
                "maximumDepth": self.limits.depth,
            });
            response.extensions.insert(MEMBER.to_owned(), cost);
        }
        response
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await?;
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some((result.complexity, result.depth));
        Ok(result)
    }
}
