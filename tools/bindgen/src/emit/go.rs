//! The options, results and operations of Go, over the C library.
//!
//! Contexts, callbacks, streams, credentials, graphs and errors are written by hand in
//! `bindings/go`. The generated files call the functions of C by the names that C gives them:
//! `ocigraph_<options>_set_<option>`, `ocigraph_<options>_add_<element>`, `ocigraph_client_<operation>`
//! and `ocigraph_<result>_<field>`.

mod comments;
mod enumerations;
mod names;
mod operations;
mod options;
mod results;

use minijinja::{Environment, UndefinedBehavior, Value, syntax::SyntaxConfig};

use super::Output;
use crate::definition::Definition;

pub(crate) fn files(definition: &Definition) -> Vec<Output> {
    vec![
        file("client_options", "options", options::client(definition)),
        file("options", "options", options::operations(definition)),
        file("enumerations", "enumerations", enumerations::all(definition)),
        file("results", "results", results::all(definition)),
        file("operations", "operations", operations::all(definition)),
    ]
}

fn file(name: &str, template: &str, context: Value) -> Output {
    let templates = [
        ("options", include_str!("../templates/go/options.go")),
        ("enumerations", include_str!("../templates/go/enumerations.go")),
        ("results", include_str!("../templates/go/results.go")),
        ("operations", include_str!("../templates/go/operations.go")),
    ];
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    environment.set_syntax(syntax.expect("the usual delimiters"));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, text) in templates {
        environment.add_template(name, text).unwrap_or_else(|e| panic!("{name}: {e:#}"));
    }
    let text = environment.get_template(template).and_then(|found| found.render(context));
    let text = text.unwrap_or_else(|e| panic!("bindings/go/{name}.go: {e:#}"));
    Output::new(&format!("bindings/go/{name}.go"), text)
}
