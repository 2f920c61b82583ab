//! The edges that an operation follows.

use ocigraph_types::EdgeKind;

/// Returns true if an operation with the option `only` follows edges of this kind.
pub(crate) fn follows(only: Option<EdgeKind>, kind: EdgeKind) -> bool {
    only.is_none_or(|only| only == kind)
}
