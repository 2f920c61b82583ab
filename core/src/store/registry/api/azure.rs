//! Azure Container Registry's own API: lists of manifests and tags with more details than the OCI
//! API has, and deleting a tag without its manifest.
//!
//! See Microsoft's [REST API reference](https://learn.microsoft.com/rest/api/containerregistry/),
//! `/acr/v1/{name}/_manifests` and `/acr/v1/{name}/_tags`. A registry is recognized by its host
//! name, or by its response to the first such request.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::{
    paginated_list::{Pages, entry, present},
    registry::Registry,
};
use crate::store::{
    catalog::{Attributes, ManifestInfo, TagInfo},
    list::{List, Problems},
    registry::http::request::Request,
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Result, TagOrDigest, check_repository, check_tag,
    null_as_default, weight::Weight,
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
    /// Lists all manifests. Returns `None` if the registry does not have this API.
    pub(super) async fn azure_manifests(&self) -> Result<Option<List<ManifestInfo>>> {
        self.azure_list(
            "manifests",
            |page| page.manifests,
            |raw| {
                let manifest: Manifest = entry(raw)?;
                for tag in &manifest.tags {
                    check_tag(tag).map_err(|e| format!("has an invalid tag ({})", e.message()))?;
                }
                Ok(ManifestInfo::from(manifest))
            },
        )
        .await
    }

    /// Lists all tags. Returns `None` if the registry does not have this API.
    pub(super) async fn azure_tags(&self) -> Result<Option<List<TagInfo>>> {
        self.azure_list(
            "tags",
            |page| page.tags,
            |raw| {
                let tag: Tag = entry(raw)?;
                check_tag(&tag.name).map_err(|e| format!("is malformed ({})", e.message()))?;
                Ok(TagInfo::from(tag))
            },
        )
        .await
    }

    /// Deletes a tag, and keeps its manifest. Returns `None` if the registry does not have this
    /// API.
    pub(super) async fn azure_untag(&self, tag: &str) -> Result<Option<()>> {
        check_tag(tag)?;
        let azure = &self.connection.capabilities().azure;
        // Azure's OCI API would delete the manifest with the tag, so the registry must be recognized
        // first: the response to this request may have Azure's header.
        if azure.has_api().is_none() {
            match self.resolve_manifest(&TagOrDigest::Tag(tag.to_owned())).await {
                // A tag can be deleted although its manifest cannot be read.
                Err(e) if e.code() != Code::NotFound && e.is_of_one_manifest() => {}
                resolved => drop(resolved?),
            }
        }
        if azure.has_api() == Some(false) || !azure.is_likely() {
            return Ok(None);
        }
        let url = self.azure_url(&format!("_tags/{tag}"))?;
        let response = self.connection.send(Request::new(Method::DELETE, url)).await?;
        if response.status().is_success() {
            return Ok(Some(()));
        }
        if response.status() == StatusCode::NOT_FOUND && azure.has_api().is_none() {
            return Ok(None);
        }
        Err(response.into_error(&format!("the tag {tag} was not deleted")).await)
    }

    fn azure_url(&self, path: &str) -> Result<Url> {
        check_repository(&self.repository)?;
        self.connection.url(&format!("acr/v1/{}/{path}", self.repository))
    }

    /// Reads a list of Azure's API: `kind` is `manifests` or `tags`.
    async fn azure_list<Item: Weight>(
        &self,
        kind: &str,
        entries: impl Fn(Page<'_>) -> Option<&RawValue>,
        read: impl Fn(&RawValue) -> std::result::Result<Item, String>,
    ) -> Result<Option<List<Item>>> {
        let azure = &self.connection.capabilities().azure;
        if azure.has_api() == Some(false) {
            return Ok(None);
        }
        let mut all = Vec::new();
        let problems = Problems::of(format!("the {kind} of {}", self.repository));
        let url = self.azure_url(&format!("_{kind}"))?;
        let mut pages = Pages::new(&self.connection, url, problems);
        while let Some(response) = pages.next().await.or_else(|e| self.unless_azure(e))? {
            if response.status() != StatusCode::OK {
                // Only Azure has this path.
                if response.status() == StatusCode::NOT_FOUND {
                    azure.set_has_api(false);
                }
                let what = format!("cannot list the {kind} by Azure's API");
                return self.unless_azure(response.into_error(&what).await);
            }
            let (bytes, _permit) = response.metadata().await?;
            let page = match pages.page::<Page<'_>>(&bytes) {
                Ok(Some(page)) => page,
                Ok(None) => continue,
                Err(e) => return self.unless_azure(e),
            };
            let entries = entries(page);
            if entries.is_none() && azure.has_api().is_none() {
                return Ok(None);
            }
            azure.set_has_api(true);
            pages.add(&mut all, kind, entries, &read)?;
        }
        let has_api = azure.has_api() == Some(true);
        has_api.then(|| pages.finish(all)).transpose()
    }

    /// Returns the error if the registry is known to have this API, else `None`, and the caller
    /// uses the OCI API.
    fn unless_azure<T>(&self, error: Error) -> Result<Option<T>> {
        let azure = &self.connection.capabilities().azure;
        if azure.has_api() == Some(true) { Err(error) } else { Ok(None) }
    }
}

impl From<Manifest> for ManifestInfo {
    fn from(manifest: Manifest) -> Self {
        Self {
            // The list does not have the size of the manifest itself.
            descriptor: Descriptor::new(manifest.media_type, manifest.digest, 0),
            tags: manifest.tags,
            subject: None,
            created: manifest.created_time,
            last_updated: manifest.last_update_time,
            architecture: manifest.architecture.filter(|text| !text.is_empty()),
            os: manifest.os.filter(|text| !text.is_empty()),
            config_media_type: manifest.config_media_type.filter(|text| !text.is_empty()),
            image_size: manifest.image_size.filter(|size| *size <= Descriptor::LARGEST),
            attributes: manifest.changeable_attributes,
            problem: None,
        }
    }
}

impl From<Tag> for TagInfo {
    fn from(tag: Tag) -> Self {
        Self {
            name: tag.name,
            digest: Some(tag.digest),
            created: tag.created_time,
            last_updated: tag.last_update_time,
            signed: tag.signed,
            attributes: tag.changeable_attributes,
            problem: None,
        }
    }
}
