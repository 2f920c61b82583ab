//! Random numbers for tests, reproducible by their seed.

use std::{env, time::UNIX_EPOCH};

/// Returns a number from the environment, or `None` if the variable is not set.
///
/// # Panics
/// If the value is not a number.
pub fn soak_setting(name: &str) -> Option<u64> {
    let text = env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

/// The generator SplitMix64, which gives the same numbers on every system.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Creates a generator with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the seed of `OCIGRAPH_SOAK_SEED` or, without it, a different seed each time.
    ///
    /// # Panics
    /// If the variable is not a number.
    pub fn seed() -> u64 {
        soak_setting("OCIGRAPH_SOAK_SEED")
            .unwrap_or_else(|| u64::from(UNIX_EPOCH.elapsed().unwrap_or_default().subsec_nanos()))
    }

    /// Returns a number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    /// Returns true with a probability of 1/`n`.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// Returns an element of a list, or `None` if the list is empty.
    pub fn of<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        let place = self.below(list.len().max(1) as u64);
        list.get(place as usize).cloned()
    }
}
