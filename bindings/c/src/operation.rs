//! The operations over whole artifacts and graphs, in their blocking form, and the jobs that both
//! forms run.

use std::mem::MaybeUninit;

use ocigraph::{
    CopyOptions, DiscoverOptions, PullOptions, PushOptions, Reference, Result, VerifyOptions,
};

use crate::{
    boundary::call,
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    options::{
        ocigraph_copy_options, ocigraph_delete_options, ocigraph_discover_options,
        ocigraph_pull_options, ocigraph_push_options, ocigraph_verify_options,
    },
    results::{
        ocigraph_copy_report, ocigraph_delete_report, ocigraph_graph, ocigraph_pull_result,
        ocigraph_push_result, ocigraph_verify_report,
    },
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Packs files, directories and bytes into one artifact, and names it by the reference's tags. With a
/// subject it becomes a referrer of that.
///
/// `reference`: "host/repository[:tag[,tag...]]" or "oci:PATH[:tag]". `options`: NULL pushes an artifact
/// without files.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_push_result_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND for a file or subject, IO, CANCELLED, and those of the network. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_push(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_push_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_push_result>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::of(client)?;
        push(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Writes an artifact's files into a directory, verified; with an artifact type those of the referrers
/// of that type. A file appears under its name when it is whole.
///
/// `options`: NULL writes into the current directory.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_pull_result_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, IO, UNSAFE_PATH, DIGEST_MISMATCH, SIZE_MISMATCH. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_pull(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_pull_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_pull_result>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::of(client)?;
        pull(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// The graph of everything that refers to what the reference names.
///
/// `options`: NULL walks it whole.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_graph_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_discover(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_discover_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_graph>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::of(client)?;
        discover(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Deletes what the reference names and all that refers to it, referrers first; or only says what
/// would be deleted. Can be run again where it was interrupted.
///
/// What could not be deleted is in the report; the call itself succeeds. `options`: NULL keeps what is
/// tagged otherwise.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_delete_report_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, UNSUPPORTED, FORBIDDEN. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_delete(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_delete_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_delete_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::of(client)?;
        delete(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Copies what `source` names, or its whole graph, to `destination`, and tags it there. What is there
/// already is not sent.
///
/// `options`: NULL copies the one artifact, with what it refers to.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_copy_report_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, DIGEST_MISMATCH. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_copy(
    client: *const ocigraph_client,
    source: ocigraph_str,
    destination: ocigraph_str,
    options: *const ocigraph_copy_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_copy_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::of(client)?;
        copy(client, source, destination, as_ref(options))?.run(client, cancel)
    })
}

/// Checks the whole graph under what the reference names: every manifest and blob, those of referrers
/// too. What it finds is in the report; the call itself succeeds.
///
/// `options`: NULL checks all.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_verify_report_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_verify(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_verify_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_verify_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::of(client)?;
        verify(client, reference, as_ref(options))?.run(client, cancel)
    })
}

pub(crate) fn push(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_push_options>,
) -> Result<Job<ocigraph_push_result>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let nothing = ocigraph_push_options::default();
    let (options, files) = options.unwrap_or(&nothing).prepare(&gate);
    let callbacks = client.threads.callbacks()?;
    Ok(Job::new("push", reference.clone(), gate.clone(), async move {
        let files = files
            .read(&gate, &callbacks)
            .await
            .map_err(|e| e.with_operation("push", &reference))?;
        core.push(&reference, PushOptions { files, ..options }).await.map(Into::into)
    }))
}

pub(crate) fn pull(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_pull_options>,
) -> Result<Job<ocigraph_pull_result>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let options = options.map_or_else(PullOptions::default, |o| PullOptions {
        progress: o.progress.through(&gate),
        ..o.core.clone()
    });
    Ok(Job::new("pull", reference.clone(), gate, async move {
        core.pull(&reference, options).await.map(Into::into)
    }))
}

pub(crate) fn discover(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_discover_options>,
) -> Result<Job<ocigraph_graph>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let options = options.map_or_else(DiscoverOptions::default, |o| o.core.clone());
    Ok(Job::new("discover", reference.clone(), gate, async move {
        let graph = core.discover(&reference, options.clone()).await?;
        Ok(ocigraph_graph::new(graph, reference, options))
    }))
}

pub(crate) fn delete(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_delete_options>,
) -> Result<Job<ocigraph_delete_report>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    Ok(Job::new("delete", reference.clone(), gate, async move {
        core.delete(&reference, options).await.map(Into::into)
    }))
}

pub(crate) fn copy(
    client: &CallContext,
    source: ocigraph_str,
    destination: ocigraph_str,
    options: Option<&ocigraph_copy_options>,
) -> Result<Job<ocigraph_copy_report>> {
    let (core, gate) = (client.core.clone(), Gate::default());
    let source: Reference = source.parse("source")?;
    let destination: Reference = destination.parse("destination")?;
    let options = options.map_or_else(CopyOptions::default, |o| CopyOptions {
        progress: o.progress.through(&gate),
        ..o.core.clone()
    });
    Ok(Job::new("copy", format!("{source} to {destination}"), gate, async move {
        core.copy(&source, &destination, options).await.map(Into::into)
    }))
}

fn verify(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_verify_options>,
) -> Result<Job<ocigraph_verify_report>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let options = options.map_or_else(VerifyOptions::default, |o| VerifyOptions {
        progress: o.progress.through(&gate),
        ..o.core.clone()
    });
    Ok(Job::new("verify", reference.clone(), gate, async move {
        core.verify(&reference, options).await.map(Into::into)
    }))
}

/// What every operation begins with.
pub(crate) fn prepare(
    client: &CallContext,
    reference: ocigraph_str,
) -> Result<(ocigraph::Client, Reference, Gate)> {
    Ok((client.core.clone(), reference.parse("reference")?, Gate::default()))
}
