//! The C ABI: exports every operation of the core as functions over opaque handles. The manual is
//! `include/ocigraph.h`, which is generated from this crate.
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
//! [`text`], [`handle`], [`callback`], [`job`], [`credential`] and [`signals`]. No panic crosses
//! [`boundary`].

#![allow(non_camel_case_types)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

// The order of the modules is the order of the functions in the header. First: common types.
mod error;
mod status;
mod text;

// Then: clients, credentials, options and runtimes.
mod callback;
mod cancel;
mod client;
mod credential;
mod limits;
mod options;
mod runtime;

// Then: operations.
mod operation;

mod blob;
mod callback_operation;
mod digest;
mod login;
mod manifest;
mod reference;
mod tag;

// Last: results.
mod results;

#[cfg(feature = "test-hooks")]
mod hooks;

mod boundary;
mod handle;
mod job;
mod signals;

pub use blob::*;
pub use callback::*;
pub use callback_operation::*;
pub use cancel::*;
pub use client::*;
pub use credential::*;
pub use digest::*;
pub use error::*;
#[cfg(feature = "test-hooks")]
pub use hooks::*;
pub use limits::*;
pub use login::*;
pub use manifest::*;
pub use operation::*;
pub use options::*;
pub use reference::*;
pub use results::*;
pub use runtime::*;
pub use status::*;
pub use tag::*;
pub use text::*;

/// Asserts at compile time that every handle can be shared between threads, as the header promises.
/// A test checks that the list is complete.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<ocigraph_blob_options>();
    shared::<ocigraph_blob_result>();
    shared::<ocigraph_cancel>();
    shared::<ocigraph_client>();
    shared::<ocigraph_client_options>();
    shared::<ocigraph_copy_options>();
    shared::<ocigraph_copy_report>();
    shared::<ocigraph_credential>();
    shared::<ocigraph_delete_options>();
    shared::<ocigraph_delete_report>();
    shared::<ocigraph_descriptor>();
    shared::<ocigraph_digest_list>();
    shared::<ocigraph_discover_options>();
    shared::<ocigraph_error>();
    shared::<ocigraph_graph>();
    shared::<ocigraph_login_result>();
    shared::<ocigraph_logout_result>();
    shared::<ocigraph_manifest>();
    shared::<ocigraph_manifest_list>();
    shared::<ocigraph_pull_options>();
    shared::<ocigraph_pull_result>();
    shared::<ocigraph_push_options>();
    shared::<ocigraph_push_result>();
    shared::<ocigraph_reference>();
    shared::<ocigraph_resolve_options>();
    shared::<ocigraph_runtime>();
    shared::<ocigraph_tag_list>();
    shared::<ocigraph_text_list>();
    shared::<ocigraph_verify_options>();
    shared::<ocigraph_verify_report>();
};
