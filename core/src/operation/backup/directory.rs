//! The directory of a backup, which can have an earlier one: a backup never takes the tags of another
//! repository away.

use std::{collections::BTreeMap, path::Path};

use futures::{StreamExt, TryStreamExt, stream};

use super::sources::Source;
use crate::{
    operation::{
        copy::{Root, SharedLimits},
        full_names::parsed,
    },
    store::{
        ReadStore,
        fallback_tag::is_fallback_tag,
        layout::{Layout, name_of},
    },
};
use ocigraph_types::{Code, Digest, Error, Location, Result, excerpt};

/// The annotation of `index.json` that says which repository the tags of the directory are of.
const SOURCE: &str = "io.ocigraph.backup";

/// A directory that is backed up to.
#[derive(Debug)]
pub(super) struct Directory<'a> {
    layout: &'a Layout,
    /// The names that it has before the backup.
    names: BTreeMap<String, Digest>,
}

impl<'a> Directory<'a> {
    pub(super) async fn open(layout: &'a Layout) -> Result<Self> {
        let entries = match layout.list_entries().await {
            Ok(list) => list.entries,
            Err(e) if e.code() == Code::NotFound => Vec::new(),
            Err(e) => return Err(e),
        };
        let name = |entry| name_of(entry).filter(|name| !is_fallback_tag(name)).map(str::to_owned);
        let names = entries.iter().filter_map(|entry| Some((name(entry)?, entry.digest.clone())));
        Ok(Self { layout, names: names.collect() })
    }

    /// Fails with CONFLICT if the directory has tags without a repository.
    pub(super) fn check_for_several(&self) -> Result<()> {
        match self.names.keys().find(|name| parsed(name).is_none()) {
            Some(tag) => Err(self.of_other_form("of one repository, such as the tag", tag)),
            None => Ok(()),
        }
    }

    /// Fails with CONFLICT if a backup of this source alone would take a tag of another one away.
    /// Returns true if all tags of the directory are of the source.
    pub(super) async fn check_for_one(
        &self,
        source: &Source,
        roots: &[Root],
        limits: &SharedLimits,
    ) -> Result<bool> {
        if self.names.is_empty() {
            return Ok(true);
        }
        let mut written = roots.iter().flat_map(|root| &root.tags);
        // A layout of several can be backed up as it is.
        let is_plain = written.all(|tag| parsed(tag).is_none());
        if let Some(name) = self.names.keys().find(|name| parsed(name).is_some())
            && is_plain
        {
            return Err(self.of_other_form("of several repositories, such as", name));
        }
        let known = self.layout.annotation(SOURCE).await?;
        if known.as_deref() == Some(&name_of_source(source)) {
            return Ok(true);
        }
        let each = self.names.iter().map(|(tag, digest)| async move {
            let _permit = limits.requests.acquire().await;
            Ok::<_, Error>((tag, source.store.has_manifest(digest).await?))
        });
        let each: Vec<_> = each.collect();
        let found: Vec<(&String, bool)> =
            stream::iter(each).buffered(limits.requests.max()).try_collect().await?;
        let mut others =
            found.into_iter().filter(|(_, exists)| !exists).map(|(tag, _)| tag).peekable();
        let is_own = others.peek().is_none();
        let is_moved = |tag: &&String| roots.iter().any(|root| root.tags.contains(tag));
        match others.find(|tag| known.is_some() || is_moved(tag)) {
            None => Ok(is_own),
            Some(tag) => Err(self.of_another(source, tag, known)),
        }
    }

    /// Notes of which source the tags are, before they are set.
    pub(super) async fn note(&self, source: &Source) -> Result<()> {
        self.layout.annotate(SOURCE, name_of_source(source)).await
    }

    fn path(&self) -> std::path::Display<'_> {
        self.layout.path().display()
    }

    fn of_other_form(&self, of: &str, name: &str) -> Error {
        let message = format!("{} has a backup {of} {}", self.path(), excerpt(name));
        Error::new(Code::Conflict, message)
            .with_hint("back up to another directory, or name the same repositories as before")
    }

    fn of_another(&self, source: &Source, tag: &str, known: Option<String>) -> Error {
        let path = self.path();
        let of = known.map(|name| format!(" of {name}")).unwrap_or_default();
        let message = format!(
            "{path} has a backup{of}: its tag {} names a manifest that {} does not have",
            excerpt(tag),
            source.name
        );
        Error::new(Code::Conflict, message).with_hint(format!(
            "back up to another directory, or name all repositories in one backup; if the tag is of \
             no use, remove it with `ocigraph untag oci:{path}:{tag}`"
        ))
    }
}

/// Returns the name of a source, from every working directory.
fn name_of_source(source: &Source) -> String {
    let Location::Layout(path) = &source.location else { return source.name.clone() };
    let path: &Path = path;
    match path.canonicalize() {
        Ok(path) => format!("oci:{}", path.display()),
        Err(_) => source.name.clone(),
    }
}
