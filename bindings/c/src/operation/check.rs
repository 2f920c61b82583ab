// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation check.

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
    options::ocigraph_check_options,
    results::ocigraph_check_report,
    status::ocigraph_status,
    text::{ocigraph_str, texts},
};

/// Checks that everything in `requirements` is attached to what `reference` names: as a referrer,
/// by a sibling tag of cosign, or as an attestation of BuildKit. A requirement is `signature`,
/// `attestation`, `provenance`, `sbom`, `scan-result`, `vex` or `chart`; one of these with a
/// predicate type or an artifact type, such as `provenance=https://slsa.dev/provenance/v1`; or
/// `artifact-type=TYPE`.
///
/// It tells whether something is attached, not whether it is valid: no signature is verified. What
/// is attached to an attachment does not count. The report has each requirement with its answer:
/// `OCIGRAPH_PRESENCE_MISSING` only if everything attached was listed and read, else
/// `OCIGRAPH_PRESENCE_UNKNOWN`.
///
/// `reference`: the image, or the index of images. `requirements`: an array of `count` texts: what
/// must be attached: requirements such as `signature` or `sbom`. `options`: NULL selects the
/// defaults. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_check_report_free`.
/// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if `reference` names
/// nothing; INVALID_ARGUMENT if `requirements` is empty or has something else than requirements.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_check(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    requirements: *const ocigraph_str,
    count: usize,
    options: *const ocigraph_check_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_check_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        check(client, reference, requirements, count, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_check_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_check_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_check_report>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_check` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_check_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    requirements: *const ocigraph_str,
    count: usize,
    options: *const ocigraph_check_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_check_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        check(client, reference, requirements, count, as_ref(options))?
            .start(client, cancel, done, user_data)
    })
}

fn check(
    client: &CallContext,
    reference: ocigraph_str,
    requirements: *const ocigraph_str,
    count: usize,
    options: Option<&ocigraph_check_options>,
) -> Result<Job<ocigraph_check_report>> {
    let core = client.core.clone();
    let reference: Reference = reference.parse("reference")?;
    let requirements = texts(requirements, count, "requirements")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    Ok(Job::new("check", reference.clone(), Gate::default(), async move {
        core.check(&reference, &requirements, options).await.map(Into::into)
    }))
}
