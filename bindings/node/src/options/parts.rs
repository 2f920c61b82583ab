//! The parts of options: files, numbers and times.

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use ocigraph::{Annotations, Error, Result};
use serde::{
    Deserialize, Deserializer,
    de::{self, Unexpected, Visitor},
};

use crate::error::invalid;

/// A file of a push, without its content.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct FileOptions {
    pub(crate) path: Option<PathBuf>,
    /// The index of its buffered content.
    pub(crate) content: Option<usize>,
    pub(crate) title: Option<String>,
    pub(crate) media_type: Option<String>,
    pub(crate) annotations: Annotations,
}

/// The content of a blob.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Blob {
    pub(crate) path: Option<PathBuf>,
    /// The index of its buffered content.
    pub(crate) content: Option<usize>,
}

/// Options of the digest functions.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Digest {
    pub(crate) algorithm: Option<String>,
}

/// Options of operations that have none of their own.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NoOptions {}

/// A maximum. A number that is too large for its type counts as the largest of the type.
#[derive(Clone, Copy)]
pub(crate) struct Count(u64);

impl Count {
    pub(crate) fn as_u64(self) -> u64 {
        self.0
    }

    pub(crate) fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    pub(crate) fn as_u32(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_u64(CountVisitor)
    }
}

struct CountVisitor;

impl Visitor<'_> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("u64")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> std::result::Result<Count, E> {
        Ok(Count(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> std::result::Result<Count, E> {
        // 2^64 and more. All such numbers are integers.
        if number >= u64::MAX as f64 {
            return Ok(Count(u64::MAX));
        }
        Err(E::invalid_type(Unexpected::Float(number), &self))
    }
}

/// Times above this many milliseconds (570,000 years) mean no limit.
const LONGEST: f64 = 1.8e16;

/// Converts the option `name` from milliseconds.
pub(crate) fn time(name: &str, ms: f64) -> Result<Duration> {
    // JavaScript passes `Infinity` as `Number.MAX_VALUE`, because JSON cannot represent it.
    if ms > LONGEST {
        return Ok(Duration::MAX);
    }
    Duration::try_from_secs_f64(ms / 1000.0).map_err(|_| {
        invalid(format!("options.{name} must be a time in milliseconds, 0 or more, not {ms}"))
    })
}

/// Parses a reference, a platform or the word of an enumeration.
pub(crate) fn parsed<T: FromStr<Err: Into<Error>>>(text: &str) -> Result<T> {
    text.parse().map_err(Into::into)
}
