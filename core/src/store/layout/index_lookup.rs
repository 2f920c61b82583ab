//! Finds entries of `index.json` by digest and by name without a search.

use std::{collections::HashMap, sync::Arc};

use super::{
    index::{Index, names_of},
    referrers_index::is_referrers_index,
};
use ocigraph_types::{Descriptor, Digest};

/// The positions and names of the entries of an index.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Lookup {
    /// Each name that an entry has, with the manifest if [`Index::names`] has it.
    names: HashMap<Box<str>, Option<Digest>>,
    /// The first entry of each manifest.
    positions: HashMap<Digest, usize>,
    /// The entries of the names that several have.
    shared: HashMap<Box<str>, Vec<usize>>,
    /// True if another tool keeps indexes of referrers.
    pub(super) has_referrers_indexes: bool,
}

impl Lookup {
    pub(super) fn of(index: &Index) -> Self {
        let mut lookup = Self {
            names: index.names().map(|(name, d)| (name.into(), Some(d.clone()))).collect(),
            shared: index.shared_names().map(|(name, at)| (name.into(), at)).collect(),
            ..Self::default()
        };
        for (at, entry) in index.entries.iter().enumerate() {
            lookup.positions.entry(entry.digest.clone()).or_insert(at);
            lookup.has_referrers_indexes |= is_referrers_index(entry);
            for name in names_of(entry) {
                lookup.names.entry(name.into()).or_default();
            }
        }
        lookup
    }

    /// Adds the entries from a position on. Returns false if this is not enough: one of them has several
    /// names or a known one, or is an index of referrers.
    pub(super) fn append(&mut self, entries: &[Arc<Descriptor>], from: usize) -> bool {
        for (at, entry) in entries.iter().enumerate().skip(from) {
            if is_referrers_index(entry) {
                return false;
            }
            let mut names = names_of(entry);
            if let Some(name) = names.next() {
                let known = self.names.insert(name.into(), Some(entry.digest.clone()));
                if known.is_some() || names.next().is_some() {
                    return false;
                }
            }
            self.positions.entry(entry.digest.clone()).or_insert(at);
        }
        true
    }

    /// Returns true if an entry has this name, also one that [`Index::names`] omits.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Returns the manifest of a name that [`Index::names`] has.
    pub(super) fn named(&self, name: &str) -> Option<&Digest> {
        self.names.get(name)?.as_ref()
    }

    /// Returns the position of the first entry of a manifest.
    pub(super) fn position(&self, digest: &Digest) -> Option<usize> {
        self.positions.get(digest).copied()
    }

    /// Returns the positions of the entries with a name that several have.
    pub(super) fn shared(&self, name: &str) -> Option<&[usize]> {
        self.shared.get(name).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use bolero::{check, produce_with};

    use super::{
        super::{
            index::tests::{index, manifest, name},
            index_cache::Snapshot,
        },
        *,
    };

    #[test]
    fn additions_without_a_search_are_those_with_one() {
        let entries = produce_with::<Vec<(u8, u8, u8)>>().len(0..6usize);
        let added = produce_with::<Vec<(u8, u8)>>().len(1..4usize);
        check!().with_generator((entries, added)).for_each(|(entries, added)| {
            let before = index(entries);
            let added: Vec<(Descriptor, Vec<String>)> = added
                .iter()
                .map(|(which, tag)| (manifest(*which), name(*tag).map(str::to_owned)))
                .map(|(manifest, tag)| (manifest, Vec::from_iter(tag)))
                .collect();
            let mut searched = before.clone();
            added.iter().for_each(|(manifest, tags)| searched.add(manifest, tags));
            let snapshot = Snapshot::new(Vec::new(), before.clone(), 0);
            let after = snapshot.with_added(added.iter().map(|(m, tags)| (m, &**tags)));
            assert_eq!(after, searched);
            for index in [&before, &after] {
                for name in (0..5).filter_map(name) {
                    let snapshot = Snapshot::new(Vec::new(), index.clone(), 0);
                    assert_eq!(snapshot.tagged(name).as_ref(), index.tagged(name));
                }
            }
            let mut lookup = Lookup::of(&before);
            if after.entries.starts_with(&before.entries)
                && lookup.append(&after.entries, before.entries.len())
            {
                assert_eq!(lookup, Lookup::of(&after));
            }
        });
    }
}
