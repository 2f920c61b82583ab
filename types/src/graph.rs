//! Graphs of what is attached to a manifest: the value, its drawings and its JSON.

mod compact;
mod drawing;
mod json;
mod referrers;

pub use compact::{CompactDescriptor, SharedTexts};
pub use json::edge_json;
pub use referrers::{EdgeRef, Edges, Graph, Node, Walk};
