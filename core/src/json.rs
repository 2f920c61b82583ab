//! How the JSON of other tools is read.

use serde::{Deserialize, Deserializer};

/// Go writes an absent list or map as `null` as often as not.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
