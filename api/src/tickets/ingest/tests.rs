//! Tests of the checks on reports.
use super::*;
