//! [`Digest`], [`Algorithm`] and [`Hasher`]: the text form of digests, and their computation.
//!
//! A [`Digest`] holds any digest with valid syntax. SHA-256 and SHA-512 can be computed; a digest
//! of another algorithm can be parsed, compared and passed on.

use std::{fmt, str::FromStr, sync::Arc};

use ocigraph_sha256::Sha256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Digest as _;

use crate::error::{Code, Error, Result, into_error};

/// The longest digest that is accepted, in bytes.
const LONGEST: usize = 255;

/// Why a text is not a usable digest. Converts into [`Error`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DigestError {
    /// The text has no colon.
    #[error("invalid digest {text:?}: expected ALGORITHM:ENCODED")]
    MissingColon {
        /// The text.
        text: String,
    },
    /// The text is longer than 255 bytes.
    #[error("invalid digest {text:?}: longer than {LONGEST} bytes")]
    TooLong {
        /// The text.
        text: String,
    },
    /// The part before the colon does not follow the grammar of algorithms.
    #[error(
        "invalid digest {text:?}: the algorithm must consist of lower-case letters and digits, with \
         single separators (+ . _ -) between them"
    )]
    InvalidAlgorithm {
        /// The text.
        text: String,
    },
    /// The part after the colon has the wrong length for its algorithm.
    #[error(
        "invalid digest {text:?}: {algorithm} requires {expected} hexadecimal digits, found {found}"
    )]
    WrongLength {
        /// The text.
        text: String,
        /// The algorithm.
        algorithm: Algorithm,
        /// The number of digits that the algorithm requires.
        expected: usize,
        /// The number of bytes after the colon.
        found: usize,
    },
    /// The part after the colon has a character that is not allowed there.
    #[error("invalid digest {text:?}: expected only {allowed} after the colon")]
    InvalidEncoding {
        /// The text.
        text: String,
        /// The characters that are allowed.
        allowed: &'static str,
    },
    /// The digest is valid, and its algorithm cannot be computed.
    #[error("unsupported digest algorithm {name:?}")]
    UnsupportedAlgorithm {
        /// The algorithm's name.
        name: String,
    },
}

impl DigestError {
    /// Returns [`Code::Unsupported`] for an algorithm that cannot be computed, and
    /// [`Code::InvalidReference`] otherwise.
    pub fn code(&self) -> Code {
        match self {
            DigestError::UnsupportedAlgorithm { .. } => Code::Unsupported,
            _ => Code::InvalidReference,
        }
    }

    pub(crate) fn hint(&self) -> Option<&'static str> {
        Some(match self {
            DigestError::UnsupportedAlgorithm { .. } => "use sha256 or sha512",
            _ => "write sha256: and 64 lower-case hexadecimal digits",
        })
    }
}

into_error!(DigestError);

/// A hash function that can be computed.
///
/// Specification: [image-spec, Registered algorithms][spec].
///
/// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#registered-algorithms
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Algorithm {
    /// SHA-256, which every registry supports. The default.
    #[default]
    Sha256,
    /// SHA-512, which the specification permits and few registries support.
    Sha512,
}

impl Algorithm {
    /// Returns the name that precedes the colon of a digest: `sha256` or `sha512`.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha512 => "sha512",
        }
    }

    /// Returns a hasher that has read nothing yet.
    ///
    /// ```
    /// use ocigraph_types::Algorithm;
    ///
    /// let mut hasher = Algorithm::Sha512.hasher();
    /// hasher.update(b"he");
    /// hasher.update(b"llo");
    /// assert_eq!(hasher.finish(), Algorithm::Sha512.digest(b"hello"));
    /// ```
    pub fn hasher(self) -> Hasher {
        Hasher(match self {
            Algorithm::Sha256 => State::Sha256(Sha256::new()),
            Algorithm::Sha512 => State::Sha512(sha2::Sha512::new()),
        })
    }

    /// Computes the digest of `bytes`.
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

    fn parse(name: &str) -> Result<Self, DigestError> {
        match name {
            "sha256" => Ok(Algorithm::Sha256),
            "sha512" => Ok(Algorithm::Sha512),
            _ => Err(DigestError::UnsupportedAlgorithm { name: name.to_owned() }),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Parses `sha256` or `sha512`.
///
/// # Errors
///
/// [`Code::Unsupported`] for every other text; the source is a [`DigestError`].
impl FromStr for Algorithm {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(Self::parse(text)?)
    }
}

/// Computes a digest piece by piece. Created by [`Algorithm::hasher`].
#[derive(Debug, Clone)]
pub struct Hasher(State);

#[derive(Debug, Clone)]
enum State {
    Sha256(Sha256),
    Sha512(sha2::Sha512),
}

impl Hasher {
    /// Reads the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(hash) => hash.update(bytes),
            State::Sha512(hash) => hash.update(bytes),
        }
    }

    /// Returns the digest of all bytes read.
    pub fn finish(self) -> Digest {
        match self.0 {
            State::Sha256(hash) => Digest::from_hash(Algorithm::Sha256, &hash.finalize()),
            State::Sha512(hash) => Digest::from_hash(Algorithm::Sha512, &hash.finalize()),
        }
    }
}

/// A digest, which identifies content: `sha256:e3b0…`. A clone shares the text.
///
/// Specification: [image-spec, Digests][spec].
///
/// ```
/// use ocigraph_types::{Algorithm, Digest};
///
/// let digest: Digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
///     .parse()
///     .unwrap();
/// assert_eq!(digest, Algorithm::Sha256.digest(b"{}"));
/// assert_eq!(digest.algorithm_name(), "sha256");
/// assert!(digest.encoded().starts_with("44136f"));
/// ```
///
/// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(Arc<str>);

impl Digest {
    /// Returns the whole text, `algorithm:encoded`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the part before the colon.
    pub fn algorithm_name(&self) -> &str {
        self.0.split_once(':').map_or("", |(algorithm, _)| algorithm)
    }

    /// Returns the part after the colon: lower-case hexadecimal digits for SHA-256 and SHA-512.
    pub fn encoded(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, encoded)| encoded)
    }

    /// Returns the algorithm.
    ///
    /// # Errors
    ///
    /// [`Code::Unsupported`] if the algorithm cannot be computed.
    pub fn algorithm(&self) -> Result<Algorithm> {
        self.algorithm_name().parse()
    }

    /// Creates a digest from a SHA-256 hash that was computed elsewhere.
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

    pub(crate) fn parse(text: &str) -> Result<Self, DigestError> {
        let Some((name, encoded)) = text.split_once(':') else {
            return Err(DigestError::MissingColon { text: text.to_owned() });
        };
        if text.len() > LONGEST {
            return Err(DigestError::TooLong { text: text.to_owned() });
        }
        let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let component = |c: &str| !c.is_empty() && c.bytes().all(lower);
        if !name.split(['+', '.', '_', '-']).all(component) {
            return Err(DigestError::InvalidAlgorithm { text: text.to_owned() });
        }
        let invalid = |allowed| DigestError::InvalidEncoding { text: text.to_owned(), allowed };
        match Algorithm::parse(name) {
            Ok(algorithm) => {
                if encoded.len() != algorithm.hex_length() {
                    return Err(DigestError::WrongLength {
                        text: text.to_owned(),
                        algorithm,
                        expected: algorithm.hex_length(),
                        found: encoded.len(),
                    });
                }
                if !encoded.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                    return Err(invalid("0-9 and a-f"));
                }
            }
            Err(_) => {
                let allowed = |b: u8| b.is_ascii_alphanumeric() || b"=_-".contains(&b);
                if encoded.is_empty() || !encoded.bytes().all(allowed) {
                    return Err(invalid("letters, digits, =, _ and -"));
                }
            }
        }
        Ok(Self(text.into()))
    }
}

/// Parses `algorithm:encoded`.
///
/// # Errors
///
/// [`Code::InvalidReference`] if the syntax is invalid; the source is a [`DigestError`].
impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(Self::parse(text)?)
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
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_digest_is_refused_with_the_reason() {
        let says = |text: &str| Digest::parse(text).unwrap_err().to_string();
        assert_eq!(says("abc"), r#"invalid digest "abc": expected ALGORITHM:ENCODED"#);
        assert!(says(&format!("a:{}", "b".repeat(254))).ends_with("longer than 255 bytes"));
        assert!(says("SHA256:abc").contains("the algorithm must consist of"));
        assert!(says("a++b:abc").contains("the algorithm must consist of"));
        assert!(says("sha256:abc").ends_with("sha256 requires 64 hexadecimal digits, found 3"));
        let upper = format!("sha256:{}", "A".repeat(64));
        assert!(says(&upper).ends_with("expected only 0-9 and a-f after the colon"));
        assert!(
            says("other:").ends_with("expected only letters, digits, =, _ and - after the colon")
        );
    }

    #[test]
    fn an_unknown_algorithm_is_kept_and_not_computed() {
        let digest: Digest = "blake3+b64u:ab_c=".parse().unwrap();
        assert_eq!(digest.to_string(), "blake3+b64u:ab_c=");
        let error = digest.algorithm().unwrap_err();
        assert_eq!(error.code(), Code::Unsupported);
        assert_eq!(error.message(), r#"unsupported digest algorithm "blake3+b64u""#);
    }
}
