//! A share of the repositories, so that several processes or machines divide the work.

use std::{fmt, str::FromStr};

use ocigraph_types::{Algorithm, Code, Error, Result};

/// One of several shares: `1/3` to `3/3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    number: u64,
    of: u64,
}

impl Shard {
    /// Returns true if a repository belongs to the share. Every repository belongs to exactly one, in every
    /// version of this library: that which the first eight bytes of the SHA-256 digest of `host/repository`
    /// select.
    pub(crate) fn has(self, repository: &str) -> bool {
        let digest = Algorithm::Sha256.digest(repository.as_bytes());
        let start = digest.encoded().get(..16).unwrap_or_default();
        u64::from_str_radix(start, 16).unwrap_or_default() % self.of == self.number - 1
    }
}

impl FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parsed = || {
            let (number, of) = text.split_once('/')?;
            let shard = Self { number: number.parse().ok()?, of: of.parse().ok()? };
            (1..=shard.of).contains(&shard.number).then_some(shard)
        };
        parsed().ok_or_else(|| {
            Error::new(Code::InvalidArgument, format!("invalid shard {text:?}"))
                .with_hint("write N/COUNT, such as 1/3, 2/3 and 3/3 for three processes")
        })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_repository_is_in_one_shard() {
        let shards: Vec<Shard> = ["1/3", "2/3", "3/3"].map(|text| text.parse().unwrap()).into();
        let mut counts = [0; 3];
        for i in 0..300 {
            let of: Vec<usize> =
                (0..3).filter(|n| shards[*n].has(&format!("localhost:5000/app{i}"))).collect();
            assert_eq!(of.len(), 1);
            counts[of[0]] += 1;
        }
        assert!(counts.iter().all(|count| (70..130).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_shard_has_a_number_from_one_to_their_count() {
        for text in ["0/3", "4/3", "1", "/", "a/b", "1/0", "-1/3", ""] {
            let error = text.parse::<Shard>().unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument, "{text}");
        }
    }
}
