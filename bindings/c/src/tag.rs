//! Names and listings: resolve, tag, untag, tags with and without what is known of each, manifests,
//! repositories.

use std::mem::MaybeUninit;

use ocigraph::{Host, Result};

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

/// The descriptor of what the reference names.
///
/// `options`: NULL takes it as it is.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
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
        let client = &CallContext::of(client)?;
        resolve(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Points further tags at what the reference names, and gives its descriptor.
///
/// `tags`: `count` texts.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
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
        let client = &CallContext::of(client)?;
        tag(client, reference, tags, count)?.run(client, cancel)
    })
}

/// Removes the reference's tags and leaves what they named.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, UNSUPPORTED where a registry cannot remove a tag. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_untag(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let client = &CallContext::of(client)?;
        untag(client, reference)?.run(client, cancel)
    })
}

/// All tags, without those by which clients keep referrers, in the registry's order.
///
/// `reference`: a repository or a layout.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_text_list_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_tags(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_text_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::of(client)?;
        tags(client, reference)?.run(client, cancel)
    })
}

/// All tags, as `ocigraph_client_tags`, with what each names and what the registry tells of it.
///
/// `reference`: a repository or a layout.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_tag_list_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_tag_details(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_tag_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::of(client)?;
        tag_details(client, reference)?.run(client, cancel)
    })
}

/// The manifests, tagged and untagged, with what is known of each.
///
/// `reference`: a repository or a layout.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_manifest_list_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_manifests(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_manifest_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::of(client)?;
        manifests(client, reference)?.run(client, cancel)
    })
}

/// The repositories of a registry.
///
/// `host`: "registry.example.com[:port]".
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_text_list_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: UNSUPPORTED where it does not list them; INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_repositories(
    client: *const ocigraph_client,
    host: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_text_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::of(client)?;
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
        core.resolve(&reference, platform.as_ref()).await.map(ocigraph_descriptor::new)
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
