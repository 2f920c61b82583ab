//! Estimates of the memory that values occupy.
//!
//! A store or an operation that holds values from a registry adds their weights and stops at a
//! limit, so that a hostile registry cannot exhaust the memory. Weights are upper estimates in
//! bytes; they include what allocators and containers need.

use serde_json::{Map, Value};

use crate::annotation::Annotations;

/// The memory that reading JSON may take, in bytes for each byte of JSON. Descriptors with
/// annotations take about six.
pub const READING: usize = 12;

/// The memory that allocators and containers need for each object, in bytes.
pub const OBJECT: usize = 32;

/// A value whose memory can be estimated.
///
/// ```
/// use ocigraph_types::{Descriptor, weight::Weight};
///
/// let descriptor = Descriptor::of("text/plain", b"hello");
/// assert!(descriptor.weight() > size_of::<Descriptor>());
/// assert_eq!([descriptor.clone(), descriptor.clone()].weight(), 2 * descriptor.weight());
/// ```
pub trait Weight {
    /// Returns the estimated memory of the value in bytes.
    fn weight(&self) -> usize;
}

impl<A: Weight, B: Weight> Weight for (A, B) {
    fn weight(&self) -> usize {
        self.0.weight() + self.1.weight()
    }
}

impl Weight for String {
    fn weight(&self) -> usize {
        size_of::<Self>() + OBJECT + self.len()
    }
}

impl<T: Weight> Weight for Option<T> {
    fn weight(&self) -> usize {
        self.as_ref().map_or(0, Weight::weight)
    }
}

impl<T: Weight> Weight for [T] {
    fn weight(&self) -> usize {
        self.iter().map(Weight::weight).fold(0, usize::saturating_add)
    }
}

impl Weight for Value {
    fn weight(&self) -> usize {
        size_of::<Self>()
            + match self {
                Value::Null | Value::Bool(_) | Value::Number(_) => 0,
                Value::String(text) => OBJECT + text.len(),
                Value::Array(items) => OBJECT + items.weight(),
                Value::Object(fields) => weight_of_fields(fields),
            }
    }
}

/// Returns the estimated memory of the fields of a JSON object in bytes.
pub fn weight_of_fields(fields: &Map<String, Value>) -> usize {
    if fields.is_empty() {
        return 0;
    }
    let each = fields.iter().map(|(name, value)| name.weight() + value.weight() + OBJECT);
    each.fold(8 * OBJECT, usize::saturating_add)
}

/// Returns the estimated memory of annotations in bytes.
pub fn weight_of_annotations(annotations: &Annotations) -> usize {
    // A node of a `BTreeMap` has room for eleven entries.
    let node = if annotations.is_empty() { 0 } else { 640 };
    let each = annotations.iter().map(|(key, value)| key.weight() + value.weight());
    each.fold(node, usize::saturating_add)
}

/// Returns true if reading this JSON may take more than [`READING`] bytes of memory for each of its
/// bytes, beyond the first mebibyte: `{"a":{"a":{"a":…` does. Does not parse.
///
/// ```
/// use ocigraph_types::weight::is_bloated;
///
/// assert!(!is_bloated(br#"{"schemaVersion":2,"manifests":[]}"#));
/// assert!(is_bloated(r#"{"a":"#.repeat(100_000).as_bytes()));
/// ```
pub fn is_bloated(json: &[u8]) -> bool {
    let mut weight = 0_usize;
    for byte in json {
        weight += match byte {
            b'{' => 400,
            b':' => 60,
            b',' | b'[' => 32,
            _ => 1,
        };
    }
    weight > json.len().saturating_mul(READING).saturating_add(1024 * 1024)
}
