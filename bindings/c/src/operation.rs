//! The operations on artifacts and graphs in their blocking form, and the jobs that both forms run.

use std::mem::MaybeUninit;

use ocigraph::{CopyOptions, DiscoverOptions, PullOptions, Reference, Result, VerifyOptions};

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

/// Pushes files, directories and bytes as one artifact and tags it with the tags of the reference.
/// If the options set a subject, the artifact becomes a referrer of that subject.
///
/// `reference`: "host/repository[:tag[,tag...]]" or "oci:PATH[:tag]". `options`: NULL pushes an
/// artifact without files. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_push_result_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND (a file or the subject), UNSAFE_PATH, IO,
/// CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
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
        let client = &CallContext::new(client)?;
        push(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Pulls the files of an artifact into a directory. A file appears under its final name only after
/// its size and digest were verified.
///
/// `options`: NULL writes into the current directory. If an artifact type is set, the files of all
/// referrers with that type are pulled. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_pull_result_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, UNSAFE_PATH, DIGEST_MISMATCH,
/// SIZE_MISMATCH, TOO_LARGE, IO, CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
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
        let client = &CallContext::new(client)?;
        pull(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Discovers the graph of all direct and indirect referrers of a manifest.
///
/// `options`: NULL returns the complete graph. `cancel`: may be NULL.
///
/// See https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers.
///
/// Ownership: free `out` with `ocigraph_graph_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, INCOMPLETE, TOO_LARGE, CANCELLED,
/// network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
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
        let client = &CallContext::new(client)?;
        discover(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Deletes a manifest and all its direct and indirect referrers, referrers first. An interrupted
/// delete can be run again.
///
/// Manifests that could not be deleted are in the report; the call itself succeeds. `options`: NULL
/// keeps manifests that have other tags or are listed by another index. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_delete_report_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, UNSUPPORTED, INCOMPLETE, CANCELLED,
/// network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
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
        let client = &CallContext::new(client)?;
        delete(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Copies an artifact, or its complete graph, from `source` to `destination`, and tags it there
/// with the tags of `destination`. Content that already exists at the destination is not sent.
///
/// `options`: NULL copies the artifact and the content that it refers to, without its referrers.
/// `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_copy_report_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, DIGEST_MISMATCH, SIZE_MISMATCH,
/// INCOMPLETE, CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
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
        let client = &CallContext::new(client)?;
        copy(client, source, destination, as_ref(options))?.run(client, cancel)
    })
}

/// Verifies the size and digest of every manifest and blob in the graph of the reference, including
/// all referrers.
///
/// Problems are in the report; the call itself succeeds. `options`: NULL verifies everything.
/// `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_verify_report_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
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
        let client = &CallContext::new(client)?;
        verify(client, reference, as_ref(options))?.run(client, cancel)
    })
}

pub(crate) fn push(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_push_options>,
) -> Result<Job<ocigraph_push_result>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let defaults = ocigraph_push_options::default();
    let (options, files) = options.unwrap_or(&defaults).prepare(&gate);
    let callbacks = client.threads.callbacks()?;
    Ok(Job::new("push", reference.clone(), gate.clone(), async move {
        let files = files
            .read(&gate, &callbacks)
            .await
            .map_err(|e| e.with_operation("push", &reference))?;
        core.push(&reference, options.files(files)).await.map(Into::into)
    }))
}

pub(crate) fn pull(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_pull_options>,
) -> Result<Job<ocigraph_pull_result>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let options = options
        .map_or_else(PullOptions::default, |o| o.core.clone().progress(o.progress.through(&gate)));
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
    let options = options
        .map_or_else(CopyOptions::default, |o| o.core.clone().progress(o.progress.through(&gate)));
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
    let options = options.map_or_else(VerifyOptions::default, |o| {
        o.core.clone().progress(o.progress.through(&gate))
    });
    Ok(Job::new("verify", reference.clone(), gate, async move {
        core.verify(&reference, options).await.map(Into::into)
    }))
}

/// Returns the client, the parsed reference and a new gate for an operation.
pub(crate) fn prepare(
    client: &CallContext,
    reference: ocigraph_str,
) -> Result<(ocigraph::Client, Reference, Gate)> {
    Ok((client.core.clone(), reference.parse("reference")?, Gate::default()))
}
