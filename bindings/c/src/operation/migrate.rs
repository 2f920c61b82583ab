// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation migrate.

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
    options::ocigraph_migrate_options,
    results::ocigraph_migrate_report,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Gives everything that is attached to what `reference` names another form, also what is attached
/// to the images of an index and to attachments. To referrers: the tags of cosign and the artifact
/// manifests of ORAS and OCI 1.1.0-rc become OCI 1.1 referrers, and the referrers API lists what
/// only a fallback tag listed. To tags: the referrers of cosign get its tags again, and a fallback
/// tag lists what the API lists. The old form stays unless the options ask to remove it. A
/// migration can be run again, and then writes only what is missing.
///
/// `reference`: the manifest whose attachments are migrated, with everything below it. `options`:
/// NULL selects the defaults. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_migrate_report_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
/// `reference` names nothing; INCOMPLETE if a list of tags or referrers cannot be read completely,
/// in which case nothing is written.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_migrate(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_migrate_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_migrate_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        migrate(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_migrate_start`. If `status` is `OCIGRAPH_OK`, `result`
/// is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns
/// both and must free them.
pub type ocigraph_migrate_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_migrate_report>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_migrate` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_migrate_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_migrate_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_migrate_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        migrate(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

fn migrate(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_migrate_options>,
) -> Result<Job<ocigraph_migrate_report>> {
    let core = client.core.clone();
    let reference: Reference = reference.parse("reference")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    Ok(Job::new("migrate", reference.clone(), Gate::default(), async move {
        core.migrate(&reference, options).await.map(Into::into)
    }))
}
