//! The options, results and operations of Go.

use super::Output;
use crate::definition::Definition;

pub(crate) fn files(_definition: &Definition) -> Vec<Output> {
    Vec::new()
}
