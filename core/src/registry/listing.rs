//! Lists of tags and repositories, page by page.

use std::{collections::HashSet, sync::Arc};

use http::{Method, StatusCode, header};
use serde::Deserialize;
use url::Url;

use super::{
    Registry,
    answer::{Answer, same_origin},
    call::{Call, Purpose},
    transport::{Channel, Connection},
};
use crate::{
    auth::Scopes,
    error::{Code, Error, Result},
    work::bounded,
};

impl Registry {
    /// All tags, those of fallback indexes included.
    pub(super) async fn list_tags(&self) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Page {
            // Null where there are none.
            tags: Option<Vec<String>>,
        }
        let url = self.url("tags/list")?;
        let mut tags = Vec::new();
        let mut pages = Pages::new(&self.connection, url);
        while let Some(answer) = pages.next().await? {
            if answer.status() != StatusCode::OK {
                let what = format!("the tags of {} are not listed", self.repository);
                return Err(answer.into_error(&what).await);
            }
            let page: Page = json(answer, "a list of tags").await?;
            pages.add(&mut tags, page.tags.unwrap_or_default())?;
        }
        Ok(tags)
    }
}

impl Connection {
    /// The registry's repositories; UNSUPPORTED where it has no catalog.
    pub async fn repositories(self: &Arc<Self>) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Page {
            repositories: Option<Vec<String>>,
        }
        let mut repositories = Vec::new();
        let purpose = Purpose { scopes: Scopes::catalog(), ..Purpose::default() };
        let channel = Channel::new(Arc::clone(self), purpose);
        let mut pages = Pages::new(&channel, self.url("v2/_catalog")?);
        while let Some(answer) = pages.next().await? {
            match answer.status() {
                StatusCode::OK => {}
                // Docker Hub, GHCR and ECR Public have no catalog.
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
                    return Err(Error::new(
                        Code::Unsupported,
                        format!("{} does not list its repositories", self.host()),
                    ));
                }
                _ => return Err(answer.into_error("the repositories are not listed").await),
            }
            let page: Page = json(answer, "a list of repositories").await?;
            pages.add(&mut repositories, page.repositories.unwrap_or_default())?;
        }
        Ok(repositories)
    }
}

/// The pages of a list: `Link: <…>; rel="next"` is followed as it is, on the registry's own origin,
/// until there is none, a page comes again, or there are too many; what they list is bounded too.
pub(super) struct Pages<'a> {
    connection: &'a Channel,
    next: Option<Url>,
    seen: HashSet<Url>,
}

impl<'a> Pages<'a> {
    pub(super) fn new(connection: &'a Channel, first: Url) -> Self {
        Self { connection, next: Some(first), seen: HashSet::new() }
    }

    pub(super) async fn next(&mut self) -> Result<Option<Answer>> {
        let Some(url) = self.next.take() else { return Ok(None) };
        if self.seen.len() >= self.connection.limits().pages {
            return Err(Error::new(
                Code::TooLarge,
                format!("a list has more than {} pages", self.seen.len()),
            ));
        }
        self.seen.insert(url.clone());
        let answer = self.connection.send(Call::new(Method::GET, url.clone())).await?;
        if answer.status() == StatusCode::OK
            && let Some(next) = answer.header(header::LINK).and_then(next_link)
        {
            let next = url.join(next).map_err(|_| {
                Error::new(Code::Registry, "the next page of a list is at what is no URL")
            })?;
            if !same_origin(&next, &url) {
                return Err(Error::new(
                    Code::Registry,
                    format!(
                        "the next page of a list is on another host, {}",
                        next.host_str().unwrap_or("")
                    ),
                ));
            }
            self.next = (!self.seen.contains(&next)).then_some(next);
        }
        Ok(Some(answer))
    }

    /// Adds what a page lists to `all`.
    pub(super) fn add<T>(&self, all: &mut Vec<T>, page: Vec<T>) -> Result<()> {
        all.extend(page);
        bounded(all.len(), self.connection.limits().entries)
    }
}

/// The target of the link whose relation is `next` (RFC 8288).
pub(crate) fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    loop {
        let (target, after) = rest.split_once('<')?.1.split_once('>')?;
        let parameters = split_outside_quotes(after, ',').next()?;
        if split_outside_quotes(parameters, ';').any(is_next) {
            return Some(target);
        }
        rest = &after[parameters.len()..];
    }
}

fn is_next(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("rel")
            && value.trim().trim_matches('"').split(' ').any(|r| r.eq_ignore_ascii_case("next"))
    })
}

fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => return c == separator && !quoted,
        }
        false
    })
}

/// Reads a small JSON answer.
pub(super) async fn json<T: for<'de> Deserialize<'de>>(answer: Answer, what: &str) -> Result<T> {
    let bytes = answer.metadata().await?;
    serde_json::from_slice(&bytes).map_err(|e| {
        Error::new(Code::Registry, format!("the registry sent {what} that is none: {e}"))
    })
}

#[cfg(test)]
mod tests {
    use super::next_link;

    #[test]
    fn the_next_page_is_found_among_links() {
        assert_eq!(
            next_link(r#"</v2/x/tags/list?last=b&n=2>; rel="next""#),
            Some("/v2/x/tags/list?last=b&n=2")
        );
        assert_eq!(next_link(r#"</a>; rel=prev, </b>; title="x"; rel=next"#), Some("/b"));
        assert_eq!(next_link(r#"</a>; rel="prev""#), None);
        assert_eq!(next_link("nonsense"), None);
    }

    #[test]
    fn commas_in_targets_and_titles_end_no_link() {
        let header =
            r#"</a?last=x,y>; title="b, <c>; rel=next"; rel=prev, </d?last=x,y>; rel="Next""#;
        assert_eq!(next_link(header), Some("/d?last=x,y"));
    }
}
