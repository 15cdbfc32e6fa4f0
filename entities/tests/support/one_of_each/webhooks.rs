//! What a PSA announces, and how far its tickets were looked at.

use psa_entities::{ticket_watch, webhook, webhook_delivery};
use sea_orm::DatabaseConnection;

use super::{Kept, World, kept};

pub(super) async fn insert(db: &DatabaseConnection, world: &World) -> Kept {
    kept(
        db,
        webhook::Model {
            integration_id: world.integration,
            provider_id: world.provider,
            public_url: "https://psa.example.com/".into(),
            key_id: "k1".into(),
            token: vec![0, 1, 255],
            secret: vec![1, 0, 254],
            ensured_at: Some(world.at),
            last_delivery_at: Some(world.at),
            problem: Some(world.problem()),
        },
    )
    .await?;
    kept(
        db,
        webhook_delivery::Model {
            integration_id: world.integration,
            delivery: "message".into(),
            provider_id: world.provider,
            received_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        ticket_watch::Model {
            integration_id: world.integration,
            provider_id: world.provider,
            polled_at: Some(world.at),
            reviewed_at: Some(world.at),
        },
    )
    .await
}
