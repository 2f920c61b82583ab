//! The lists of tags and of repositories, page by page: `n` is the length of a page, `last` the last name
//! of the page before, and the header `Link` names the next page.
//!
//! Specification: [distribution-spec v1.1.1, Listing Tags][spec].
//!
//! [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags

use std::sync::atomic::Ordering;

use axum::{
    body::Body,
    http::{Response, header::LINK},
};
use ocigraph::check_tag;
use serde_json::json;
use url::form_urlencoded;

use crate::{
    errors::{ErrorResponse, Sought},
    habits::Pages,
    headers::{json, set},
    request::Request,
    routes::Registry,
};

/// `GET /v2/<name>/tags/list`
pub(crate) async fn tags(
    registry: &Registry,
    request: &Request,
    name: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let habits = &registry.habits;
    let (limit, last) = page(request, &habits.tags)?;
    let repository = registry.existing(name, Sought::Repository).await?;
    let tags = repository.store.every_tag().await;
    let mut tags = tags.map_err(|e| ErrorResponse::of(&e, Sought::Repository))?.entries;
    // Layouts can have names that are not tags in a registry.
    tags.retain(|tag| check_tag(tag).is_ok() && last.is_none_or(|last| tag.as_str() > last));
    tags.sort();
    tags.dedup();
    let had_tags = repository.had_tags.fetch_or(!tags.is_empty(), Ordering::Relaxed);
    if tags.is_empty() && habits.has_null_tags {
        return match had_tags {
            true => Ok(json(habits, &json!({ "name": name, "tags": null }))),
            false => Err(ErrorResponse::name_unknown(name)),
        };
    }
    let has_more = tags.len() > limit;
    tags.truncate(limit);
    let mut response = json(habits, &json!({ "name": name, "tags": tags }));
    if has_more {
        link(&mut response, request, tags.last(), habits.tags.link_parameter);
    }
    Ok(response)
}

/// `GET /v2/_catalog`
pub(crate) async fn catalog(
    registry: &Registry,
    request: &Request,
) -> Result<Response<Body>, ErrorResponse> {
    let pages = registry.habits.catalog.as_ref().ok_or_else(ErrorResponse::no_route)?;
    let (limit, last) = page(request, pages)?;
    let mut names = registry.repositories.names(last, limit.saturating_add(1)).await;
    let has_more = names.len() > limit;
    names.truncate(limit);
    let mut response = json(&registry.habits, &json!({ "repositories": names }));
    if has_more {
        link(&mut response, request, names.last(), pages.link_parameter);
    }
    Ok(response)
}

/// Returns the length of the page, and the name after which it begins.
pub(crate) fn page<'r>(
    request: &'r Request,
    pages: &Pages,
) -> Result<(usize, Option<&'r str>), ErrorResponse> {
    if !pages.reads_parameters {
        return Ok((pages.default, None));
    }
    let requested = request.query("n").map(str::parse::<usize>);
    let limit = match (requested, pages.above_max, pages.not_a_number) {
        (Some(Ok(n)), Some(refusal), _) if n > pages.max => {
            return Err(ErrorResponse::refused(refusal));
        }
        (Some(Ok(n)), ..) => n.min(pages.max),
        (Some(Err(_)), _, Some(refusal)) => return Err(ErrorResponse::refused(refusal)),
        (None | Some(Err(_)), ..) => pages.default,
    };
    Ok((limit, request.query("last")))
}

/// Names the next page, after `last`.
pub(crate) fn link(
    response: &mut Response<Body>,
    request: &Request,
    last: Option<&String>,
    parameter: Option<&str>,
) {
    let Some(last) = last else { return };
    let mut query = form_urlencoded::Serializer::new(String::new());
    let is_other = |key: &str| key != "last" && parameter.is_none_or(|added| key != added);
    let others = request.query.iter().filter(|(key, _)| is_other(key));
    query.extend_pairs(others.map(|(key, value)| (key.as_str(), value.as_str())));
    query.append_pair("last", last);
    if let Some(parameter) = parameter {
        query.append_pair(parameter, "");
    }
    let link = format!("<{}?{}>; rel=\"next\"", request.path, query.finish());
    set(response, &[(LINK, &link)]);
}
