//! Azure Container Registry's own API: listings that tell more than the standard ones, and removing
//! a tag alone.
//!
//! Source: Microsoft's reference of the registry's REST API, `/acr/v1/{name}/_manifests` and
//! `/acr/v1/{name}/_tags`. Whether a registry has it shows in its name, or when it is first asked
//! for.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::{
    Registry,
    call::Request,
    listing::{Pages, entry, present},
};
use crate::store::{
    catalog::{Attributes, ManifestInfo, TagInfo},
    list::{List, Problems},
};
use ocigraph_types::{
    Descriptor, Digest, Error, Result, TagOrDigest, check_repository, check_tag, null_as_default,
    weight::Weight,
};

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(default, borrow, deserialize_with = "present")]
    manifests: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    tags: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    digest: Digest,
    #[serde(default)]
    image_size: Option<u64>,
    #[serde(default)]
    created_time: Option<String>,
    #[serde(default)]
    last_update_time: Option<String>,
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    os: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    media_type: String,
    #[serde(default)]
    config_media_type: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    tags: Vec<String>,
    #[serde(default)]
    changeable_attributes: Option<Attributes>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tag {
    name: String,
    digest: Digest,
    #[serde(default)]
    created_time: Option<String>,
    #[serde(default)]
    last_update_time: Option<String>,
    #[serde(default)]
    signed: Option<bool>,
    #[serde(default)]
    changeable_attributes: Option<Attributes>,
}

impl Registry {
    /// All manifests, as Azure lists them; nothing where the registry is no Azure registry.
    pub(super) async fn azure_manifests(&self) -> Result<Option<List<ManifestInfo>>> {
        self.azure_list(
            "manifests",
            |page| page.manifests,
            |raw| {
                let listed: Manifest = entry(raw)?;
                for tag in &listed.tags {
                    check_tag(tag)
                        .map_err(|e| format!("has a tag that is none ({})", e.message()))?;
                }
                Ok(ManifestInfo::from(listed))
            },
        )
        .await
    }

    /// All tags likewise.
    pub(super) async fn azure_tags(&self) -> Result<Option<List<TagInfo>>> {
        self.azure_list(
            "tags",
            |page| page.tags,
            |raw| {
                let listed: Tag = entry(raw)?;
                check_tag(&listed.name).map_err(|e| format!("is malformed ({})", e.message()))?;
                Ok(TagInfo::from(listed))
            },
        )
        .await
    }

    /// Removes a tag and leaves its manifest; nothing where the registry is no Azure registry.
    pub(super) async fn azure_untag(&self, tag: &str) -> Result<Option<()>> {
        check_tag(tag)?;
        // Azure's standard interface takes the manifest along with the tag, so it must be known first.
        if self.connection.azure().is_none() {
            self.resolve_manifest(&TagOrDigest::Tag(tag.to_owned())).await?;
        }
        if self.connection.azure() == Some(false) || !self.connection.looks_like_azure() {
            return Ok(None);
        }
        let url = self.azure_url(&format!("_tags/{tag}"))?;
        let answer = self.connection.send(Request::new(Method::DELETE, url)).await?;
        if answer.status().is_success() {
            return Ok(Some(()));
        }
        if answer.status() == StatusCode::NOT_FOUND && self.connection.azure().is_none() {
            return Ok(None);
        }
        Err(answer.into_error(&format!("the tag {tag} was not removed")).await)
    }

    fn azure_url(&self, rest: &str) -> Result<Url> {
        check_repository(&self.repository)?;
        self.connection.url(&format!("acr/v1/{}/{rest}", self.repository))
    }

    async fn azure_list<Item: Weight>(
        &self,
        what: &str,
        items: impl Fn(Page<'_>) -> Option<&RawValue>,
        read: impl Fn(&RawValue) -> std::result::Result<Item, String>,
    ) -> Result<Option<List<Item>>> {
        if self.connection.azure() == Some(false) {
            return Ok(None);
        }
        let mut all = Vec::new();
        let problems = Problems::of(format!("the {what} of {}", self.repository));
        let url = self.azure_url(&format!("_{what}"))?;
        let mut pages = Pages::new(&self.connection, url, problems);
        while let Some(answer) = pages.next().await.or_else(|e| self.unless_azure(e))? {
            if answer.status() != StatusCode::OK {
                // A path that Azure has and others do not.
                if answer.status() == StatusCode::NOT_FOUND {
                    self.connection.set_azure(false);
                }
                let what = format!("Azure's list of {what} was not given");
                return self.unless_azure(answer.into_error(&what).await);
            }
            let (bytes, _turn) = answer.metadata_in_turn().await?;
            let page = match pages.page::<Page<'_>>(&bytes) {
                Ok(Some(page)) => page,
                Ok(None) => continue,
                Err(e) => return self.unless_azure(e),
            };
            let listed = items(page);
            if listed.is_none() && self.connection.azure().is_none() {
                return Ok(None);
            }
            self.connection.set_azure(true);
            pages.add(&mut all, what, listed, &read)?;
        }
        // Without an answer that is Azure's there is no list.
        let known = self.connection.azure() == Some(true);
        known.then(|| pages.done(all)).transpose()
    }

    /// An error counts only from a registry that is known to have the interface; else the standard one
    /// is asked.
    fn unless_azure<T>(&self, error: Error) -> Result<Option<T>> {
        if self.connection.azure() == Some(true) { Err(error) } else { Ok(None) }
    }
}

impl From<Manifest> for ManifestInfo {
    fn from(listed: Manifest) -> Self {
        Self {
            // The list does not tell the length of the manifest itself.
            descriptor: Descriptor::new(listed.media_type, listed.digest, 0),
            tags: listed.tags,
            subject: None,
            created: listed.created_time,
            last_updated: listed.last_update_time,
            architecture: listed.architecture.filter(|text| !text.is_empty()),
            os: listed.os.filter(|text| !text.is_empty()),
            config_media_type: listed.config_media_type.filter(|text| !text.is_empty()),
            image_size: listed.image_size.filter(|size| *size <= Descriptor::LARGEST),
            attributes: listed.changeable_attributes,
        }
    }
}

impl From<Tag> for TagInfo {
    fn from(listed: Tag) -> Self {
        Self {
            name: listed.name,
            digest: listed.digest,
            created: listed.created_time,
            last_updated: listed.last_update_time,
            signed: listed.signed,
            attributes: listed.changeable_attributes,
        }
    }
}
