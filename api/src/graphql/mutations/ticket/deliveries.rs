//! Retrying and discarding deliveries.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use psa_entities::ids::DeliveryId;
use uuid::Uuid;

use crate::{
    auth::{Permission, guard::Requires},
    failure::{Failure, Outcome, UserError},
    graphql::{
        ids::NodeKind,
        payload::{Answer, settle},
        request::Request,
        types::ticket::Delivery,
    },
    tickets::deliveries,
};

/// Mutations of deliveries.
#[derive(Debug, Default)]
pub(super) struct TicketDeliveryMutations;

/// The deliveries to retry.
#[derive(Debug, InputObject)]
struct RetryDeliveriesInput {
    /// The deliveries, at most 1,000: dead ones, and those that wait for their next attempt.
    delivery_ids: Vec<ID>,
}

/// What `retryDeliveries` did.
#[derive(Debug, SimpleObject)]
struct RetryDeliveriesPayload {
    /// The deliveries as they are now; empty when nothing was changed.
    deliveries: Vec<Delivery>,
    /// Why nothing was changed; empty when they are tried again.
    user_errors: Vec<UserError>,
}

/// The deliveries to discard.
#[derive(Debug, InputObject)]
struct DiscardDeliveriesInput {
    /// The deliveries, at most 1,000. None of them may be under way or done.
    delivery_ids: Vec<ID>,
    /// Why they are not wanted, in 1 to 500 characters. It stays with them.
    reason: String,
}

/// What `discardDeliveries` did.
#[derive(Debug, SimpleObject)]
struct DiscardDeliveriesPayload {
    /// The deliveries as they are now; empty when nothing was changed.
    deliveries: Vec<Delivery>,
    /// Why nothing was changed; empty when they are given up.
    user_errors: Vec<UserError>,
}

#[Object]
impl TicketDeliveryMutations {
    /// Tries deliveries again that failed for good, and at once those that wait for their next attempt. What an earlier
    /// attempt may have written is looked for first.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + 10 * child_complexity")]
    async fn retry_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The deliveries.")] input: RetryDeliveriesInput,
    ) -> Answer<RetryDeliveriesPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let retry = async { deliveries::retry(app, stamp, &keys(&input.delivery_ids)?).await };
        let (rows, user_errors) = settle(retry.await)?;
        Ok(Some(RetryDeliveriesPayload {
            deliveries: rows.unwrap_or_default().into_iter().map(Delivery).collect(),
            user_errors,
        }))
    }

    /// Gives deliveries up. Giving up the opening of a ticket gives up everything else that its incident owes and ends
    /// the incident: the next failure opens a new one.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + 10 * child_complexity")]
    async fn discard_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The deliveries and the reason.")] input: DiscardDeliveriesInput,
    ) -> Answer<DiscardDeliveriesPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let discard = async { deliveries::discard(app, stamp, &keys(&input.delivery_ids)?, &input.reason).await };
        let (rows, user_errors) = settle(discard.await)?;
        Ok(Some(DiscardDeliveriesPayload {
            deliveries: rows.unwrap_or_default().into_iter().map(Delivery).collect(),
            user_errors,
        }))
    }
}

fn keys(ids: &[ID]) -> Outcome<Vec<DeliveryId>> {
    let key = |(index, id)| NodeKind::Delivery.key::<Uuid>(id, &format!("deliveryIds.{index}"));
    let (keys, errors): (Vec<_>, Vec<_>) = ids.iter().enumerate().map(key).partition(Result::is_ok);
    let errors: Vec<_> = errors.into_iter().filter_map(Result::err).collect();
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    Ok(keys.into_iter().flatten().map(DeliveryId::from_uuid).collect())
}
