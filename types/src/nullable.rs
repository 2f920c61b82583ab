//! Reads `null` where JSON should have a list or an object.

use serde::{Deserialize, Deserializer};

/// Deserializes `null` as the default value. Programs in Go write an absent list or map as `null`.
///
/// For use in `#[serde(default, deserialize_with = "…")]`:
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Tags {
///     #[serde(default, deserialize_with = "ocigraph_types::null_as_default")]
///     tags: Vec<String>,
/// }
///
/// let none: Tags = serde_json::from_str(r#"{"tags":null}"#).unwrap();
/// assert!(none.tags.is_empty());
/// ```
///
/// # Errors
///
/// The error of the deserializer, if the value is neither `null` nor a `T`.
pub fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
