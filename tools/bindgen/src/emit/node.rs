//! The options, results and operations of Node.js.

use super::Output;
use crate::definition::Definition;

pub(crate) fn files(_definition: &Definition) -> Vec<Output> {
    Vec::new()
}
