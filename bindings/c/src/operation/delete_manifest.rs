// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation delete manifest.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{Reference, Result};

use crate::{
    boundary::{call, call_status, require},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    job::Job,
    results::ocigraph_descriptor,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Deletes the manifest that `reference` names, and the tags of `reference`. Its referrers stay.
/// Returns the descriptor of the manifest.
///
/// `reference`: the manifest. Its tags are removed too. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_descriptor_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
/// `reference` names nothing; UNSUPPORTED or FORBIDDEN if the registry refuses to delete.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_delete_manifest(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_descriptor>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        delete_manifest(client, reference)?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_delete_manifest_start`. If `status` is `OCIGRAPH_OK`,
/// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
/// owns both and must free them.
pub type ocigraph_delete_manifest_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_descriptor>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_delete_manifest` and returns immediately. The library
/// calls `done` exactly once with the result, also if the operation is cancelled or the runtime
/// ends. If this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client` and `cancel` may
/// be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_delete_manifest_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    done: ocigraph_delete_manifest_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        delete_manifest(client, reference)?.start(client, cancel, done, user_data)
    })
}

fn delete_manifest(
    client: &CallContext,
    reference: ocigraph_str,
) -> Result<Job<ocigraph_descriptor>> {
    let core = client.core.clone();
    let reference: Reference = reference.parse("reference")?;
    Ok(Job::new("delete manifest", reference.clone(), Gate::default(), async move {
        crate::manifest::delete_manifest(&core, &reference).await.map(ocigraph_descriptor::new)
    }))
}
