// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation index update.

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
    options::ocigraph_index_update_options,
    results::ocigraph_index_result,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Adds manifests to the index that `reference` names or removes some, changes its annotations or
/// its artifact type, and pushes the updated index. The tag of `reference` moves to it, and the old
/// index stays. With a digest in `reference`, no tag moves. The other entries stay as they are,
/// with unknown fields. Without a change, the index stays as it is, byte for byte.
///
/// `reference`: the index, by a tag, which moves to the updated index, or by a digest. `options`:
/// NULL selects the defaults. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_index_result_free`.
/// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if `reference` or a manifest
/// does not exist, or if the index does not list a manifest to remove; INVALID_ARGUMENT if
/// `reference` or an index to merge is not an index, if a manifest is in another repository or
/// layout, or if an option cannot be used.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_index_update(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_index_update_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_index_result>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        index_update(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_index_update_start`. If `status` is `OCIGRAPH_OK`,
/// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
/// owns both and must free them.
pub type ocigraph_index_update_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_index_result>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_index_update` and returns immediately. The library
/// calls `done` exactly once with the result, also if the operation is cancelled or the runtime
/// ends. If this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_index_update_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_index_update_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_index_update_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        index_update(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

fn index_update(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_index_update_options>,
) -> Result<Job<ocigraph_index_result>> {
    let core = client.core.clone();
    let reference: Reference = reference.parse("reference")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    Ok(Job::new("index update", reference.clone(), Gate::default(), async move {
        core.index_update(&reference, options).await.map(Into::into)
    }))
}
