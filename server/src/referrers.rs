//! The referrers of a manifest, filtered by artifact type, in pages of at most 4 MiB.
//!
//! Specification: [distribution-spec v1.1.1, Listing Referrers][spec].
//!
//! [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers

use std::sync::Arc;

use axum::{
    body::Body,
    http::{
        Response,
        header::{CONTENT_TYPE, WARNING},
    },
};
use ocigraph::{Code, Descriptor, List, media_type};

use crate::{
    errors::{ErrorResponse, Sought},
    habits::Pages,
    headers::{FILTERS_APPLIED, TOTAL_COUNT, set},
    lists::{link, page},
    request::{Request, check_name, digest_of},
    routes::Registry,
};

/// Maximum bytes of a page: what clients accept as a manifest.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;
/// The end of an index.
const END: &[u8] = b"]}";

/// `GET /v2/<name>/referrers/<digest>`
pub(crate) async fn list(
    registry: &Registry,
    request: &Request,
    name: &str,
    digest: &str,
) -> Result<Response<Body>, ErrorResponse> {
    check_name(name)?;
    let subject = digest_of(digest)?;
    let (limit, last) = page(request, &Pages::OWN)?;
    let artifact_type = request.query("artifactType").filter(|text| !text.is_empty());
    let referrers = match registry.existing(name, Sought::Repository).await {
        Ok(repository) => match repository.referrers(&subject, artifact_type).await {
            Err(e) if e.code() == Code::NotFound => List::default(),
            listed => listed.map_err(|e| ErrorResponse::of(&e, Sought::Repository))?,
        },
        // A subject that does not exist has no referrers, wherever it would be.
        Err(_) => List::default(),
    };
    let mut entries = referrers.entries;
    // An order that stays when referrers are added and deleted between two pages.
    entries.sort_unstable_by(|a, b| a.digest.cmp(&b.digest));
    entries.dedup_by(|a, b| a.digest == b.digest);
    let total = entries.len().to_string();
    entries.retain(|entry| last.is_none_or(|last| entry.digest.as_str() > last));
    let (text, next) = page_of(&entries, limit);
    let mut response = Response::new(Body::from(text));
    set(&mut response, &[(CONTENT_TYPE, media_type::OCI_INDEX)]);
    if artifact_type.is_some() {
        set(&mut response, &[(FILTERS_APPLIED, "artifactType")]);
    }
    if registry.habits.counts_referrers {
        set(&mut response, &[(TOTAL_COUNT, &total)]);
    }
    if next < entries.len() {
        let last = next.checked_sub(1).map(|last| entries[last].digest.to_string());
        link(&mut response, request, last.as_ref(), None);
    }
    if let Some(problem) = referrers.problems.first() {
        tracing::warn!(%problem, "the list of referrers is incomplete");
        let warning =
            "299 - \"the list is incomplete: a manifest of the repository cannot be read\"";
        set(&mut response, &[(WARNING, warning)]);
    }
    Ok(response)
}

/// Returns an index with the first entries, and the position of the first that did not fit.
fn page_of(entries: &[Arc<Descriptor>], limit: usize) -> (Vec<u8>, usize) {
    let head =
        format!(r#"{{"schemaVersion":2,"mediaType":"{}","manifests":["#, media_type::OCI_INDEX);
    let mut text = head.into_bytes();
    let mut next = 0;
    for entry in entries.iter().take(limit) {
        let before = text.len();
        if next > 0 {
            text.push(b',');
        }
        write(&mut text, entry);
        if text.len() - before + 512 > MAX_PAGE_BYTES {
            // The client reads the annotations from the manifest.
            let bare = Descriptor { annotations: Default::default(), ..Descriptor::clone(entry) };
            text.truncate(before + usize::from(next > 0));
            write(&mut text, &bare);
        }
        if text.len() + END.len() > MAX_PAGE_BYTES {
            text.truncate(before);
            break;
        }
        next += 1;
    }
    text.extend_from_slice(END);
    (text, next)
}

/// Writes a descriptor, which cannot fail: its keys are strings, and memory takes all bytes.
fn write(text: &mut Vec<u8>, entry: &Descriptor) {
    let _ = serde_json::to_writer(text, entry);
}
