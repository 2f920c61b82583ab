//! The native part of the npm package `ocigraph`: it turns arguments into calls of the core, and
//! results into values. Text goes both ways as JSON, content as bytes; whatever fails is handed
//! back as a value, and `node/lib` throws it, so that the stack is the caller's. It relies on
//! the package's JavaScript, is called by nothing else, and decides nothing.

mod artifacts;
mod asked;
mod call;
mod client;
mod content;
mod credentials;
pub mod digests;
mod graph;
mod names;
mod options;
mod outcome;
mod pieces;
mod progress;
mod reading;
pub mod reference;

use napi_derive::napi;

/// The version of the package.
#[napi]
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
