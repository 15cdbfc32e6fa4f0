//! From a service's outcome to a payload: expected outcomes are data, the rest is an error of the request.

use async_graphql::Result;

use super::request::internal;
use crate::failure::{Failure, Outcome, UserError};

/// The answer of a mutation: its payload. Only an error of the request leaves none, and then the other mutations of the
/// request keep theirs.
pub type Answer<P> = Result<Option<P>>;

/// What a payload is made of: the result, or why there is none.
///
/// # Errors
/// Only what nobody could expect.
pub fn settle<T>(outcome: Outcome<T>) -> Result<(Option<T>, Vec<UserError>)> {
    match outcome {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(Failure::Refused(errors)) => Ok((None, errors)),
        Err(Failure::Internal(fault)) => Err(internal(fault)),
    }
}

/// The value of a query, where a refusal has no payload to travel in.
///
/// # Errors
/// The refusal's first reason with its code, or `INTERNAL`.
pub fn value<T>(outcome: Outcome<T>) -> Result<T> {
    use async_graphql::ErrorExtensions;
    match outcome {
        Ok(value) => Ok(value),
        Err(Failure::Refused(errors)) => {
            let error = errors.into_iter().next();
            let (code, message) = error.map_or((String::from("INVALID"), String::new()), |e| {
                (e.code.to_string(), e.message)
            });
            Err(async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("code", code.as_str())))
        }
        Err(Failure::Internal(fault)) => Err(internal(fault)),
    }
}
