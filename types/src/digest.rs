//! Content digests: their text form, hashing, and checking content against a descriptor.
//!
//! Any well-formed digest can be named; sha256 and sha512 can be computed. Everything that turns
//! bytes into a digest goes through [`Hasher`], so that there is one place to make fast.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Digest as _;

use crate::{Code, Descriptor, Error, Result};

/// A hash function that content can be named by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Algorithm {
    /// SHA-256, which every registry speaks.
    #[default]
    Sha256,
    /// SHA-512, which the specification allows and few registries keep.
    Sha512,
}

impl Algorithm {
    /// The name that stands before the colon of a digest.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha512 => "sha512",
        }
    }

    /// A hasher at its beginning.
    pub fn hasher(self) -> Hasher {
        match self {
            Algorithm::Sha256 => Hasher::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => Hasher::Sha512(sha2::Sha512::new()),
        }
    }

    /// The digest of bytes in memory.
    pub fn digest(self, bytes: &[u8]) -> Digest {
        let mut hasher = self.hasher();
        hasher.update(bytes);
        hasher.finish()
    }

    fn hex_length(self) -> usize {
        match self {
            Algorithm::Sha256 => 64,
            Algorithm::Sha512 => 128,
        }
    }
}

impl FromStr for Algorithm {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "sha256" => Ok(Algorithm::Sha256),
            "sha512" => Ok(Algorithm::Sha512),
            _ => Err(Error::new(
                Code::Unsupported,
                format!("digest algorithm {text:?} cannot be computed"),
            )
            .with_hint("use sha256 or sha512")),
        }
    }
}

/// A digest in progress.
#[derive(Debug, Clone)]
pub enum Hasher {
    /// SHA-256.
    Sha256(sha2::Sha256),
    /// SHA-512.
    Sha512(sha2::Sha512),
}

impl Hasher {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Sha256(h) => h.update(bytes),
            Hasher::Sha512(h) => h.update(bytes),
        }
    }

    /// The digest of everything taken in.
    pub fn finish(self) -> Digest {
        match self {
            Hasher::Sha256(h) => Digest::from_hash(Algorithm::Sha256, &h.finalize()),
            Hasher::Sha512(h) => Digest::from_hash(Algorithm::Sha512, &h.finalize()),
        }
    }
}

/// The digest that names content, as in `sha256:e3b0…`. Cheap to clone.
///
/// Source: OCI image-spec 1.1.1, "Digests".
///
/// ```
/// use ocigraph_types::{Algorithm, Digest};
///
/// let digest = Algorithm::Sha256.digest(b"{}");
/// assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
/// assert_eq!(digest.algorithm_name(), "sha256");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(Arc<str>);

impl Digest {
    /// The whole text, `algorithm:encoded`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the colon.
    pub fn algorithm_name(&self) -> &str {
        self.0.split_once(':').map_or("", |(algorithm, _)| algorithm)
    }

    /// What stands after the colon: lower-case hexadecimal for every algorithm in use.
    pub fn encoded(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, encoded)| encoded)
    }

    /// The algorithm, or UNSUPPORTED when it cannot be computed here.
    pub fn algorithm(&self) -> Result<Algorithm> {
        self.algorithm_name().parse()
    }

    /// The digest whose hash was computed elsewhere.
    pub fn from_sha256(hash: [u8; 32]) -> Self {
        Self::from_hash(Algorithm::Sha256, &hash)
    }

    fn from_hash(algorithm: Algorithm, hash: &[u8]) -> Self {
        use fmt::Write as _;
        let mut text = String::with_capacity(8 + algorithm.hex_length());
        text.push_str(algorithm.name());
        text.push(':');
        for byte in hash {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text.into())
    }
}

impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Err(Error::new(Code::InvalidReference, format!("{text:?} is no digest: {why}"))
                .with_hint("a digest reads sha256: and 64 lower-case hexadecimal digits"))
        };
        let Some((algorithm, encoded)) = text.split_once(':') else {
            return wrong("it has no colon");
        };
        if text.len() > 255 {
            return wrong("it is too long");
        }
        let components = || algorithm.split(['+', '.', '_', '-']);
        let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if components().any(|c| c.is_empty() || !c.bytes().all(lower)) {
            return wrong("the algorithm before the colon is not written as one");
        }
        match algorithm.parse::<Algorithm>() {
            Ok(known) if encoded.len() != known.hex_length() => wrong(&format!(
                "{algorithm} has {} hexadecimal digits, not {}",
                known.hex_length(),
                encoded.len()
            )),
            Ok(_) if !encoded.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) => {
                wrong("after the colon only 0-9 and a-f may stand")
            }
            Err(_)
                if encoded.is_empty()
                    || !encoded
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"=_-".contains(&b)) =>
            {
                wrong("after the colon only letters, digits, =, _ and - may stand")
            }
            _ => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|e: Error| de::Error::custom(e.message()))
    }
}

/// Checks streamed content against a descriptor: fails on the first byte too many, on a byte too
/// few, and on a wrong digest.
#[derive(Debug, Clone)]
pub struct Verifier {
    expected: Digest,
    size: u64,
    seen: u64,
    hasher: Hasher,
}

impl Verifier {
    /// A verifier for the content that `descriptor` describes; UNSUPPORTED when its digest's
    /// algorithm cannot be computed.
    pub fn new(descriptor: &Descriptor) -> Result<Self> {
        Ok(Self {
            expected: descriptor.digest.clone(),
            size: descriptor.size,
            seen: 0,
            hasher: descriptor.digest.algorithm()?.hasher(),
        })
    }

    /// Takes in the next bytes; SIZE_MISMATCH when they are more than there should be.
    pub fn update(&mut self, bytes: &[u8]) -> Result<()> {
        self.seen += bytes.len() as u64;
        if self.seen > self.size {
            return Err(self.wrong_size("at least "));
        }
        self.hasher.update(bytes);
        Ok(())
    }

    /// How many bytes were taken in.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// The verdict on the whole content.
    pub fn finish(self) -> Result<()> {
        if self.seen != self.size {
            return Err(self.wrong_size(""));
        }
        let actual = self.hasher.finish();
        if actual != self.expected {
            return Err(Error::new(
                Code::DigestMismatch,
                format!("content that should be {} hashes to {actual}", self.expected),
            )
            .with_hint("it was changed or damaged where it is stored or on its way"));
        }
        Ok(())
    }

    fn wrong_size(&self, at_least: &str) -> Error {
        Error::new(
            Code::SizeMismatch,
            format!(
                "content of {} should have {} bytes and has {at_least}{}",
                self.expected, self.size, self.seen
            ),
        )
    }
}
