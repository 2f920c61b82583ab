// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation tag details.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{Reference, Result};

use crate::{
    boundary::{call, call_status, require},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    job::Job,
    results::ocigraph_tag_list,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Returns all tags, each with the digest that it names and what the registry knows of it. With a
/// tag or digest in `reference`, returns only the tags of that manifest.
///
/// `reference`: the repository or layout, or with a tag or digest one manifest in it. `cancel`: may
/// be NULL.
///
/// Ownership: free `out` with `ocigraph_tag_list_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
/// `reference` has a tag or digest that names nothing; INCOMPLETE if a part of the list cannot be
/// read.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_tag_details(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_tag_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        tag_details(client, reference)?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_tag_details_start`. If `status` is `OCIGRAPH_OK`,
/// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
/// owns both and must free them.
pub type ocigraph_tag_details_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_tag_list>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_tag_details` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client` and `cancel` may
/// be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_tag_details_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    done: ocigraph_tag_details_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        tag_details(client, reference)?.start(client, cancel, done, user_data)
    })
}

fn tag_details(client: &CallContext, reference: ocigraph_str) -> Result<Job<ocigraph_tag_list>> {
    let core = client.core.clone();
    let reference: Reference = reference.parse("reference")?;
    Ok(Job::new("tags", reference.clone(), Gate::default(), async move {
        core.tag_details(&reference).await.map(Into::into)
    }))
}
