//! Lists of texts.

use serde_json::json;

use crate::{
    boundary::{free, read},
    results::Json,
    text::ocigraph_str,
};

/// A list of texts: tags or repositories.
pub struct ocigraph_text_list {
    name: &'static str,
    value: Vec<String>,
    json: Json,
}

impl ocigraph_text_list {
    /// Creates a list. `name` is the field of the list in its JSON object.
    pub(crate) fn new(name: &'static str, value: Vec<String>) -> Self {
        Self { name, value, json: Json::default() }
    }
}

/// Frees a list of texts and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_text_list_free(result: Option<Box<ocigraph_text_list>>) {
    free(result);
}

/// Returns the number of texts.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_text_list_count(result: Option<&ocigraph_text_list>) -> usize {
    read(result, |r| r.value.len())
}

/// Returns the text at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_text_list_get(
    result: Option<&ocigraph_text_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(String::as_str).into())
}

/// Returns the complete list as a JSON object, in the format of the command line: `{"tags": [...]}`
/// or `{"repositories": [...]}`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_text_list_json(result: Option<&ocigraph_text_list>) -> ocigraph_str {
    read(result, |r| r.json.get(|| json!({ r.name: r.value }).to_string()))
}
