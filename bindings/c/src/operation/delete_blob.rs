// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation delete blob.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{Reference, Result};

use crate::{
    boundary::{call_status, require},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    options::ocigraph_blob_delete_options,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Deletes the blob that `reference` names by digest. An image layout refuses it while a manifest
/// needs the blob; a registry may not check that. `ocigraph_client_delete` deletes an artifact, and
/// a layout then removes the blobs that nothing needs.
///
/// `reference`: the blob, by its digest. `options`: NULL selects the defaults. `cancel`: may be
/// NULL.
///
/// Errors: INVALID_ARGUMENT, IO, CANCELLED, network errors; INVALID_REFERENCE if `reference` has no
/// digest; NOT_FOUND if the blob does not exist, unless the options allow it; CONFLICT if a
/// manifest of a layout needs the blob or another program writes to the layout; UNSUPPORTED if the
/// registry deletes no blob.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_delete_blob(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_blob_delete_options,
    cancel: *const ocigraph_cancel,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let client = &CallContext::new(client)?;
        delete_blob(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the end of `ocigraph_client_delete_blob_start`. If `status` is not `OCIGRAPH_OK`,
/// `error` is set. The callback owns it and must free it.
pub type ocigraph_delete_blob_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_delete_blob` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_delete_blob_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_blob_delete_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_delete_blob_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        delete_blob(client, reference, as_ref(options))?
            .start_without_result(client, cancel, done, user_data)
    })
}

fn delete_blob(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_blob_delete_options>,
) -> Result<Job<()>> {
    let core = client.core.clone();
    let reference: Reference = reference.parse("reference")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    Ok(Job::new("delete blob", reference.clone(), Gate::default(), async move {
        core.delete_blob(&reference, options).await
    }))
}
