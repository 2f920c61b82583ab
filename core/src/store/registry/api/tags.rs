//! Tags: listing and deleting them.

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    paginated_list::{Pages, present},
    registry::Registry,
};
use crate::store::{
    fallback_tag::is_fallback_tag,
    list::{List, Problems},
    registry::{hint, http::request::Request},
};
use ocigraph_types::{Code, Result, TagOrDigest, check_tag};

impl Registry {
    /// Lists all tags, including those of fallback indexes (distribution-spec v1.1.1, "Listing
    /// Tags").
    pub(super) async fn list_tags(&self) -> Result<List<String>> {
        Ok(self.list_tags_of_few_pages(usize::MAX).await?.unwrap_or_default())
    }

    /// Returns all tags, or `None` if they have more than `max_pages` pages.
    pub(super) async fn list_tags_of_few_pages(
        &self,
        max_pages: usize,
    ) -> Result<Option<List<String>>> {
        let mut tags = Vec::new();
        let mut pages = self.tag_pages()?;
        while self.next_tags(&mut pages, &mut tags).await? {
            if pages.has_more_than(max_pages) {
                return Ok(None);
            }
        }
        pages.finish(tags).map(Some)
    }

    /// Lists all tags page by page, without those of fallback indexes, which are remembered.
    pub(super) fn list_tags_in_parts(&self) -> BoxStream<'_, Result<List<String>>> {
        /// What was read of the list. `None` before the first page, and after the last.
        enum State<'a> {
            Start,
            Reading(Box<Pages<'a>>, Vec<String>),
            End,
        }
        let parts = stream::try_unfold(State::Start, move |state| async move {
            let (mut pages, mut fallback) = match state {
                State::Start => (Box::new(self.tag_pages()?.of_any_length()), Vec::new()),
                State::Reading(pages, fallback) => (pages, fallback),
                State::End => return Ok(None),
            };
            let mut tags = Vec::new();
            if self.next_tags(&mut pages, &mut tags).await? {
                fallback.extend(tags.extract_if(.., |tag| is_fallback_tag(tag)));
                let part = pages.part(tags);
                return Ok(Some((part, State::Reading(pages, fallback))));
            }
            let last = pages.finish(Vec::new())?;
            if last.problems.is_empty() {
                self.set_listed_tags(&fallback.into())?;
            }
            Ok(Some((last, State::End)))
        });
        parts.boxed()
    }

    fn tag_pages(&self) -> Result<Pages<'_>> {
        let url = self.url("tags/list")?;
        Ok(Pages::new(&self.connection, url, Problems::of(self.list_of_tags())))
    }

    fn list_of_tags(&self) -> String {
        format!("the tags of {}", self.repository)
    }

    /// Adds the tags of the next page. Returns false after the last page.
    async fn next_tags(&self, pages: &mut Pages<'_>, tags: &mut Vec<String>) -> Result<bool> {
        #[derive(Deserialize)]
        struct Page<'a> {
            #[serde(default, borrow, deserialize_with = "present")]
            tags: Option<&'a RawValue>,
        }
        let Some(response) = pages.next().await? else { return Ok(false) };
        if response.status() != StatusCode::OK {
            let what = format!("cannot list {}", self.list_of_tags());
            return Err(response.into_error(&what).await);
        }
        let (bytes, _permit) = response.metadata().await?;
        if let Some(page) = pages.page::<Page<'_>>(&bytes)? {
            pages.add_names(tags, "tags", page.tags, check_tag)?;
        }
        Ok(true)
    }

    /// Deletes a tag, and keeps its manifest (distribution-spec v1.1.1, "Deleting tags").
    pub(super) async fn delete_tag(&self, tag: &str) -> Result<()> {
        let name = TagOrDigest::Tag(tag.to_owned());
        let request = Request::new(Method::DELETE, self.manifest_url(&name)?).signing_in(true);
        let response = self.connection.send(request).await?;
        let what = format!("the tag {tag} was not deleted");
        match response.status() {
            status if status.is_success() => Ok(()),
            // docker-registry 2.8.2 responds with 400 where it deletes manifests, and like others with
            // 405 where it deletes nothing. Deleting the digest instead would delete the other tags of
            // the manifest.
            StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED => {
                let is_of_manifests = response.status() == StatusCode::BAD_REQUEST;
                let error = response.into_error(&what).await.with_code(Code::Unsupported);
                let host = self.connection.host();
                Err(match error.hint() {
                    Some(_) => error,
                    None if is_of_manifests => error.with_hint(hint::delete_with_manifest(host)),
                    None => error.with_hint(hint::enable_tag_deletion(host)),
                })
            }
            _ => Err(response.into_error(&what).await),
        }
    }
}
