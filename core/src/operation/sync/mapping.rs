//! Which repository of the sources is copied to which location.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::future::BoxFuture;

use crate::{
    operation::selection::{Destination, Places, Selector, TagSelection},
    store::{ReadStore, Store},
};
use ocigraph_types::{Code, Error, Host, Location, Reference, Result};

type Both = (Arc<dyn ReadStore>, Arc<dyn Store>);
type OpenBoth = dyn Fn(&Location, &Location) -> Result<Both> + Send + Sync;
type OpenNamed =
    dyn Fn(PathBuf, String) -> BoxFuture<'static, Result<Arc<dyn Store>>> + Send + Sync;

/// What a sync opens and lists.
pub(crate) struct Stores {
    pub(crate) places: Places,
    /// Opens a source and its destination.
    pub(crate) both: Arc<OpenBoth>,
    /// Opens a repository in a layout of several.
    pub(crate) named: Arc<OpenNamed>,
}

impl Clone for Stores {
    fn clone(&self) -> Self {
        let (both, named) = (Arc::clone(&self.both), Arc::clone(&self.named));
        Self { places: self.places.clone(), both, named }
    }
}

/// Where the repositories of the sources are copied to.
#[derive(Debug, Clone)]
pub(super) enum Mapping {
    /// The only repository has this destination, which may have tags.
    One(Reference),
    /// Each repository keeps its path, below a prefix.
    Below(Host, Option<String>),
    /// Each repository keeps its name in a layout.
    Layout(PathBuf),
}

/// The destination of a repository.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) reference: Reference,
    /// The name that the repository has in a layout of several.
    written_name: Option<String>,
}

impl Mapping {
    pub(super) fn new(selectors: &[Selector], destination: &str) -> Result<Self> {
        let refuse = |message: String, hint: &str| {
            Err(Error::new(Code::InvalidArgument, message).with_hint(hint))
        };
        let place = match Destination::parse(destination)? {
            Destination::Registry(host) => return Ok(Self::Below(host, None)),
            Destination::Place(place) => place,
        };
        if place.digest().is_some() {
            return refuse(
                format!("the destination {place} has a digest"),
                "remove the digest: a copy has that of its source",
            );
        }
        let mut locations = selectors.iter().map(|selector| match selector {
            Selector::One { location, .. } => Some(location),
            Selector::Catalog { .. } => None,
        });
        let first = locations.next().flatten();
        let is_one = first.is_some() && locations.all(|location| location == first);
        if !place.tags().is_empty() {
            let names_one = match selectors {
                [Selector::One { tags: TagSelection::Named(tags), .. }] => tags.len() == 1,
                [Selector::One { tags: TagSelection::Pinned { .. }, .. }] => true,
                _ => false,
            };
            if !names_one {
                return refuse(
                    format!("the destination {place} has a tag, and the sources can be several"),
                    "remove the tag: the copies have those of the sources",
                );
            }
        }
        Ok(match place.location() {
            _ if is_one => Self::One(place),
            Location::Registry { host, repository } => {
                Self::Below(host.clone(), Some(repository.clone()))
            }
            Location::Layout(path) => Self::Layout(path.clone()),
        })
    }

    pub(super) fn host(&self) -> Option<&Host> {
        match self {
            Self::Below(host, _) => Some(host),
            Self::One(place) => match place.location() {
                Location::Registry { host, .. } => Some(host),
                Location::Layout(_) => None,
            },
            Self::Layout(_) => None,
        }
    }

    /// Returns true if a repository has copies of the sources: it is not a source itself.
    pub(super) fn holds_copies(&self, host: &Host, repository: &str) -> bool {
        let Self::Below(of, Some(prefix)) = self else { return false };
        let below = repository.strip_prefix(prefix.as_str());
        host == of && below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    }

    /// Returns the destination of a repository, and of what is selected of it.
    pub(super) fn place(&self, source: &Location, tags: &TagSelection) -> Result<Place> {
        let name = Reference::new(source.clone()).to_string();
        let place = match (self, source) {
            (Self::One(reference), _) => Place { reference: reference.clone(), written_name: None },
            (Self::Below(host, prefix), Location::Registry { repository, .. }) => {
                let path = match prefix {
                    Some(prefix) => format!("{prefix}/{repository}"),
                    None => repository.clone(),
                };
                Place { reference: format!("{host}/{path}").parse()?, written_name: None }
            }
            (Self::Layout(path), Location::Registry { .. }) => Place {
                reference: Reference::new(Location::Layout(path.clone())),
                written_name: Some(name.clone()),
            },
            (_, Location::Layout(_)) => {
                let message = format!(
                    "the layout {name} has no name of a repository, which the destination would keep"
                );
                return Err(Error::new(Code::InvalidArgument, message)
                    .with_hint("sync the layout by itself, to HOST/REPOSITORY or oci:PATH; `ocigraph restore` writes a layout \
                               of several repositories"));
            }
        };
        if place.reference.location() == source {
            let message = format!("{name} is its own destination");
            return Err(Error::new(Code::InvalidArgument, message));
        }
        match tags {
            TagSelection::Pinned { tags, .. } if place.reference.tags().is_empty() => {
                let location = place.reference.location().clone();
                Ok(Place { reference: Reference::named(location, tags, None)?, ..place })
            }
            _ => Ok(place),
        }
    }
}

impl Place {
    /// The name without tags.
    pub(super) fn name(&self) -> String {
        let location = Reference::new(self.reference.location().clone()).to_string();
        match &self.written_name {
            Some(name) => format!("{location} {name}"),
            None => location,
        }
    }

    /// Opens the source and the destination.
    pub(super) async fn open(&self, stores: &Stores, source: &Location) -> Result<Both> {
        match (&self.written_name, self.reference.location()) {
            (Some(name), Location::Layout(path)) => {
                let from = stores.places.open(source)?;
                let path: &Path = path;
                Ok((from, (stores.named)(path.to_owned(), name.clone()).await?))
            }
            (_, location) => (stores.both)(source, location),
        }
    }
}
