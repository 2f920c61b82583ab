//! What is backed up: the references, one repository or layout after the other.

use std::sync::Arc;

use crate::{operation::copy::Root, store::ReadStore};
use ocigraph_types::{Code, Error, Location, Reference, Result, TagOrDigest};

/// A repository or layout, and what is backed up of it.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) store: Arc<dyn ReadStore>,
    pub(super) location: Location,
    /// The location as text: `host/repository`.
    pub(super) name: String,
    /// Tags and digests, without those of `all_tags`.
    named: Vec<Root>,
    all_tags: bool,
}

/// Joins the references to each location.
pub(super) fn grouped(references: &[(Arc<dyn ReadStore>, Reference)]) -> Result<Vec<Source>> {
    let mut sources: Vec<Source> = Vec::new();
    for (store, reference) in references {
        let location = reference.location();
        let known = sources.iter().position(|source| source.location == *location);
        let at = known.unwrap_or_else(|| {
            sources.push(Source {
                store: Arc::clone(store),
                location: location.clone(),
                name: Reference::new(location.clone()).to_string(),
                named: Vec::new(),
                all_tags: false,
            });
            sources.len() - 1
        });
        let source = &mut sources[at];
        match (reference.digest(), reference.tags()) {
            (None, []) => source.all_tags = true,
            (Some(digest), tags) => source
                .named
                .push(Root { name: TagOrDigest::Digest(digest.clone()), tags: tags.to_vec() }),
            (None, tags) => source.named.extend(tags.iter().map(|tag| of_tag(tag))),
        }
    }
    // The same archive results from another order of the references.
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sources)
}

fn of_tag(tag: &str) -> Root {
    Root { name: TagOrDigest::Tag(tag.to_owned()), tags: vec![tag.to_owned()] }
}

impl Source {
    /// Returns what is backed up, and all tags of the source if they were listed.
    pub(super) async fn roots(&self) -> Result<(Vec<Root>, Option<Vec<String>>)> {
        let mut roots = self.named.clone();
        let mut all_tags = None;
        if self.all_tags {
            let tags = self.store.tags().await?.complete()?;
            if tags.is_empty() && roots.is_empty() {
                return Err(Error::new(Code::NotFound, format!("{} has no tags", self.name))
                    .with_hint("name a manifest by its digest"));
            }
            roots.extend(tags.iter().map(|tag| of_tag(tag)));
            all_tags = Some(tags);
        }
        for root in &roots {
            let TagOrDigest::Tag(tag) = &root.name else { continue };
            if self.store.choices(Some(tag)).await?.len() > 1 {
                let message =
                    format!("{}:{tag} names several manifests, for different platforms", self.name);
                return Err(Error::new(Code::InvalidReference, message)
                    .with_hint("name each manifest by its digest"));
            }
        }
        Ok((roots, all_tags))
    }
}
