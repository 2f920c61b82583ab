//! The JSON schema of results, and the table of operations and options.

use super::Output;
use crate::definition::Definition;

pub(crate) fn files(_definition: &Definition) -> Vec<Output> {
    Vec::new()
}
