//! The API: a thin face over the capabilities. Resolvers translate and call a service; they decide nothing.

pub mod complete;
pub mod cost;
pub mod documents;
pub mod eager;
pub mod ids;
pub mod limits;
pub mod loaders;
pub mod mutations;
pub mod pagination;
pub mod payload;
pub mod queries;
pub mod request;
pub mod scalars;
pub mod subscriptions;
pub mod told;
pub mod types;
pub mod unquoted;
pub mod written;

use std::sync::{Arc, LazyLock};

use async_graphql::{SDLExportOptions, SchemaBuilder};

use crate::config::LimitsConfig;
use complete::Shapes;
use cost::{Cost, Telling};

/// The schema of the API.
pub type Schema = async_graphql::Schema<queries::Query, mutations::Mutation, subscriptions::Subscription>;

/// The schema without limits, as it is printed.
pub fn builder() -> SchemaBuilder<queries::Query, mutations::Mutation, subscriptions::Subscription> {
    Schema::build(
        queries::Query::default(),
        mutations::Mutation::default(),
        subscriptions::Subscription::default(),
    )
    .register_output_type::<types::node::Node>()
}

/// The schema as it is served: with limits on depth and cost. The limits on size are checked before, by
/// [`limits::Limits`], because the engine would expand every fragment first.
pub fn schema(limits: &LimitsConfig, introspection: bool) -> Telling<Schema> {
    let limited = || {
        let builder = builder().limit_depth(limits.depth).limit_complexity(limits.complexity);
        if introspection {
            builder
        } else {
            builder.disable_introspection().disable_suggestions()
        }
    };
    Telling {
        plain: limited().finish(),
        counting: limited().extension(Cost::new(limits)).finish(),
    }
}

/// The types of the schema's fields, as answers are completed by them.
pub fn shapes() -> Arc<Shapes> {
    static SHAPES: LazyLock<Arc<Shapes>> = LazyLock::new(|| {
        let shapes = Shapes::parse(&sdl());
        Arc::new(shapes.unwrap_or_else(|error| {
            tracing::error!(%error, "answers are not completed: the schema cannot be read");
            Shapes::default()
        }))
    });
    Arc::clone(&SHAPES)
}

/// The schema in the schema definition language, as it stands in `schema.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().include_specified_by();
    builder().finish().sdl_with_options(options)
}
