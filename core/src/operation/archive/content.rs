//! An archive that is read: its index, and the layouts that have its content.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::repository::ArchivedRepository;
use crate::{
    operation::full_names::parsed,
    store::{
        ReadStore,
        fallback_tag::is_fallback_tag,
        layout::{Layout, name_of},
        limits::Limits,
    },
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, TagOrDigest, annotation, excerpt};

/// Returns the repositories of an archive, or of another layout that holds several repositories, by their
/// names `host/repository`. They are only read. Empty if the names in the layout are tags, as those of any
/// other layout. `backup` writes such archives.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let dir = tempfile::tempdir().unwrap();
/// use ocigraph::{BackupOptions, Client, File, Limits, PushOptions, operation};
///
/// # let layout = dir.path().join("app");
/// # let archive = dir.path().join("all.tar");
/// let client = Client::new();
/// let app = format!("oci:{}:v1", layout.display()).parse()?;
/// client.push(&app, PushOptions::default().files(vec![File::bytes("sbom.json", "{}")])).await?;
/// client.backup(&[app], &archive, BackupOptions::default()).await?;
/// // An archive of one repository has its tags as names.
/// assert!(operation::archived_repositories(&archive, &Limits::default()).await?.is_empty());
/// # Ok::<(), ocigraph::Error>(()) }).unwrap();
/// ```
///
/// # Errors
/// As [`Layout`]; [`Code::Conflict`] if some names are tags, and others have a repository in front.
pub async fn archived_repositories(
    path: &Path,
    limits: &Limits,
) -> Result<BTreeMap<String, Arc<dyn ReadStore>>> {
    let archive = Archive::open(&[path.to_owned()], limits).await?;
    let repositories = archive.repositories().filter_map(|name| {
        let repository: Arc<dyn ReadStore> = Arc::new(archive.repository(name)?);
        Some((name.to_owned(), repository))
    });
    Ok(repositories.collect())
}

/// An archive, and earlier archives that have content of it.
#[derive(Debug)]
pub(crate) struct Archive {
    layouts: Arc<Vec<Layout>>,
    entries: Vec<Descriptor>,
    /// The repositories of an archive of several: the tags of each, and its manifests.
    repositories: BTreeMap<String, Members>,
}

#[derive(Debug, Default)]
struct Members {
    tags: BTreeMap<String, Digest>,
    manifests: Vec<Descriptor>,
}

impl Archive {
    /// Opens the archive at the first path. The others have content that it lacks.
    pub(crate) async fn open(paths: &[PathBuf], limits: &Limits) -> Result<Self> {
        let layouts: Vec<Layout> =
            paths.iter().map(|path| Layout::with_limits(path, limits)).collect();
        let Some(first) = layouts.first() else {
            return Err(Error::new(Code::InvalidArgument, "there is no archive to restore")
                .with_hint("name an archive, or the directory of a layout"));
        };
        let entries = first.list_entries().await?.complete()?;
        for other in &layouts[1..] {
            other.tags().await?;
        }
        check_names(&entries, &paths[0])?;
        let repositories = repositories(&entries);
        Ok(Self { layouts: Arc::new(layouts), entries, repositories })
    }

    /// Returns the names of the repositories of an archive of several. Empty if its names are tags.
    pub(crate) fn repositories(&self) -> impl Iterator<Item = &str> {
        self.repositories.keys().map(String::as_str)
    }

    /// Returns a repository of an archive of several.
    pub(crate) fn repository(&self, name: &str) -> Option<ArchivedRepository> {
        let members = self.repositories.get(name)?;
        let layouts = Arc::clone(&self.layouts);
        let (tags, manifests) = (members.tags.clone(), members.manifests.clone());
        Some(ArchivedRepository::new(layouts, tags, manifests, false).among_several())
    }

    /// Returns the repository of an archive whose names are tags.
    pub(crate) async fn only_repository(&self) -> Result<ArchivedRepository> {
        let mut tags = BTreeMap::new();
        for entry in &self.entries {
            if let Some(tag) = tag_of(entry) {
                tags.insert(tag.to_owned(), entry.digest.clone());
            }
        }
        let is_whole = self.layouts.len() == 1 && self.has_all_entries().await;
        // The layout knows the manifests of a whole archive.
        let manifests = if is_whole { Vec::new() } else { self.entries.clone() };
        Ok(ArchivedRepository::new(Arc::clone(&self.layouts), tags, manifests, is_whole))
    }

    /// Returns false if the archive lists a manifest that only an earlier archive has.
    async fn has_all_entries(&self) -> bool {
        for entry in &self.entries {
            let found = self.layouts[0].describe_blob(&entry.digest).await;
            if found.is_err_and(|e| e.code() == Code::NotFound) {
                return false;
            }
        }
        true
    }
}

fn tag_of(entry: &Descriptor) -> Option<&str> {
    let tag = entry.annotations.get(annotation::REF_NAME).map(String::as_str);
    tag.filter(|tag| !tag.is_empty() && !is_fallback_tag(tag))
}

/// Refuses names of which some are tags, and others have a repository in front.
fn check_names(entries: &[Descriptor], path: &Path) -> Result<()> {
    let tags = || entries.iter().filter_map(tag_of);
    let full = tags().find(|tag| parsed(tag).is_some());
    let plain = tags().find(|tag| parsed(tag).is_none());
    let (Some(full), Some(plain)) = (full, plain) else { return Ok(()) };
    let message = format!(
        "{} has the names of several repositories, such as {}, and tags without a repository, such as {}",
        path.display(),
        excerpt(full),
        excerpt(plain),
    );
    Err(Error::new(Code::Conflict, message).with_hint(
        "copy the tags to another layout with `ocigraph copy`, and remove them here with `ocigraph untag`",
    ))
}

/// Returns the repositories that the names of the entries have. Empty if one of them is a tag.
fn repositories(entries: &[Descriptor]) -> BTreeMap<String, Members> {
    let mut found: BTreeMap<String, Members> = BTreeMap::new();
    let mut unnamed = Vec::new();
    for entry in entries {
        let Some(name) = name_of(entry).filter(|name| !is_fallback_tag(name)) else {
            unnamed.push(entry.clone());
            continue;
        };
        let Some((repository, name)) = parsed(name) else { return BTreeMap::new() };
        let members = found.entry(repository).or_default();
        members.manifests.push(entry.clone());
        if let TagOrDigest::Tag(tag) = name {
            members.tags.insert(tag, entry.digest.clone());
        }
    }
    for members in found.values_mut() {
        members.manifests.extend(unnamed.iter().cloned());
    }
    found
}
