//! What the blobs of a layout name, so that each is read once.

use std::collections::HashMap;

use ocigraph_types::Digest;

/// Maximum digests in a [`NameCache`]: about 32 MiB of memory.
const MAX_CACHED: usize = 250_000;

/// The digests that blobs name, by the digest of the blob, and whether the blob is listed. Blobs
/// beyond the maximum are read by each collection.
#[derive(Debug, Default)]
pub(super) struct NameCache {
    pub(super) names: HashMap<(Digest, bool), Vec<Digest>>,
    /// The digests of all keys and values.
    number: usize,
}

impl NameCache {
    pub(super) fn insert(&mut self, key: (Digest, bool), names: &[Digest]) {
        let number = self.number + 1 + names.len();
        if number <= MAX_CACHED && !self.names.contains_key(&key) {
            self.number = number;
            self.names.insert(key, names.to_vec());
        }
    }

    /// Removes what a removed blob named.
    pub(super) fn remove(&mut self, blob: &Digest) {
        for is_listed in [false, true] {
            let names = self.names.remove(&(blob.clone(), is_listed));
            self.number -= names.map_or(0, |names| 1 + names.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ocigraph_types::Algorithm;

    #[test]
    fn the_memory_of_the_cache_is_bounded_by_the_digests_that_it_holds() {
        let digest = |number: usize| Algorithm::Sha256.digest(number.to_string().as_bytes());
        let mut cache = NameCache::default();
        let many = vec![digest(0); MAX_CACHED / 4];
        for number in 0..8 {
            cache.insert((digest(number), false), &many);
            cache.insert((digest(number), false), &many);
        }
        assert_eq!(cache.names.len(), 3);
        cache.insert((digest(9), true), &many[..9]);
        assert_eq!(cache.names.len(), 4);
        assert_eq!(cache.number, 4 + 3 * many.len() + 9);
        (0..10).for_each(|number| cache.remove(&digest(number)));
        assert_eq!((cache.names.len(), cache.number), (0, 0));
    }
}
