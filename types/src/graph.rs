//! Graphs of what is attached to a manifest: the value, its drawings and its JSON.

mod drawing;
mod json;
mod referrers;

pub use referrers::{EdgeRef, Edges, Graph, Node, Walk};
