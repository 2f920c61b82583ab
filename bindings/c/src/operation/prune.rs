// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation prune.

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
    options::ocigraph_prune_options,
    results::ocigraph_prune_report,
    status::ocigraph_status,
    text::{ocigraph_str, reference_list, spaced},
};

/// Deletes from repositories and layouts what the options select, by age, number, tags and kind,
/// and keeps what something needs that stays: what an index lists, subjects, and everything
/// attached. What is attached to a deleted manifest is deleted with it. The report has the reason
/// for everything that is deleted, and for everything that was selected and stays. A plan can be
/// stored, and executed later: what has changed since is refused, and an interrupted execution can
/// be run again.
///
/// A registry that lists no untagged manifests, as most do, shows only those that something tagged
/// leads to: the report says so. If a list or a manifest cannot be read, everything stays in that
/// repository, because the unread part may need it. A failure in one of several repositories is in
/// the report, and does not stop the others.
///
/// `references`: an array of `count` references: the repositories and layouts to prune, without
/// tags and digests. None with the option `execute`. `options`: NULL selects the defaults.
/// `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_prune_report_free`.
/// Errors: IO, CANCELLED, network errors; INVALID_ARGUMENT if the options select nothing or cannot
/// be used, or if a file is not a plan; CONFLICT if the plan deletes more manifests than the
/// options allow; INVALID_REFERENCE if a reference has a tag or digest. Of a single repository:
/// NOT_FOUND if it does not exist, UNSUPPORTED if the registry deletes no manifest.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_prune(
    client: *const ocigraph_client,
    references: *const ocigraph_str,
    count: usize,
    options: *const ocigraph_prune_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_prune_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        prune(client, references, count, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_prune_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_prune_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_prune_report>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_prune` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_prune_start(
    client: *const ocigraph_client,
    references: *const ocigraph_str,
    count: usize,
    options: *const ocigraph_prune_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_prune_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        prune(client, references, count, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

fn prune(
    client: &CallContext,
    references: *const ocigraph_str,
    count: usize,
    options: Option<&ocigraph_prune_options>,
) -> Result<Job<ocigraph_prune_report>> {
    let core = client.core.clone();
    let references = reference_list(references, count, "references")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    Ok(Job::new("prune", spaced(&references), Gate::default(), async move {
        core.prune(&references, options).await.map(Into::into)
    }))
}
