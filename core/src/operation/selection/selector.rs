//! A target of an operation on many images.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use super::pattern::Pattern;
use ocigraph_types::{Code, Digest, Error, Host, Location, Reference, Result, check_tag, excerpt};

/// Tags that are joined: a checkpoint names the repository with all of them.
const MAX_JOINED: usize = 1000;

/// What one target selects. Its text is one of
/// - `host`: all repositories of a registry;
/// - `host/PATTERN[:TAG]`: those whose names match;
/// - `host/repository[:TAG][@digest]` and `oci:PATH[:TAG][@digest]`, as in a [`Reference`].
///
/// `TAG` is a tag, several with commas between them, or a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selector {
    /// Repositories of a registry's catalog.
    Catalog { host: Host, repositories: Option<Pattern>, tags: TagSelection },
    /// One repository or layout.
    One { location: Location, tags: TagSelection },
}

/// The tags that a target selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TagSelection {
    All,
    Matching(Pattern),
    Named(Vec<String>),
    /// One manifest, whatever its tags are. The tags are those that the reference has beside the digest.
    Pinned {
        digest: Digest,
        tags: Vec<String>,
    },
}

impl TagSelection {
    /// Returns the pattern, if it matches none of the tags.
    pub(crate) fn unmatched<'t>(
        &self,
        mut tags: impl Iterator<Item = &'t str>,
    ) -> Option<&Pattern> {
        match self {
            Self::Matching(pattern) if !tags.any(|tag| pattern.matches(tag)) => Some(pattern),
            _ => None,
        }
    }

    pub(crate) fn of(reference: &Reference) -> Self {
        match reference.digest() {
            Some(digest) => {
                Self::Pinned { digest: digest.clone(), tags: reference.tags().to_vec() }
            }
            None if reference.tags().is_empty() => Self::All,
            None => Self::Named(reference.tags().to_vec()),
        }
    }
}

impl Selector {
    /// Parses a target. `INVALID_REFERENCE` or `INVALID_ARGUMENT` if it has another form.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if let Some((before, tag)) = tag_pattern(text) {
            let tags = TagSelection::Matching(Pattern::parse(tag)?);
            return Ok(Self::parse(before)?.with_tags(tags));
        }
        if text.starts_with("oci:") || text.contains("://") {
            return Self::reference(text);
        }
        let Some((host, repositories)) = text.split_once('/') else {
            return Ok(Self::Catalog {
                host: text.parse()?,
                repositories: None,
                tags: TagSelection::All,
            });
        };
        if !Pattern::is_in(repositories) {
            return Self::reference(text);
        }
        let (repositories, tags) = match repositories.rsplit_once(':') {
            Some((repositories, tags)) if !tags.contains(['/', '}', ']']) => {
                let tags: Vec<String> = tags.split(',').map(str::to_owned).collect();
                tags.iter().try_for_each(|tag| check_tag(tag))?;
                (repositories, TagSelection::Named(tags))
            }
            _ => (repositories, TagSelection::All),
        };
        if repositories.contains('@') {
            let message = format!("the target {text:?} has a pattern and a digest");
            return Err(Error::new(Code::InvalidArgument, message)
                .with_hint("name the repository of the digest"));
        }
        let (host, repositories) = (host.parse()?, Some(Pattern::parse(repositories)?));
        Ok(Self::Catalog { host, repositories, tags })
    }

    fn reference(text: &str) -> Result<Self> {
        let reference: Reference = text.parse()?;
        let tags = TagSelection::of(&reference);
        Ok(Self::One { location: reference.location().clone(), tags })
    }

    fn with_tags(self, tags: TagSelection) -> Self {
        match self {
            Self::Catalog { host, repositories, .. } => Self::Catalog { host, repositories, tags },
            Self::One { location, .. } => Self::One { location, tags },
        }
    }

    /// Returns true if the tags are those that match a pattern.
    pub(crate) fn has_pattern_of_tags(&self) -> bool {
        let (Self::Catalog { tags, .. } | Self::One { tags, .. }) = self;
        matches!(tags, TagSelection::Matching(_))
    }

    /// The host of a registry.
    pub(crate) fn host(&self) -> Option<&Host> {
        match self {
            Self::Catalog { host, .. }
            | Self::One { location: Location::Registry { host, .. }, .. } => Some(host),
            Self::One { .. } => None,
        }
    }
}

/// Returns the targets of an operation for its errors: the first ones, and the number of the others.
pub(crate) fn shown(targets: &[String]) -> String {
    const SHOWN: usize = 3;
    // A target can have very many tags.
    let first: Vec<String> = targets.iter().take(SHOWN).map(|target| excerpt(target)).collect();
    let first = first.join(" ");
    match targets.len().saturating_sub(SHOWN) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Splits the pattern for tags off.
fn tag_pattern(text: &str) -> Option<(&str, &str)> {
    let (before, tag) = text.rsplit_once(':')?;
    // The colon of a port or of the prefix does not count: a path or a repository follows it.
    let is_tag = Pattern::is_in(tag)
        && !tag.contains('/')
        && (before.contains('/') || before.starts_with("oci:"));
    is_tag.then_some((before, tag))
}

impl fmt::Display for TagSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Matching(pattern) => write!(f, ":{pattern}"),
            Self::Named(tags) => write!(f, ":{}", tags.join(",")),
            Self::Pinned { digest, tags } if tags.is_empty() => write!(f, "@{digest}"),
            Self::Pinned { digest, tags } => write!(f, ":{}@{digest}", tags.join(",")),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalog { host, repositories: None, tags } => write!(f, "{host}{tags}"),
            Self::Catalog { host, repositories: Some(pattern), tags } => {
                write!(f, "{host}/{pattern}{tags}")
            }
            Self::One { location, tags } => write!(f, "{}{tags}", Reference::new(location.clone())),
        }
    }
}

/// Joins the targets that name tags of the same repository: it is opened once, and its tags are listed once.
pub(crate) fn merged(selectors: Vec<Selector>) -> Vec<Selector> {
    let mut merged: Vec<Selector> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut seen: HashSet<String> = HashSet::new();
    for selector in selectors {
        let Selector::One { location, tags: TagSelection::Named(mut more) } = selector else {
            merged.push(selector);
            continue;
        };
        let name = Reference::new(location.clone()).to_string();
        more.retain(|tag| seen.insert(format!("{name}:{tag}")));
        let place = places.get(&name).and_then(|place| merged.get_mut(*place));
        if let Some(Selector::One { tags: TagSelection::Named(tags), .. }) = place
            && tags.len() < MAX_JOINED
        {
            tags.extend(more);
        } else if !more.is_empty() {
            places.insert(name, merged.len());
            merged.push(Selector::One { location, tags: TagSelection::Named(more) });
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_registry_a_pattern_or_a_reference() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let by_digest = format!("localhost:5000/app@{digest}");
        let pinned = format!("localhost:5000/app:v1@{digest}");
        for text in [
            "localhost:5000",
            "r.example.com/team/**",
            "r.example.com/team/*:v1",
            "r.example.com/team/*:v1,v2",
            "r.example.com/team/*:v?.*",
            "r.example.com/{a,b}",
            "r.example.com/app",
            "r.example.com/app:v1,v2",
            "r.example.com/app:v*",
            "localhost:5000/app:{a,b}",
            by_digest.as_str(),
            pinned.as_str(),
            "oci:store",
            "oci:store/x:v1",
            "oci:store/x:v*",
        ] {
            let selector = Selector::parse(text).unwrap();
            assert_eq!(selector.to_string(), text);
            let is_catalog = !text.contains("app") && !text.starts_with("oci:");
            assert_eq!(matches!(selector, Selector::Catalog { .. }), is_catalog, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let digest = format!("r.example.com/team/*@sha256:{}", "a".repeat(64));
        for text in [
            "",
            "https://r.example.com/a",
            "r.example.com/",
            "r.example.com/App",
            "r/[a",
            "r.example.com/team/*:",
            "r.example.com/team/*:v1,",
            "r.example.com/team/*:v1 v2",
            "r.example.com/{a,b}:-v1",
            &digest,
        ] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_tags_of_a_repository_are_joined() {
        let texts = ["h.example/a:v1", "h.example/b:v1", "h.example/a:v2,v1", "h.example/a"];
        let selectors = texts.iter().map(|text| Selector::parse(text).unwrap()).collect();
        let expected = ["h.example/a:v1,v2", "h.example/b:v1", "h.example/a"];
        let expected: Vec<Selector> =
            expected.iter().map(|text| Selector::parse(text).unwrap()).collect();
        assert_eq!(merged(selectors), expected);
    }
}
