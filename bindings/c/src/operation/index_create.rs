// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation index create.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{Reference, Result};

use crate::{
    boundary::{call, call_status, require},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    options::ocigraph_index_create_options,
    results::ocigraph_index_result,
    status::ocigraph_status,
    text::{ocigraph_str, texts},
};

/// Creates an OCI image index of `manifests`, pushes it, and sets the tags of `reference`. Each
/// manifest is named by a tag, a digest, or a reference to the repository or layout of `reference`;
/// the index lists it once, in the order given. The entry of an image has the platform that its
/// config says, the entry of another artifact its artifact type. Without manifests, the index is
/// empty.
///
/// `reference`: the repository or layout, with the tags of the index. `manifests`: an array of
/// `count` texts: the manifests that the index lists: tags, digests, or references to the same
/// repository or layout. `options`: NULL selects the defaults. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_index_result_free`.
/// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if a manifest or the config
/// of an image does not exist; INVALID_ARGUMENT if a manifest is in another repository or layout,
/// or if an option cannot be used; DIGEST_MISMATCH if `reference` has a digest that is not the
/// index's.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_index_create(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    manifests: *const ocigraph_str,
    count: usize,
    options: *const ocigraph_index_create_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_index_result>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        index_create(client, reference, manifests, count, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_index_create_start`. If `status` is `OCIGRAPH_OK`,
/// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
/// owns both and must free them.
pub type ocigraph_index_create_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_index_result>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_index_create` and returns immediately. The library
/// calls `done` exactly once with the result, also if the operation is cancelled or the runtime
/// ends. If this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_index_create_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    manifests: *const ocigraph_str,
    count: usize,
    options: *const ocigraph_index_create_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_index_create_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        index_create(client, reference, manifests, count, as_ref(options))?
            .start(client, cancel, done, user_data)
    })
}

fn index_create(
    client: &CallContext,
    reference: ocigraph_str,
    manifests: *const ocigraph_str,
    count: usize,
    options: Option<&ocigraph_index_create_options>,
) -> Result<Job<ocigraph_index_result>> {
    let core = client.core.clone();
    let reference: Reference = reference.parse("reference")?;
    let manifests = texts(manifests, count, "manifests")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    Ok(Job::new("index create", reference.clone(), Gate::default(), async move {
        core.index_create(&reference, &manifests, options).await.map(Into::into)
    }))
}
