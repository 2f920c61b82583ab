// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation sweep begin.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::Result;

use crate::{
    boundary::{call, call_status, require},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    options::ocigraph_sweep_options,
    results::ocigraph_sweep_page,
    status::ocigraph_status,
    text::{ocigraph_str, texts},
};

/// Starts a sweep: returns the first rows of what is attached to every image of registries,
/// repositories and layouts. `ocigraph_client_sweep_next` returns the others. A target is `host`
/// (all repositories), `host/PATTERN[:TAG]`, `host/repository[:TAG]`, or `oci:PATH[:TAG]`; a tag
/// can be a pattern too. In patterns, `*` means any characters but `/`, `**` those too, `?` one
/// character, and `{a,b}` one of several texts.
///
/// What cannot be read is a row with the status `unknown`, `refused` or `missing`, and ends
/// nothing: an image, a repository, or the list of a registry's repositories. Only *none* says that
/// nothing is attached. After 32 requests in a row that did not reach a registry, its other
/// repositories are rows with the status `unknown`.
///
/// `targets`: an array of `count` texts: the registries, repositories, patterns and layouts to
/// sweep. `options`: NULL selects the defaults. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_sweep_page_free`.
/// Errors: IO, CANCELLED, network errors; INVALID_ARGUMENT if a target, a pattern or a shard cannot
/// be used, or if the checkpoint is of another sweep; CONFLICT if another process uses it;
/// TOO_LARGE if 256 sweeps of the client have not ended.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_sweep_begin(
    client: *const ocigraph_client,
    targets: *const ocigraph_str,
    count: usize,
    options: *const ocigraph_sweep_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_sweep_page>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        sweep_begin(client, targets, count, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_sweep_begin_start`. If `status` is `OCIGRAPH_OK`,
/// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
/// owns both and must free them.
pub type ocigraph_sweep_begin_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_sweep_page>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_sweep_begin` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_sweep_begin_start(
    client: *const ocigraph_client,
    targets: *const ocigraph_str,
    count: usize,
    options: *const ocigraph_sweep_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_sweep_begin_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        sweep_begin(client, targets, count, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

fn sweep_begin(
    client: &CallContext,
    targets: *const ocigraph_str,
    count: usize,
    options: Option<&ocigraph_sweep_options>,
) -> Result<Job<ocigraph_sweep_page>> {
    let core = client.core.clone();
    let targets = texts(targets, count, "targets")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    Ok(Job::new("sweep begin", targets.join(" "), Gate::default(), async move {
        core.sweep_begin(&targets, options).await.map(Into::into)
    }))
}
