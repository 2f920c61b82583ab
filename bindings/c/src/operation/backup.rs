// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation backup.

use std::{ffi::c_void, mem::MaybeUninit, path::PathBuf};

use ocigraph::Result;

use crate::{
    boundary::{call, call_status, require},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    options::ocigraph_backup_options,
    results::ocigraph_backup_report,
    status::ocigraph_status,
    text::{joined, ocigraph_str, reference_list},
};

/// Copies repositories and layouts, or some of their tags, into one archive or directory: an image
/// layout. A path that ends with `.tar` is an archive. It appears when it is complete and every
/// byte is verified; the same content gives the same bytes. A directory gets what it lacks, and
/// tags that have moved at the source move in it too. Its `index.json` then says of which
/// repository the tags are, in the annotation `io.ocigraph.backup`.
///
/// A reference without tag and digest names all tags. Of one repository, the archive has the tags,
/// as in any layout. Of several, each name in it is a reference: `host/repository:tag`, or
/// `host/repository@digest` for a manifest without a tag. A layout is backed up by itself.
///
/// `references`: an array of `count` references: the repositories to back up, or some of their
/// tags; or one layout. `output`: the archive, whose name ends with `.tar`, or the directory to
/// write. `options`: NULL selects the defaults. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_backup_report_free`.
/// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if a reference names nothing
/// or content of it is missing; INCOMPLETE if a list of tags or referrers cannot be read
/// completely; DIGEST_MISMATCH or SIZE_MISMATCH if a registry sends other content than a manifest
/// lists; ALREADY_EXISTS if `output` is a file where a directory is written, or the reverse;
/// CONFLICT if the directory has the backup of another repository, whose tags would be lost;
/// INVALID_ARGUMENT if `references` is empty or an option cannot be used.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_backup(
    client: *const ocigraph_client,
    references: *const ocigraph_str,
    count: usize,
    output: ocigraph_str,
    options: *const ocigraph_backup_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_backup_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        backup(client, references, count, output, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_backup_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_backup_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_backup_report>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_backup` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_backup_start(
    client: *const ocigraph_client,
    references: *const ocigraph_str,
    count: usize,
    output: ocigraph_str,
    options: *const ocigraph_backup_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_backup_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        backup(client, references, count, output, as_ref(options))?
            .start(client, cancel, done, user_data)
    })
}

fn backup(
    client: &CallContext,
    references: *const ocigraph_str,
    count: usize,
    output: ocigraph_str,
    options: Option<&ocigraph_backup_options>,
) -> Result<Job<ocigraph_backup_report>> {
    let (core, gate) = (client.core.clone(), Gate::default());
    let references = reference_list(references, count, "references")?;
    let output = PathBuf::from(output.required("output")?);
    let options = options.map(|o| o.for_operation(&gate)).unwrap_or_default();
    Ok(Job::new("backup", joined(&references, output.display()), gate, async move {
        core.backup(&references, &output, options).await.map(Into::into)
    }))
}
