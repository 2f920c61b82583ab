//! The lists of tags and of repositories, page by page: `n` is the length of a page, `last` the last name
//! of the page before, and the header `Link` names the next page.
//!
//! Specification: [distribution-spec v1.1.1, Listing Tags][spec].
//!
//! [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags

use axum::{
    body::Body,
    http::{Response, header::LINK},
};
use ocigraph::check_tag;
use serde_json::json;
use url::form_urlencoded;

use crate::{
    errors::{ErrorResponse, Sought},
    headers::{json, set},
    request::Request,
    routes::Registry,
};

/// Maximum number of names in one page. Without `n`, a page has as many.
const MAX_PAGE: usize = 10_000;

/// `GET /v2/<name>/tags/list`
pub(crate) async fn tags(
    registry: &Registry,
    request: &Request,
    name: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let (limit, last) = page(request)?;
    let repository = registry.existing(name).await?;
    let tags = repository.store.every_tag().await;
    let mut tags = tags.map_err(|e| ErrorResponse::of(&e, Sought::Repository))?.entries;
    // Layouts can have names that are not tags in a registry.
    tags.retain(|tag| check_tag(tag).is_ok() && last.is_none_or(|last| tag.as_str() > last));
    tags.sort();
    tags.dedup();
    let has_more = tags.len() > limit;
    tags.truncate(limit);
    let mut response = json(&json!({ "name": name, "tags": tags }));
    if has_more {
        link(&mut response, request, tags.last());
    }
    Ok(response)
}

/// `GET /v2/_catalog`
pub(crate) async fn catalog(
    registry: &Registry,
    request: &Request,
) -> Result<Response<Body>, ErrorResponse> {
    let (limit, last) = page(request)?;
    let mut names = registry.repositories.names(last, limit + 1).await;
    let has_more = names.len() > limit;
    names.truncate(limit);
    let mut response = json(&json!({ "repositories": names }));
    if has_more {
        link(&mut response, request, names.last());
    }
    Ok(response)
}

/// Returns the length of the page, and the name after which it begins.
pub(crate) fn page(request: &Request) -> Result<(usize, Option<&str>), ErrorResponse> {
    let limit = match request.query("n") {
        None => MAX_PAGE,
        Some(n) => n.parse::<usize>().map_err(|_| {
            ErrorResponse::bad_request("UNSUPPORTED", "the parameter n is not a number")
        })?,
    };
    Ok((limit.min(MAX_PAGE), request.query("last")))
}

/// Names the next page, after `last`.
pub(crate) fn link(response: &mut Response<Body>, request: &Request, last: Option<&String>) {
    let Some(last) = last else { return };
    let mut query = form_urlencoded::Serializer::new(String::new());
    let others = request.query.iter().filter(|(key, _)| key != "last");
    query.extend_pairs(others.map(|(key, value)| (key.as_str(), value.as_str())));
    query.append_pair("last", last);
    let link = format!("<{}?{}>; rel=\"next\"", request.path, query.finish());
    set(response, &[(LINK, &link)]);
}
