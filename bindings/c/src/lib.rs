//! The C ABI: every operation of the core as functions over opaque handles, with `include/ocigraph.h`
//! as its manual.
//!
//! It relies on the core for all behaviour and on tokio for threads. It translates values, errors,
//! callbacks and cancellation, and never decides anything. Ownership is in the types: a function
//! that takes `Option<Box<T>>` ends the handle, `Option<&T>` may be called from many threads at
//! once, `*const T` too, and calls back (see [`handle`]), `Option<&mut T>` from one, and results
//! leave through [`boundary::Out`]. All unsafe code is where pointers of C's are followed and its
//! functions called: [`text`], [`handle`], [`callback`], [`job`], [`credential`] and [`signals`]; no
//! panic passes [`boundary`].

#![allow(non_camel_case_types)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

// The header has the functions in this order: first what everything uses,
mod error;
mod status;
mod text;

// then what calls are made with,
mod callback;
mod cancel;
mod client;
mod credential;
mod limits;
mod options;
mod runtime;

// the calls,
mod operation;

mod blob;
mod callback_operation;
mod digest;
mod login;
mod manifest;
mod reference;
mod tag;

// and what comes of them.
mod results;

#[cfg(feature = "test-hooks")]
mod hooks;

mod boundary;
mod handle;
mod job;
mod progress;
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

/// A pointer to const may be given to any number of threads at once, as the header says: the compiler
/// holds every handle to it, and a test that none is missing here.
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
