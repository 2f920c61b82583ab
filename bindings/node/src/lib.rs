//! The native part of the npm package `ocigraph`. It converts arguments into calls of the core and
//! results into values: text as JSON, content as bytes. Errors are returned as values, and `node/lib`
//! throws them, so that their stack trace is that of the caller. Only the JavaScript of the package
//! calls it.

mod blob;
mod blob_operation;
mod call;
mod client;
mod content;
mod credential;
pub mod digest;
mod error;
mod graph;
mod manifest;
mod operation;
mod options;
mod progress;
pub mod reference;
mod registry;
mod rows;
mod tag;

use napi_derive::napi;

/// The version of the package.
#[napi]
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
