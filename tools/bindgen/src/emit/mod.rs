//! What is generated: one module for each language.

mod c;
mod cpp;
mod go;
mod node;
mod python;
mod rust;
mod scenarios;
mod schema;

use std::path::PathBuf;

use crate::definition::Definition;

/// A generated file.
pub(crate) struct Output {
    /// The path in the repository.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Output {
    pub(crate) fn new(path: &str, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

/// Generates every file.
pub(crate) fn all(definition: &Definition) -> Vec<Output> {
    [
        rust::files(definition),
        c::files(definition),
        cpp::files(definition),
        go::files(definition),
        python::files(definition),
        node::files(definition),
        scenarios::files(definition),
        schema::files(definition),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The first line of a generated file, after the comment sign of its language.
pub(crate) const NOTICE: &str = "Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.";

/// `fetch_manifest` as `fetchManifest`.
pub(crate) fn camel(name: &str) -> String {
    let mut text = String::new();
    let mut upper = false;
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                text.extend(c.to_uppercase());
                upper = false;
            }
            c => text.push(c),
        }
    }
    text
}

/// `fetch_manifest` as `FetchManifest`.
pub(crate) fn pascal(name: &str) -> String {
    let text = camel(name);
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |c| c.to_uppercase().chain(letters).collect())
}

/// `PushOptions` as `push_options`.
pub(crate) fn snake(name: &str) -> String {
    crate::docs::screaming(name).to_lowercase()
}
