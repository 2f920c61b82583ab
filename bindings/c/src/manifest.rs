//! Fetching, pushing and deleting of single manifests.

use std::mem::MaybeUninit;

use ocigraph::{Manifest, ResolveOptions, Result};

use crate::{
    boundary::call,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    operation::prepare,
    options::ocigraph_resolve_options,
    results::{ocigraph_descriptor, ocigraph_manifest},
    status::ocigraph_status,
    text::{ocigraph_bytes, ocigraph_str},
};

/// Fetches the manifest that the reference names, as stored, and verifies its digest.
///
/// `options`: NULL returns an index as an index. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_manifest_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, DIGEST_MISMATCH, INVALID_MANIFEST,
/// TOO_LARGE, CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_fetch_manifest(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_resolve_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_manifest>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        fetch_manifest(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Pushes the bytes of a manifest unchanged, tags it with the tags of the reference, and returns
/// its descriptor.
///
/// `media_type`: no text uses the `mediaType` in the manifest. `content`: the bytes of the
/// manifest. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_descriptor_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, INVALID_MANIFEST, CANCELLED, network
/// errors; DIGEST_MISMATCH if the reference has another digest.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_push_manifest(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    media_type: ocigraph_str,
    content: ocigraph_bytes,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_descriptor>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        push_manifest(client, reference, media_type, content)?.run(client, cancel)
    })
}

/// Deletes the manifest that the reference names together with the tags of the reference, and
/// returns its descriptor. Unlike `ocigraph_client_delete`, it does not delete referrers.
///
/// `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_descriptor_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors; UNSUPPORTED
/// if the registry does not support deletion.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_delete_manifest(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_descriptor>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        delete_manifest(client, reference)?.run(client, cancel)
    })
}

fn fetch_manifest(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_resolve_options>,
) -> Result<Job<ocigraph_manifest>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let platform = options.and_then(|o| o.platform.clone());
    Ok(Job::new("fetch manifest", reference.clone(), gate, async move {
        core.fetch_manifest(&reference, ResolveOptions::for_platform(platform))
            .await
            .map(Into::into)
    }))
}

fn push_manifest(
    client: &CallContext,
    reference: ocigraph_str,
    media_type: ocigraph_str,
    content: ocigraph_bytes,
) -> Result<Job<ocigraph_descriptor>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let (media_type, content) = (media_type.optional("media_type")?, content.bytes("content")?);
    Ok(Job::new("push manifest", reference.clone(), gate, async move {
        let manifest = Manifest::parse(content, media_type.as_deref(), reference.algorithm()?)
            .map_err(|e| e.with_operation("push manifest", &reference))?;
        core.push_manifest(&reference, &manifest).await?;
        Ok(ocigraph_descriptor::new(manifest.descriptor()))
    }))
}

fn delete_manifest(
    client: &CallContext,
    reference: ocigraph_str,
) -> Result<Job<ocigraph_descriptor>> {
    let (core, reference, gate) = prepare(client, reference)?;
    Ok(Job::new("delete manifest", reference.clone(), gate, async move {
        let manifest = core.fetch_manifest(&reference, ResolveOptions::default()).await?;
        core.delete_manifest(&reference, &manifest).await?;
        Ok(ocigraph_descriptor::new(manifest.descriptor()))
    }))
}
