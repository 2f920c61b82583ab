//! Tags and lists: resolve, tag, untag, and lists of tags, manifests and repositories.

use std::mem::MaybeUninit;

use ocigraph::{Host, ResolveOptions, Result};

use crate::{
    boundary::{call, call_status},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    operation::prepare,
    options::ocigraph_resolve_options,
    results::{ocigraph_descriptor, ocigraph_manifest_list, ocigraph_tag_list, ocigraph_text_list},
    status::ocigraph_status,
    text::{ocigraph_str, texts},
};

/// Resolves a reference to the descriptor of its manifest.
///
/// `options`: NULL resolves an index to the index itself. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_descriptor_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_resolve(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_resolve_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_descriptor>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        resolve(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Adds tags to the manifest that the reference names, and returns its descriptor. A tag that
/// already exists is moved.
///
/// `tags`: an array of `count` tags. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_descriptor_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_tag(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    tags: *const ocigraph_str,
    count: usize,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_descriptor>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        tag(client, reference, tags, count)?.run(client, cancel)
    })
}

/// Removes the tags of the reference and keeps the manifest.
///
/// `cancel`: may be NULL.
///
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors; UNSUPPORTED
/// if the registry cannot remove a tag.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_untag(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let client = &CallContext::new(client)?;
        untag(client, reference)?.run(client, cancel)
    })
}

/// Lists the tags of a repository or layout in the order of the registry. The tags of the referrers
/// tag schema are omitted.
///
/// `reference`: a repository or a layout. `cancel`: may be NULL.
///
/// See https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags.
///
/// Ownership: free `out` with `ocigraph_text_list_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_tags(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_text_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        tags(client, reference)?.run(client, cancel)
    })
}

/// Lists the tags of a repository or layout, as `ocigraph_client_tags` does, with their digests and
/// the metadata that the registry reports.
///
/// `reference`: a repository or a layout. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_tag_list_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_tag_details(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_tag_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        tag_details(client, reference)?.run(client, cancel)
    })
}

/// Lists the tagged and untagged manifests of a repository or layout with their metadata.
///
/// `reference`: a repository or a layout. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_manifest_list_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_manifests(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_manifest_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        manifests(client, reference)?.run(client, cancel)
    })
}

/// Lists the repositories of a registry.
///
/// `host`: "registry.example.com[:port]". `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_text_list_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors; UNSUPPORTED
/// if the registry does not list its repositories.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_repositories(
    client: *const ocigraph_client,
    host: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_text_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        repositories(client, host)?.run(client, cancel)
    })
}

fn resolve(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_resolve_options>,
) -> Result<Job<ocigraph_descriptor>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let platform = options.and_then(|o| o.platform.clone());
    Ok(Job::new("resolve", reference.clone(), gate, async move {
        core.resolve(&reference, ResolveOptions::for_platform(platform))
            .await
            .map(ocigraph_descriptor::new)
    }))
}

fn tag(
    client: &CallContext,
    reference: ocigraph_str,
    tags: *const ocigraph_str,
    count: usize,
) -> Result<Job<ocigraph_descriptor>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let tags = texts(tags, count, "tags")?;
    Ok(Job::new("tag", reference.clone(), gate, async move {
        core.tag(&reference, &tags).await.map(ocigraph_descriptor::new)
    }))
}

fn untag(client: &CallContext, reference: ocigraph_str) -> Result<Job<()>> {
    let (core, reference, gate) = prepare(client, reference)?;
    Ok(Job::new("untag", reference.clone(), gate, async move { core.untag(&reference).await }))
}

fn tags(client: &CallContext, reference: ocigraph_str) -> Result<Job<ocigraph_text_list>> {
    let (core, reference, gate) = prepare(client, reference)?;
    Ok(Job::new("tags", reference.clone(), gate, async move {
        core.tags(&reference).await.map(|tags| ocigraph_text_list::new("tags", tags))
    }))
}

fn tag_details(client: &CallContext, reference: ocigraph_str) -> Result<Job<ocigraph_tag_list>> {
    let (core, reference, gate) = prepare(client, reference)?;
    Ok(Job::new("tags", reference.clone(), gate, async move {
        core.tag_details(&reference).await.map(Into::into)
    }))
}

fn manifests(client: &CallContext, reference: ocigraph_str) -> Result<Job<ocigraph_manifest_list>> {
    let (core, reference, gate) = prepare(client, reference)?;
    Ok(Job::new("manifests", reference.clone(), gate, async move {
        core.manifests(&reference).await.map(Into::into)
    }))
}

fn repositories(client: &CallContext, host: ocigraph_str) -> Result<Job<ocigraph_text_list>> {
    let (core, host) = (client.core.clone(), host.parse::<Host>("host")?);
    Ok(Job::new("repositories", host.clone(), Gate::default(), async move {
        let found = core.repositories(&host).await?;
        Ok(ocigraph_text_list::new("repositories", found))
    }))
}
