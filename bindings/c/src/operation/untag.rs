// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation untag.

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
    options::ocigraph_untag_options,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Removes the tags of `reference`. The manifest stays. With a digest in `reference`, removes only
/// tags that name this digest. In an image layout, a tag can end with a digest: `v1@sha256:…` is
/// such a tag if the layout has it.
///
/// `reference`: the tags to remove. `options`: NULL selects the defaults. `cancel`: may be NULL.
///
/// Errors: INVALID_ARGUMENT, IO, CANCELLED, network errors; INVALID_REFERENCE if `reference` has no
/// tag; NOT_FOUND if a tag does not exist; DIGEST_MISMATCH if `reference` has a digest that a tag
/// does not name; UNSUPPORTED if the registry removes a tag only with its manifest. If some tags
/// were removed before the failure, the hint names them.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_untag(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_untag_options,
    cancel: *const ocigraph_cancel,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let client = &CallContext::new(client)?;
        untag(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the end of `ocigraph_client_untag_start`. If `status` is not `OCIGRAPH_OK`, `error` is
/// set. The callback owns it and must free it.
pub type ocigraph_untag_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_untag` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_untag_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_untag_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_untag_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        untag(client, reference, as_ref(options))?
            .start_without_result(client, cancel, done, user_data)
    })
}

fn untag(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_untag_options>,
) -> Result<Job<()>> {
    let core = client.core.clone();
    let reference: Reference = reference.parse("reference")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    Ok(Job::new("untag", reference.clone(), Gate::default(), async move {
        core.untag(&reference, options).await
    }))
}
