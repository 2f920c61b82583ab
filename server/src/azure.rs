//! Azure's own API: lists of manifests and tags, and the deletion of a tag alone.
//!
//! Source: Microsoft's reference of the Azure Container Registry API, 2021-07-01. A layout knows no times and
//! no locks: the lists have no times, and everything is permitted.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Response, StatusCode},
};
use ocigraph::{Descriptor, Digest, ReadStore, Store as _, TagOrDigest, annotation, check_tag};
use serde_json::{Value, json};

use crate::{
    errors::{ErrorResponse, Sought},
    headers::{empty, json as json_response},
    lists::{link, page},
    repositories::Repository,
    request::Request,
    routes::Registry,
};

/// `GET /acr/v1/<name>/_manifests`
pub(crate) async fn manifests(
    registry: &Registry,
    request: &Request,
    name: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let (limit, last) = page(request, &registry.habits.tags)?;
    let repository = registry.existing(name, Sought::Repository).await?;
    let mut tags_of: BTreeMap<Digest, Vec<String>> = BTreeMap::new();
    for entry in entries(&repository).await? {
        tags_of.entry(entry.digest.clone()).or_default().extend(tag_of(&entry));
    }
    let remaining =
        tags_of.into_iter().filter(|(digest, _)| last.is_none_or(|l| digest.as_str() > l));
    let mut remaining = remaining.peekable();
    let (mut listed, mut shown) = (Vec::new(), None);
    for (digest, tags) in remaining.by_ref().take(limit) {
        listed.push(described(&*repository.store, &digest, &tags).await);
        shown = Some(digest.to_string());
    }
    let body = json!({ "registry": host(request), "imageName": name, "manifests": listed });
    let mut response = json_response(&registry.habits, &body);
    if remaining.peek().is_some() {
        link(&mut response, request, shown.as_ref(), registry.habits.tags.link_parameter);
    }
    Ok(response)
}

async fn described(store: &dyn ReadStore, digest: &Digest, tags: &[String]) -> Value {
    let mut listed = json!({ "digest": digest.as_str(), "changeableAttributes": attributes() });
    if let Ok(manifest) = store.fetch_any_manifest(&TagOrDigest::Digest(digest.clone())).await {
        listed["mediaType"] = json!(manifest.media_type());
        listed["imageSize"] = json!(manifest.content().map(|blob| blob.size).sum::<u64>());
        if let Some(config) = manifest.config() {
            listed["configMediaType"] = json!(config.media_type);
        }
    }
    if !tags.is_empty() {
        listed["tags"] = json!(tags);
    }
    listed
}

/// `GET /acr/v1/<name>/_tags`
pub(crate) async fn tags(
    registry: &Registry,
    request: &Request,
    name: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let (limit, last) = page(request, &registry.habits.tags)?;
    let repository = registry.existing(name, Sought::Repository).await?;
    let named = entries(&repository).await?.into_iter();
    let named = named.filter_map(|entry| Some((tag_of(&entry)?, entry.digest)));
    let mut named: Vec<(String, Digest)> =
        named.filter(|(tag, _)| last.is_none_or(|last| tag.as_str() > last)).collect();
    named.sort();
    let has_more = named.len() > limit;
    named.truncate(limit);
    let listed: Vec<Value> = named
        .iter()
        .map(|(tag, digest)| {
            json!({
                "name": tag, "digest": digest.as_str(), "signed": false,
                "changeableAttributes": attributes(),
            })
        })
        .collect();
    let body = json!({ "registry": host(request), "imageName": name, "tags": listed });
    let mut response = json_response(&registry.habits, &body);
    if has_more {
        let last = named.last().map(|(tag, _)| tag);
        link(&mut response, request, last, registry.habits.tags.link_parameter);
    }
    Ok(response)
}

/// `DELETE /acr/v1/<name>/_tags/<tag>`
pub(crate) async fn untag(
    registry: &Registry,
    name: &str,
    tag: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let repository = registry.existing(name, Sought::Repository).await?;
    let removed = repository.writable()?.untag(tag).await;
    removed.map_err(|e| match e.code() {
        ocigraph::Code::NotFound => {
            let message = "the specified tag does not exist";
            ErrorResponse::new(StatusCode::NOT_FOUND, "TAG_UNKNOWN", message)
        }
        _ => ErrorResponse::of(&e, Sought::Manifest),
    })?;
    Ok(empty(StatusCode::ACCEPTED, &[]))
}

async fn entries(repository: &Repository) -> Result<Vec<Descriptor>, ErrorResponse> {
    let listed = repository.store.list_entries().await;
    Ok(listed.map_err(|e| ErrorResponse::of(&e, Sought::Repository))?.entries)
}

fn tag_of(entry: &Descriptor) -> Option<String> {
    let tag = entry.annotations.get(annotation::REF_NAME)?;
    check_tag(tag).is_ok().then(|| tag.clone())
}

/// What is permitted: everything.
fn attributes() -> Value {
    json!({ "deleteEnabled": true, "writeEnabled": true, "readEnabled": true, "listEnabled": true })
}

fn host(request: &Request) -> &str {
    request.header(axum::http::header::HOST).unwrap_or_default()
}
