//! Tests of how events become incidents and deliveries.
use super::*;
