//! The C ABI: exports every operation of the core as functions over opaque handles. The manual is
//! `include/ocigraph.h`, which is generated from this crate.
//!
//! Constants, options, results and operations are written by `tools/bindgen` from those of the core.
//!
//! The crate relies on the core for all behaviour and on tokio for threads. It translates values,
//! errors, callbacks and cancellation, and contains no logic of its own.
//!
//! Parameter types express ownership. `Option<Box<T>>` takes the handle and frees it. `Option<&T>`
//! permits concurrent calls, and so does `*const T`, which marks functions that can call back (see
//! [`handle`]). `Option<&mut T>` requires exclusive access. Results are stored through
//! [`boundary::Out`].
//!
//! Unsafe code is confined to the modules that dereference C pointers or call C functions:
//! [`text`], [`handle`], [`callback`], [`job`], [`without_result`], [`credential`] and [`signals`]. No panic crosses
//! [`boundary`].

#![allow(non_camel_case_types)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

// The order of the modules is the order of the functions in the header. First: common types.
mod error;
mod status;
mod text;

// Then: constants, callbacks, options, credentials, runtimes and clients.
mod numbers;

mod callback;
mod cancel;
mod client_options;
mod options;

mod credential;
mod runtime;

mod client;

// Then: operations.
mod operation;

mod blob;
mod digest;
mod reference;
mod serve;

// Last: results.
mod results;

#[cfg(feature = "test-hooks")]
mod hooks;

mod boundary;
mod files;
mod handle;
mod job;
mod manifest;
mod rows;
mod signals;
mod without_result;

pub use blob::*;
pub use callback::*;
pub use cancel::*;
pub use client::*;
pub use client_options::*;
pub use credential::*;
pub use digest::*;
pub use error::*;
#[cfg(feature = "test-hooks")]
pub use hooks::*;
pub use numbers::*;
pub use operation::*;
pub use options::*;
pub use reference::*;
pub use results::*;
pub use runtime::*;
pub use serve::*;
pub use status::*;
pub use text::*;

/// Asserts at compile time that every handle can be shared between threads, as the header promises.
/// `operation`, `options` and `results` assert it for their handles. A test checks that the list is complete.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<ocigraph_blob_result>();
    shared::<ocigraph_cancel>();
    shared::<ocigraph_client>();
    shared::<ocigraph_client_options>();
    shared::<ocigraph_credential>();
    shared::<ocigraph_digest_list>();
    shared::<ocigraph_error>();
    shared::<ocigraph_reference>();
    shared::<ocigraph_runtime>();
    shared::<ocigraph_serve_options>();
    shared::<ocigraph_served_registry>();
};
