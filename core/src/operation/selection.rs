//! What an operation on many images selects: registries, repositories and tags, by names and patterns.

mod destination;
mod filter;
mod latest;
mod names;
mod pattern;
mod places;
mod selector;
mod shard;

pub(crate) use destination::Destination;
pub(crate) use filter::Filter;
pub(crate) use latest::latest;
pub(crate) use names::Names;
pub(crate) use pattern::Pattern;
pub(crate) use places::Places;
pub(crate) use selector::{Selector, TagSelection, merged, shown};
