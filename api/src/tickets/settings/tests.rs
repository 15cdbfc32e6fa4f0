//! Tests of changes of settings.
use super::*;
