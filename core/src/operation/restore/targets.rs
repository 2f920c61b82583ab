//! Which repository of an archive is restored to which location.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::options::RestoreOptions;
use crate::{
    operation::{
        archive::{Archive, ArchivedRepository, NamedRepository},
        copy::Root,
        selection::Destination,
    },
    store::{ReadStore, Store, layout::Layout, limits::Limits},
};
use ocigraph_types::{
    Code, Digest, Error, Host, Location, Reference, Result, TagOrDigest, excerpt,
};

/// Opens the store of a location.
pub(crate) type Opener<'a> = dyn Fn(&Location) -> Result<Arc<dyn Store>> + Send + Sync + 'a;

/// Maximum names that a message lists.
const MAX_LISTED: usize = 20;

/// A repository of an archive, and where it is restored to.
#[derive(Debug)]
pub(super) struct Target {
    source: Option<ArchivedRepository>,
    pub(super) store: Arc<dyn Store>,
    /// The location, without tags.
    pub(super) place: Reference,
    /// The name that the repository has in a layout of several.
    pub(super) written_name: Option<String>,
    pub(super) roots: Vec<Root>,
    /// True if the destination names no tag and no digest: then what was backed up by its digest is
    /// restored too.
    pub(super) is_all: bool,
}

impl Target {
    /// Returns the repository, which reads what the archive lacks from the destination.
    pub(super) fn take_source(&mut self) -> Result<Arc<ArchivedRepository>> {
        let source = self.source.take();
        let source = source.ok_or_else(|| Error::new(Code::Internal, "restored twice"))?;
        Ok(Arc::new(source.restored_to(Arc::clone(&self.store))))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.written_name {
            Some(name) => write!(f, "{name} in {}", self.place),
            None => write!(f, "{}", self.place),
        }
    }
}

/// Returns what is restored, before anything is written.
pub(super) async fn targets(
    archive: &Archive,
    destination: &str,
    options: &RestoreOptions,
    open: &Opener<'_>,
    limits: &Limits,
) -> Result<Vec<Target>> {
    let parsed = Destination::parse(destination)?;
    let names: Vec<&str> = archive.repositories().collect();
    let only = match (&options.repository, names.as_slice()) {
        (Some(name), []) => {
            let message = format!("the archive does not say that it has the repository {name:?}");
            return Err(Error::new(Code::InvalidArgument, message)
                .with_hint("its names are tags: restore it without the option `repository`"));
        }
        (Some(name), names) => match names.iter().find(|known| **known == name.as_str()) {
            Some(name) => Some(*name),
            None => {
                let message = format!("the archive does not have the repository {name:?}");
                return Err(Error::new(Code::NotFound, message)
                    .with_hint(format!("it has {}", listed(names.iter().copied()))));
            }
        },
        (None, [only]) => Some(*only),
        (None, _) => None,
    };
    match (parsed, only) {
        (Destination::Place(place), only) if only.is_some() || names.is_empty() => {
            let source = match only.and_then(|name| archive.repository(name)) {
                Some(source) => source,
                None => archive.only_repository().await?,
            };
            let location = Reference::new(place.location().clone());
            let store = open(place.location())?;
            let roots = roots(&source, &place).await?;
            let (source, is_all) = (Some(source), is_all(&place));
            Ok(vec![Target { source, store, place: location, written_name: None, roots, is_all }])
        }
        (Destination::Registry(host), None) if names.is_empty() => {
            let message = format!(
                "{host} is a registry, and the archive does not say which repository it has"
            );
            Err(Error::new(Code::InvalidReference, message)
                .with_hint(format!("write {host}/REPOSITORY")))
        }
        (Destination::Registry(host), only) => {
            let names = only.map_or(names, |only| vec![only]);
            to_registry(archive, &names, &host, None, open).await
        }
        (Destination::Place(place), _) => {
            if place.digest().is_some() || !place.tags().is_empty() {
                let message = format!(
                    "{place} names a tag or digest, and the archive has {} repositories",
                    names.len()
                );
                return Err(Error::new(Code::InvalidArgument, message).with_hint(format!(
                    "choose one with the option `repository`: {}",
                    listed(names.iter().copied())
                )));
            }
            match place.location() {
                Location::Registry { host, repository } => {
                    to_registry(archive, &names, host, Some(repository), open).await
                }
                Location::Layout(path) => {
                    let layout = Layout::with_limits(path, limits);
                    layout.check_writable()?;
                    to_layout(archive, &names, &layout, &place).await
                }
            }
        }
    }
}

/// Each repository keeps its path, below `prefix`.
async fn to_registry(
    archive: &Archive,
    names: &[&str],
    host: &Host,
    prefix: Option<&str>,
    open: &Opener<'_>,
) -> Result<Vec<Target>> {
    let mut places: BTreeMap<String, &str> = BTreeMap::new();
    let mut targets = Vec::new();
    for name in names {
        let path = name.split_once('/').map_or(*name, |(_, path)| path);
        let path = prefix.map_or_else(|| path.to_owned(), |prefix| format!("{prefix}/{path}"));
        if let Some(other) = places.insert(path.clone(), name) {
            let message = format!("{other} and {name} would both be restored to {host}/{path}");
            return Err(Error::new(Code::InvalidArgument, message)
                .with_hint("restore each by itself, with the option `repository`"));
        }
        let place: Reference = format!("{host}/{path}").parse()?;
        let Some(source) = archive.repository(name) else { continue };
        let roots = roots(&source, &place).await?;
        let store = open(place.location())?;
        let (source, is_all) = (Some(source), is_all(&place));
        targets.push(Target { source, store, place, written_name: None, roots, is_all });
    }
    Ok(targets)
}

/// Each repository keeps its name.
async fn to_layout(
    archive: &Archive,
    names: &[&str],
    layout: &Layout,
    place: &Reference,
) -> Result<Vec<Target>> {
    let mut targets = Vec::new();
    for name in names {
        let Some(source) = archive.repository(name) else { continue };
        let roots = roots(&source, &Reference::new(place.location().clone())).await?;
        let store = NamedRepository::open(layout.clone(), (*name).to_owned()).await?;
        targets.push(Target {
            source: Some(source),
            store: Arc::new(store),
            place: place.clone(),
            written_name: Some((*name).to_owned()),
            roots,
            is_all: true,
        });
    }
    Ok(targets)
}

fn is_all(place: &Reference) -> bool {
    place.digest().is_none() && place.tags().is_empty()
}

/// Returns the manifests to restore: those that the destination names, else all with a tag.
async fn roots(source: &ArchivedRepository, place: &Reference) -> Result<Vec<Root>> {
    if let Some(digest) = place.digest() {
        place.check_tags()?;
        let name = TagOrDigest::Digest(digest.clone());
        return Ok(vec![Root { name, tags: place.tags().to_vec() }]);
    }
    let known = source.tags().await?.complete()?;
    let wanted = if place.tags().is_empty() { &known } else { place.tags() };
    if wanted.is_empty() && !source.has_untagged().await? {
        return Err(Error::new(Code::NotFound, "the archive has no manifests to restore")
            .with_hint("name a manifest by its digest: HOST/REPOSITORY@sha256:…"));
    }
    let mut roots: BTreeMap<Digest, Vec<String>> = BTreeMap::new();
    for tag in wanted {
        place.location().check_tag(tag)?;
        let digest = source.digest_of(tag).await.map_err(|e| match e.code() {
            Code::NotFound if !known.is_empty() => {
                e.with_hint(format!("it has {}", listed(known.iter().map(String::as_str))))
            }
            _ => e,
        })?;
        roots.entry(digest).or_default().push(tag.clone());
    }
    Ok(roots.into_iter().map(|(digest, tags)| Root { name: digest.into(), tags }).collect())
}

/// Returns names as a list for messages.
pub(super) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(MAX_LISTED);
    let mut shown: Vec<String> = names.take(MAX_LISTED).map(excerpt).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}
