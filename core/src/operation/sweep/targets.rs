//! What the targets of a sweep select of each repository. What several targets select is swept once.

use std::{
    collections::{HashMap, HashSet, VecDeque, hash_map::Entry},
    fmt,
    sync::Arc,
};

use crate::operation::selection::{Filter, Names, Pattern, Selector, TagSelection, latest};
use ocigraph_types::{Algorithm, Digest, Host, Location, Reference, Result};

/// Bytes of the tags in a name. More are named by their digest.
const MAX_TAGS: usize = 256;

/// What is swept of a repository.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) location: Location,
    /// Shared, since a registry can have a million repositories.
    pub(super) tags: Arc<SelectedTags>,
}

impl Work {
    /// The repository as `host/repository`, or the layout as `oci:PATH`.
    pub(super) fn name(&self) -> String {
        Reference::new(self.location.clone()).to_string()
    }

    /// The repository with the tags that are swept.
    pub(super) fn name_with_tags(&self) -> String {
        let tags = self.tags.to_string();
        match tags.len() > MAX_TAGS {
            true => format!("{} {}", self.name(), Algorithm::Sha256.digest(tags.as_bytes())),
            false => format!("{}{tags}", self.name()),
        }
    }
}

/// The tags and manifests of a repository that targets select.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SelectedTags {
    /// Those that are selected from the list of tags: all, or those that match a pattern.
    listed: Vec<TagSelection>,
    named: Vec<String>,
    pub(super) digests: Vec<Digest>,
    /// Patterns of targets that name the repository: each is expected to match a tag.
    expected: Vec<TagSelection>,
}

impl SelectedTags {
    fn add(&mut self, tags: &TagSelection) {
        match tags {
            TagSelection::All | TagSelection::Matching(_) => {
                if !self.listed.contains(tags) {
                    self.listed.push(tags.clone());
                }
            }
            TagSelection::Named(tags) => self.named.extend(tags.iter().cloned()),
            TagSelection::Pinned { digest, .. } => {
                self.add_digest(digest);
            }
        }
    }

    fn add_digest(&mut self, digest: &Digest) {
        if !self.digests.contains(digest) {
            self.digests.push(digest.clone());
        }
    }

    /// Returns true if the tags have to be listed.
    pub(super) fn are_listed(&self) -> bool {
        !self.listed.is_empty()
    }

    /// Returns true if tags or manifests are named.
    pub(super) fn are_named(&self) -> bool {
        !self.named.is_empty() || !self.digests.is_empty()
    }

    pub(super) fn are_all(&self) -> bool {
        self.listed.contains(&TagSelection::All)
    }

    /// Returns the patterns that are expected to match one of the tags and do not.
    pub(super) fn unmatched<'s>(&'s self, all: &'s Names) -> impl Iterator<Item = &'s Pattern> {
        self.expected.iter().filter_map(|selection| selection.unmatched(all.iter()))
    }

    /// Returns the tags to sweep, each once: those that are selected among `all`, and those that are named.
    pub(super) fn of(&self, all: &Names, filter: &Filter) -> Result<Names> {
        let mut tags = Names::default();
        let mut left: HashSet<&str> = self.named.iter().map(String::as_str).collect();
        match filter.latest {
            Some(count) => {
                let mut chosen = HashSet::new();
                for selection in &self.listed {
                    let selected = all.iter().filter(|tag| filter.has_tag(selection, tag));
                    for tag in latest(selected, count) {
                        if chosen.insert(tag) {
                            left.remove(tag);
                            tags.push(tag)?;
                        }
                    }
                }
            }
            None => {
                let is_selected =
                    |tag: &str| self.listed.iter().any(|selection| filter.has_tag(selection, tag));
                for tag in all.iter() {
                    if left.remove(tag) || is_selected(tag) {
                        tags.push(tag)?;
                    }
                }
            }
        }
        let others = self.named.iter().filter(|tag| left.remove(tag.as_str()));
        let others: Vec<&String> = others.collect();
        others.into_iter().try_for_each(|tag| tags.push(tag))?;
        Ok(tags)
    }
}

impl fmt::Display for SelectedTags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for selection in &self.listed {
            match selection {
                TagSelection::All if self.listed.len() == 1 && !self.are_named() => {}
                TagSelection::All => f.write_str(":**")?,
                _ => write!(f, "{selection}")?,
            }
        }
        if !self.named.is_empty() {
            write!(f, ":{}", self.named.join(","))?;
        }
        self.digests.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

impl From<&TagSelection> for SelectedTags {
    fn from(tags: &TagSelection) -> Self {
        let mut selected = Self::default();
        selected.add(tags);
        selected
    }
}

impl SelectedTags {
    /// What a target selects that names the repository.
    fn of_named(tags: &TagSelection) -> Self {
        let is_pattern = matches!(tags, TagSelection::Matching(_));
        let expected = if is_pattern { vec![tags.clone()] } else { Vec::new() };
        Self { expected, ..Self::from(tags) }
    }
}

/// Repositories of a registry's catalog, and those of the same registry that targets name.
#[derive(Debug)]
pub(super) struct Catalog {
    pub(super) host: Host,
    patterns: Vec<(Option<Pattern>, TagSelection)>,
    named: Named,
}

impl Catalog {
    /// Returns the patterns that match none of the repositories in the catalog.
    pub(super) fn unmatched(&self, repositories: &[String]) -> Vec<Pattern> {
        let patterns = self.patterns.iter().filter_map(|(pattern, _)| pattern.as_ref());
        let is_unmatched = |pattern: &&Pattern| !repositories.iter().any(|r| pattern.matches(r));
        patterns.filter(is_unmatched).cloned().collect()
    }

    /// Returns what is swept: of the repositories in the catalog, and of those that targets name.
    pub(super) fn works(self, repositories: Vec<String>, filter: &Filter) -> Vec<Work> {
        let Self { host, patterns, mut named } = self;
        // Most repositories have the tags of the one before.
        let mut last: Arc<SelectedTags> = Arc::default();
        for repository in repositories {
            let mut tags = SelectedTags::default();
            for (pattern, selection) in &patterns {
                if filter.has_repository(pattern.as_ref(), &repository) {
                    tags.add(selection);
                }
            }
            if tags == SelectedTags::default() {
                continue;
            }
            if tags != *last {
                last = Arc::new(tags);
            }
            named.add(Location::Registry { host: host.clone(), repository }, &last);
        }
        named.works
    }

    /// Returns the repositories that targets name.
    pub(super) fn named(self) -> Vec<Work> {
        self.named.works
    }
}

/// Repositories with what is swept of each, in the order of the targets.
#[derive(Debug, Default)]
struct Named {
    works: Vec<Work>,
    by_location: HashMap<Location, usize>,
}

impl Named {
    fn add(&mut self, location: Location, tags: &Arc<SelectedTags>) {
        match self.by_location.entry(location) {
            Entry::Occupied(place) => {
                let work = &mut self.works[*place.get()];
                if work.tags != *tags {
                    let merged = Arc::make_mut(&mut work.tags);
                    tags.listed.iter().for_each(|selection| merged.add(selection));
                    merged.named.extend(tags.named.iter().cloned());
                    tags.digests.iter().for_each(|digest| merged.add_digest(digest));
                    merged.expected.extend(tags.expected.iter().cloned());
                }
            }
            Entry::Vacant(place) => {
                let work = Work { location: place.key().clone(), tags: Arc::clone(tags) };
                place.insert(self.works.len());
                self.works.push(work);
            }
        }
    }
}

/// Divides targets into the catalogs to list, and the repositories of other registries and the layouts.
pub(super) fn merged(selectors: Vec<Selector>) -> (VecDeque<Catalog>, Vec<Work>) {
    let mut catalogs: VecDeque<Catalog> = VecDeque::new();
    let mut numbers = HashMap::new();
    let mut named = Vec::new();
    for selector in selectors {
        match selector {
            Selector::One { location, tags } => named.push((location, tags)),
            Selector::Catalog { host, repositories, tags } => {
                let number = *numbers.entry(host.clone()).or_insert(catalogs.len());
                if number == catalogs.len() {
                    catalogs.push_back(Catalog {
                        host,
                        patterns: Vec::new(),
                        named: Named::default(),
                    });
                }
                let target = (repositories, tags);
                if !catalogs[number].patterns.contains(&target) {
                    catalogs[number].patterns.push(target);
                }
            }
        }
    }
    let mut others = Named::default();
    for (location, tags) in named {
        let number = match &location {
            Location::Registry { host, .. } => numbers.get(host),
            Location::Layout(_) => None,
        };
        let named = number.map_or(&mut others, |number| &mut catalogs[*number].named);
        named.add(location, &Arc::new(SelectedTags::of_named(&tags)));
    }
    (catalogs, others.works)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn works(targets: &[&str], repositories: &[&str]) -> Vec<String> {
        let targets = targets.iter().map(|target| Selector::parse(target).unwrap());
        let (catalogs, mut works) = merged(targets.collect());
        let filter = Filter::parse(&[], &[], None, None).unwrap();
        for catalog in catalogs {
            let names = repositories.iter().map(|name| (*name).to_owned()).collect();
            works.extend(catalog.works(names, &filter));
        }
        works.iter().map(Work::name_with_tags).collect()
    }

    #[test]
    fn what_several_targets_select_is_one_work() {
        let digest = format!("@sha256:{}", "a".repeat(64));
        let by_digest = format!("r.io/app{digest}");
        for (targets, expected) in [
            (&["r.io/app", "r.io/app"][..], &["r.io/app"][..]),
            (&["r.io/app:v1", "r.io/app:v2"], &["r.io/app:v1,v2"]),
            (&["r.io/app:v1", "r.io/app", &by_digest], &[&format!("r.io/app:**:v1{digest}")]),
            (&["r.io/app:v*", "r.io", "r.io"], &["r.io/app:v*:**", "r.io/b/c"]),
            (&["r.io/*:v1", "r.io/b/*:v2"], &["r.io/app:v1", "r.io/b/c:v2"]),
            (&["r.io/*:v1", "r.io/gone"], &["r.io/gone", "r.io/app:v1"]),
            (&["s.io/app", "r.io/{app,b/c}"], &["s.io/app", "r.io/app", "r.io/b/c"]),
        ] {
            assert_eq!(works(targets, &["app", "b/c", "app"]), expected, "{targets:?}");
        }
        let many: Vec<String> = (0..10_000).map(|i| format!("r.io/app:v{i}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(works(&many, &[])[0].len() < 100);
    }

    #[test]
    fn each_tag_is_selected_once() {
        let mut all = Names::default();
        ["v1", "v2", "w1"].iter().for_each(|tag| all.push(tag).unwrap());
        let of = |targets: &[&str], latest| {
            let targets = targets.iter().map(|target| Selector::parse(target).unwrap());
            let (_, works) = merged(targets.collect());
            let filter = Filter::parse(&[], &[], latest, None).unwrap();
            let tags = works[0].tags.of(&all, &filter).unwrap();
            tags.iter().map(str::to_owned).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of(&["r.io/app", "r.io/app:v2,other,other"], None), "v1 v2 w1 other");
        assert_eq!(of(&["r.io/app:w*", "r.io/app:v1,w1"], None), "v1 w1");
        assert_eq!(of(&["r.io/app:v*", "r.io/app", "r.io/app:v1,v2"], Some(1)), "v2 v1");
        assert_eq!(of(&["r.io/app:w*", "r.io/app", "r.io/app:v1,v2"], Some(1)), "w1 v2 v1");
    }
}
