//! The options, results and operations of Python: the native methods in Rust, their stubs, both
//! clients, the classes of options and results, and the list of public names.

mod awaited;
mod dialect;
mod kinds;
mod layout;
mod native;
mod operations;
mod package;
mod records;

use minijinja::{Environment, UndefinedBehavior};

use super::Output;
use crate::definition::Definition;

pub(crate) fn files(definition: &Definition) -> Vec<Output> {
    let mut files = native::files(definition);
    files.extend(operations::files(definition));
    files.extend(records::files(definition));
    files.push(package::file(definition));
    files
}

/// Fills a template. The text ends in one line break.
fn rendered(template: &str, values: minijinja::Value) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let text = environment
        .render_str(template, values)
        .unwrap_or_else(|e| panic!("a template of Python: {e:#}"));
    format!("{}\n", text.trim_end())
}
