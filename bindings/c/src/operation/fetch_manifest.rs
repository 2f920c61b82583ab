// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation fetch manifest.

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
    options::ocigraph_resolve_options,
    results::ocigraph_manifest,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Returns the manifest that `reference` names, byte for byte as it is stored; without a platform,
/// also one that cannot be parsed. With a platform, the manifest of the image for that platform in
/// the index that `reference` names.
///
/// `reference`: a reference with a tag or digest. `options`: NULL selects the defaults. `cancel`:
/// may be NULL.
///
/// Ownership: free `out` with `ocigraph_manifest_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
/// `reference` names nothing, if the index has no image for the platform, or if the manifest has
/// another media type; DIGEST_MISMATCH if the content does not have its digest.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_fetch_manifest(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_resolve_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_manifest>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        fetch_manifest(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_fetch_manifest_start`. If `status` is `OCIGRAPH_OK`,
/// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
/// owns both and must free them.
pub type ocigraph_fetch_manifest_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_manifest>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_fetch_manifest` and returns immediately. The library
/// calls `done` exactly once with the result, also if the operation is cancelled or the runtime
/// ends. If this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_fetch_manifest_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_resolve_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_fetch_manifest_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        fetch_manifest(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

fn fetch_manifest(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_resolve_options>,
) -> Result<Job<ocigraph_manifest>> {
    let core = client.core.clone();
    let reference: Reference = reference.parse("reference")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    Ok(Job::new("fetch manifest", reference.clone(), Gate::default(), async move {
        core.fetch_manifest(&reference, options).await.map(Into::into)
    }))
}
