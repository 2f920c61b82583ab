//! Decisions of the tests that do random work: the same again for the same seed.

use std::{env, time::UNIX_EPOCH};

/// A number from the environment, if it is set.
///
/// # Panics
/// When it is not a number.
pub fn soak_setting(name: &str) -> Option<u64> {
    let text = env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

/// SplitMix64: small, and the same everywhere.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Begins at a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The seed that `OCIGRAPH_SOAK_SEED` gives, or another each time.
    ///
    /// # Panics
    /// When the variable is not a number.
    pub fn seed() -> u64 {
        soak_setting("OCIGRAPH_SOAK_SEED")
            .unwrap_or_else(|| u64::from(UNIX_EPOCH.elapsed().unwrap_or_default().subsec_nanos()))
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of a list, unless that is empty.
    pub fn of<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        let place = self.below(list.len().max(1) as u64);
        list.get(place as usize).cloned()
    }
}
