//! What a sync is asked for, checked before anything is requested.

use std::collections::{HashMap, HashSet};

use super::{mapping::Mapping, options::SyncOptions};
use crate::operation::selection::{Selector, TagSelection};
use ocigraph_types::{Code, Error, Host, Platform, Reference, Result};

/// What is copied to where.
pub(crate) struct Plan {
    pub(super) selectors: Vec<Selector>,
    pub(super) mapping: Mapping,
    pub(super) destination: String,
}

impl Plan {
    /// Checks the arguments before anything is requested.
    pub(crate) fn new(
        sources: &[String],
        destination: &str,
        options: &SyncOptions,
    ) -> Result<Self> {
        if sources.is_empty() {
            return Err(Error::new(Code::InvalidArgument, "no source is given").with_hint(
                "name an image, a repository, a pattern such as host/team/*, a registry or a layout",
            ));
        }
        options.filter()?;
        options.platforms.iter().try_for_each(|text| text.parse::<Platform>().map(drop))?;
        let selectors: Vec<Selector> =
            sources.iter().map(|source| Selector::parse(source)).collect::<Result<_>>()?;
        let mapping = Mapping::new(&selectors, destination)?;
        let selectors = merged(selectors);
        Ok(Self { selectors, mapping, destination: destination.to_owned() })
    }

    /// The registries of the sources.
    pub(crate) fn source_hosts(&self) -> impl Iterator<Item = &Host> {
        self.selectors.iter().filter_map(Selector::host)
    }

    /// The registry of the destination.
    pub(crate) fn destination_host(&self) -> Option<&Host> {
        self.mapping.host()
    }
}

/// Joins the sources that name tags of the same repository: its tags are listed once.
fn merged(selectors: Vec<Selector>) -> Vec<Selector> {
    let mut merged: Vec<Selector> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for selector in selectors {
        if let Selector::One { location, tags: TagSelection::Named(more) } = &selector {
            let name = Reference::new(location.clone()).to_string();
            match places.get(&name).and_then(|place| merged.get_mut(*place)) {
                Some(Selector::One { tags: TagSelection::Named(tags), .. }) => {
                    let known: HashSet<&String> = tags.iter().collect();
                    let new: Vec<String> =
                        more.iter().filter(|tag| !known.contains(tag)).cloned().collect();
                    tags.extend(new);
                    continue;
                }
                _ => {
                    places.insert(name, merged.len());
                }
            }
        }
        merged.push(selector);
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

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
