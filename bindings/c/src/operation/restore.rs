// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation restore.

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
    options::ocigraph_restore_options,
    results::ocigraph_restore_report,
    status::ocigraph_status,
    text::{joined, ocigraph_str, path_list},
};

/// Copies what an archive or a directory has to `destination`: a registry, a repository or a
/// layout. The first of `inputs` is the archive, which `ocigraph_client_backup`, `oras backup` or
/// another tool has written. The others are earlier archives, with content that it lacks because it
/// was written with the option `since`.
///
/// An archive of one repository is restored to `host/repository`, or `oci:PATH`. Without tags, all
/// tags of the archive are restored, and what was backed up by its digest; else those tags. An
/// archive of several repositories is restored to a registry, `host` or `host/prefix`: each
/// repository keeps its path. In a layout, each keeps its whole name. Tags are set after all
/// content was sent and verified, one repository after another: if a registry refuses a tag, the
/// error says in which repositories tags were set before.
///
/// `inputs`: an array of `count` paths: the archive or directory to restore, and earlier ones that
/// have content of it. `destination`: the place to restore to: `host/repository[:tag[,tag]]`,
/// `oci:PATH`, or for several repositories `host[/prefix]`. `options`: NULL selects the defaults.
/// `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_restore_report_free`.
/// Errors: IO, CANCELLED, network errors; NOT_FOUND if a tag is not in the archive, or if neither
/// the inputs nor the destination have content of it; DIGEST_MISMATCH or SIZE_MISMATCH if the
/// archive is damaged; INVALID_REFERENCE if `destination` names no place for the archive; CONFLICT
/// if some names of the archive are tags and others have a repository; INVALID_ARGUMENT if an
/// option cannot be used.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_restore(
    client: *const ocigraph_client,
    inputs: *const ocigraph_str,
    count: usize,
    destination: ocigraph_str,
    options: *const ocigraph_restore_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_restore_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        restore(client, inputs, count, destination, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_restore_start`. If `status` is `OCIGRAPH_OK`, `result`
/// is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns
/// both and must free them.
pub type ocigraph_restore_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_restore_report>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_restore` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_restore_start(
    client: *const ocigraph_client,
    inputs: *const ocigraph_str,
    count: usize,
    destination: ocigraph_str,
    options: *const ocigraph_restore_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_restore_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        restore(client, inputs, count, destination, as_ref(options))?
            .start(client, cancel, done, user_data)
    })
}

fn restore(
    client: &CallContext,
    inputs: *const ocigraph_str,
    count: usize,
    destination: ocigraph_str,
    options: Option<&ocigraph_restore_options>,
) -> Result<Job<ocigraph_restore_report>> {
    let (core, gate) = (client.core.clone(), Gate::default());
    let inputs = path_list(inputs, count, "inputs")?;
    let destination = destination.required("destination")?;
    let options = options.map(|o| o.for_operation(&gate)).unwrap_or_default();
    Ok(Job::new(
        "restore",
        joined(inputs.iter().map(|path| path.display()), &destination),
        gate,
        async move { core.restore(&inputs, &destination, options).await.map(Into::into) },
    ))
}
