//! Estimates of the memory that values take, for those who bound it.

use crate::Annotations;

/// What reading JSON may take for each byte of it. Descriptors with annotations take about six.
pub const READING: usize = 12;

/// What allocators and containers need beside an object.
pub const OBJECT: usize = 32;

/// What values take in memory, about.
pub trait Weight {
    fn weight(&self) -> usize;
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

impl Weight for serde_json::Value {
    fn weight(&self) -> usize {
        use serde_json::Value;
        size_of::<Self>()
            + match self {
                Value::Null | Value::Bool(_) | Value::Number(_) => 0,
                Value::String(text) => OBJECT + text.len(),
                Value::Array(items) => OBJECT + items.weight(),
                Value::Object(fields) => weight_of_fields(fields),
            }
    }
}

/// What is in a JSON object.
pub fn weight_of_fields(fields: &serde_json::Map<String, serde_json::Value>) -> usize {
    if fields.is_empty() {
        return 0;
    }
    let each = fields.iter().map(|(name, value)| name.weight() + value.weight() + OBJECT);
    each.fold(8 * OBJECT, usize::saturating_add)
}

/// Whether JSON of these bytes takes far more memory than its length: `{"a":{"a":{"a":…` does.
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

/// What annotations take: a node of the map holds up to eleven.
pub fn weight_of_annotations(annotations: &Annotations) -> usize {
    let each = annotations.iter().map(|(key, value)| key.weight() + value.weight());
    each.fold(if annotations.is_empty() { 0 } else { 640 }, usize::saturating_add)
}
