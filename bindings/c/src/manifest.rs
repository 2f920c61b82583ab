//! The raw level: manifests, bytes in and out.

use std::mem::MaybeUninit;

use ocigraph::{Manifest, Result};

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

/// The manifest that the reference names, as it is stored, its digest checked.
///
/// `options`: NULL takes it as it is.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_manifest_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, DIGEST_MISMATCH, INVALID_MANIFEST, TOO_LARGE. Since 0.1.0.
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
        let client = &CallContext::of(client)?;
        fetch_manifest(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Stores a manifest as it is, under the reference's tags, and gives its descriptor.
///
/// `media_type`: no text takes the one written in it. `content`: the manifest's bytes.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, INVALID_MANIFEST; DIGEST_MISMATCH where the reference has
/// another digest. Since 0.1.0.
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
        let client = &CallContext::of(client)?;
        push_manifest(client, reference, media_type, content)?.run(client, cancel)
    })
}

/// Deletes the one manifest that the reference names, with the reference's tags, and nothing else: what
/// refers to it stays, unlike with `ocigraph_client_delete`. Gives its descriptor.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, UNSUPPORTED where a registry does not delete. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_delete_manifest(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_descriptor>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::of(client)?;
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
        core.fetch_manifest(&reference, platform.as_ref()).await.map(Into::into)
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
        let manifest = core.fetch_manifest(&reference, None).await?;
        core.delete_manifest(&reference, &manifest).await?;
        Ok(ocigraph_descriptor::new(manifest.descriptor()))
    }))
}
