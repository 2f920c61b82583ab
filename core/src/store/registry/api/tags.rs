//! Tags: listing and deleting them.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    paginated_list::{Pages, present},
    registry::Registry,
};
use crate::store::{
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
        #[derive(Deserialize)]
        struct Page<'a> {
            #[serde(default, borrow, deserialize_with = "present")]
            tags: Option<&'a RawValue>,
        }
        let url = self.url("tags/list")?;
        let what = format!("the tags of {}", self.repository);
        let mut pages = Pages::new(&self.connection, url, Problems::of(&what));
        let mut tags = Vec::new();
        while let Some(response) = pages.next().await? {
            if response.status() != StatusCode::OK {
                return Err(response.into_error(&format!("cannot list {what}")).await);
            }
            let (bytes, _permit) = response.metadata().await?;
            let Some(page) = pages.page::<Page<'_>>(&bytes)? else { continue };
            pages.add_names(&mut tags, "tags", page.tags, check_tag)?;
            if pages.has_more_than(max_pages) {
                return Ok(None);
            }
        }
        pages.finish(tags).map(Some)
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
