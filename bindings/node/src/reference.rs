//! The parts of a reference.

use napi_derive::napi;
use ocigraph::{Location, Reference, Result};
use serde_json::{Map, Value, json};

use crate::error::{JsResult, js_result};

/// Parses a reference. Returns its parts as JSON.
#[napi(catch_unwind)]
pub fn parse_reference(text: String) -> JsResult<String> {
    let parsed: Result<Reference> = text.parse();
    js_result(parsed.map(|reference| Value::Object(parts(&reference)).to_string()))
}

/// Omits absent parts.
fn parts(reference: &Reference) -> Map<String, Value> {
    let mut parts = Map::new();
    let mut put = |name: &str, value: Value| parts.insert(name.to_owned(), value);
    put("text", json!(reference.to_string()));
    put("location", json!(Reference::new(reference.location().clone()).to_string()));
    put("tags", json!(reference.tags()));
    if let Some(digest) = reference.digest() {
        put("digest", json!(digest));
    }
    match reference.location() {
        Location::Registry { host, repository } => {
            put("host", json!(host.to_string()));
            put("repository", json!(repository));
        }
        Location::Layout(path) => {
            put("path", json!(path));
        }
    }
    parts
}
