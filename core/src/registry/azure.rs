//! Azure Container Registry's own API: listings that tell more than the standard ones, and removing
//! a tag alone.
//!
//! Source: Microsoft's reference of the registry's REST API, `/acr/v1/{name}/_manifests` and
//! `/acr/v1/{name}/_tags`. Whether a registry has it shows in its name, or when it is first asked
//! for.

use http::{Method, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{Registry, answer::Answer, call::Call, listing::Pages};
use crate::{
    descriptor::Descriptor,
    digest::Digest,
    error::{Code, Error, Result},
    json::null_as_default,
    options::{Attributes, ManifestInfo, TagInfo},
    reference::Name,
};

#[derive(Deserialize)]
struct Manifests {
    #[serde(deserialize_with = "null_as_default")]
    manifests: Vec<Manifest>,
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
struct Tags {
    #[serde(deserialize_with = "null_as_default")]
    tags: Vec<Tag>,
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
    pub(super) async fn azure_manifests(&self) -> Result<Option<Vec<ManifestInfo>>> {
        let listed = self.azure_list("_manifests", |page: Manifests| page.manifests).await?;
        Ok(listed.map(|listed| listed.into_iter().map(ManifestInfo::from).collect()))
    }

    /// All tags likewise.
    pub(super) async fn azure_tags(&self) -> Result<Option<Vec<TagInfo>>> {
        let listed = self.azure_list("_tags", |page: Tags| page.tags).await?;
        Ok(listed.map(|listed| listed.into_iter().map(TagInfo::from).collect()))
    }

    /// Removes a tag and leaves its manifest; nothing where the registry is no Azure registry.
    pub(super) async fn azure_untag(&self, tag: &str) -> Result<Option<()>> {
        // Azure's standard interface takes the manifest along with the tag, so it must be known first.
        if self.connection.azure().is_none() {
            self.resolve_manifest(&Name::Tag(tag.to_owned())).await?;
        }
        if self.connection.azure() == Some(false) || !self.connection.looks_like_azure() {
            return Ok(None);
        }
        let url = self.azure_url(&format!("_tags/{tag}"))?;
        let answer = self.connection.send(Call::new(Method::DELETE, url)).await?;
        if answer.status().is_success() {
            return Ok(Some(()));
        }
        if answer.status() == StatusCode::NOT_FOUND && self.connection.azure().is_none() {
            return Ok(None);
        }
        Err(answer.into_error(&format!("the tag {tag} was not removed")).await)
    }

    fn azure_url(&self, rest: &str) -> Result<Url> {
        self.connection.url(&format!("acr/v1/{}/{rest}", self.repository))
    }

    async fn azure_list<Page: DeserializeOwned, Item>(
        &self,
        what: &str,
        items: impl Fn(Page) -> Vec<Item>,
    ) -> Result<Option<Vec<Item>>> {
        if self.connection.azure() == Some(false) {
            return Ok(None);
        }
        let mut all = Vec::new();
        let mut pages = Pages::new(&self.connection, self.azure_url(what)?);
        while let Some(answer) = pages.next().await.or_else(|e| self.unless_azure(e))? {
            let status = answer.status();
            let Some(page) = read::<Page>(answer, what).await.or_else(|e| self.unless_azure(e))?
            else {
                // A path that Azure has and others do not.
                if status == StatusCode::NOT_FOUND {
                    self.connection.set_azure(false);
                }
                return Ok(None);
            };
            self.connection.set_azure(true);
            pages.add(&mut all, items(page))?;
        }
        // Without an answer that is Azure's there is no list.
        Ok((self.connection.azure() == Some(true)).then_some(all))
    }

    /// An error counts only from a registry that is known to have the interface; else the standard one
    /// is asked.
    fn unless_azure<T>(&self, error: Error) -> Result<Option<T>> {
        if self.connection.azure() == Some(true) { Err(error) } else { Ok(None) }
    }
}

async fn read<Page: DeserializeOwned>(answer: Answer, what: &str) -> Result<Option<Page>> {
    if answer.status() != StatusCode::OK {
        return Err(answer.into_error(&format!("Azure's list {what} was not given")).await);
    }
    let body = answer.metadata().await?;
    serde_json::from_slice(&body)
        .map(Some)
        .map_err(|e| Error::new(Code::Registry, format!("Azure's list {what} is not one: {e}")))
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
