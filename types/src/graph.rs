//! Graphs of referrers: the value, its drawings and its JSON.

mod drawing;
mod json;
mod referrers;

pub use referrers::{Graph, Node, Walk};
