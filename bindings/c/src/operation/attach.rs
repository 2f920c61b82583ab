// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation attach.

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
    options::ocigraph_attach_options,
    results::ocigraph_push_result,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Packs files, directories and bytes into one artifact and attaches it to what `reference` names:
/// the artifact becomes a referrer of it. The artifact has no tag. Blobs that exist already are not
/// sent.
///
/// `reference`: the artifact that gets a referrer. `options`: NULL selects the defaults. `cancel`:
/// may be NULL.
///
/// Ownership: free `out` with `ocigraph_push_result_free`.
/// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; INVALID_ARGUMENT if there is neither a
/// file nor an annotation nor `allow_empty`, or neither an artifact type nor a config; NOT_FOUND if
/// `reference` names nothing or a file does not exist; UNSAFE_PATH if a title leads out of the
/// directory of a later pull.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_attach(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_attach_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_push_result>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        attach(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_attach_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_attach_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_push_result>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_attach` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_attach_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_attach_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_attach_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        attach(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

fn attach(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_attach_options>,
) -> Result<Job<ocigraph_push_result>> {
    let (core, gate) = (client.core.clone(), Gate::default());
    let reference: Reference = reference.parse("reference")?;
    let (options, files) =
        options.map(|o| (o.for_operation(&gate), o.files.clone())).unwrap_or_default();
    let callbacks = client.threads.callbacks()?;
    Ok(Job::new("attach", reference.clone(), gate.clone(), async move {
        let files = files.read(&gate, &callbacks).await;
        let files = files.map_err(|e| e.with_operation("attach", &reference))?;
        core.attach(&reference, options.files(files)).await.map(Into::into)
    }))
}
