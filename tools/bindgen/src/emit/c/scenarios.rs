//! `tests/c/scenario_options.h` and `.hpp`: for each option of the operations and of the client, the
//! form of its value and the function that sets it. The scenario programs read options by their names.

use super::{NOTICE, Output, adder, options_name, singular};
use crate::{
    definition::{Definition, Field, Kind},
    emit::snake,
};

pub(super) fn files(definition: &Definition) -> Vec<Output> {
    let c = "/* The options of the operations: one line for each, in the order of the definition. \
             tests/c/scenario.c includes this file\n * and defines OPTION and LIMIT.\n *\n \
             * OPTION(operation, handle, name, KIND, function): `ocigraph_HANDLE_options_FUNCTION` sets \
             it; tests/c/scenario.c has a\n * macro for each KIND.\n \
             * LIMIT(name, KIND, number): `OCIGRAPH_LIMIT_NUMBER` is its number. */\n\n";
    let cpp = "/* The options of the operations: one line for each, in the order of the definition. \
               tests/c/scenario.cpp includes this\n * file and defines OPTION and LIMIT.\n *\n \
               * OPTION(operation, handle, name, KIND, method): `ocigraph::HANDLE_options::METHOD` sets \
               it; tests/c/scenario.cpp has a\n * macro for each KIND.\n \
               * LIMIT(name, KIND, number): `OCIGRAPH_LIMIT_NUMBER` is its number. */\n\n";
    let table = |path: &str, doc: &str, is_cpp| {
        Output::new(path, format!("/* {NOTICE} */\n\n{doc}{}", lines(definition, is_cpp)))
    };
    vec![
        table("tests/c/scenario_options.h", c, false),
        table("tests/c/scenario_options.hpp", cpp, true),
    ]
}

fn lines(definition: &Definition, is_cpp: bool) -> String {
    let mut text = String::new();
    let operations = definition
        .operations
        .iter()
        .filter_map(|operation| Some((operation.name.as_str(), operation.options.as_deref()?)));
    for (operation, record) in operations.chain([("client", super::options::CLIENT)]) {
        let name = options_name(record);
        let handle = name.trim_end_matches("_options");
        for field in &definition.record(record).fields {
            let (kind, function, method) = line(record, field);
            let set = if is_cpp { method } else { function };
            text.push_str(&format!(
                "OPTION({operation}, {handle}, {}, {kind}, {set})\n",
                field.name
            ));
        }
    }
    for field in &definition.record("Limits").fields {
        let kind = if field.kind == Kind::Duration { "SECONDS" } else { "NUMBER" };
        let name = &field.name;
        text.push_str(&format!("LIMIT({name}, {kind}, {})\n", name.to_uppercase()));
    }
    text
}

/// The form of the value, and the function of C and the method of C++ that set it.
fn line(record: &str, field: &Field) -> (String, String, String) {
    let name = field.name.as_str();
    let set = |kind: &str| (kind.to_owned(), format!("set_{name}"), name.to_owned());
    let add = |kind: &str| (kind.to_owned(), adder(name), singular(name));
    let named = |kind: &str, function: &str, method: &str| {
        (kind.to_owned(), function.to_owned(), method.to_owned())
    };
    match field.kind.required() {
        Kind::Path if matches!(name, "cert_file" | "key_file") => {
            named("CERTIFICATE", "set_client_certificate", "client_certificate")
        }
        Kind::Credentials => named("CREDENTIALS", "set_credential", "use"),
        Kind::Bool => set("BOOL"),
        Kind::Count | Kind::Number | Kind::SmallNumber => set("INTEGER"),
        Kind::Duration => set("SECONDS"),
        Kind::Text | Kind::Path | Kind::Platform | Kind::Reference => set("TEXT"),
        Kind::Enumeration(of) => set(&super::group(of)),
        Kind::Annotations | Kind::Headers => add("PAIRS"),
        Kind::List(kind) if matches!(**kind, Kind::Text | Kind::ResolveOverride) => add("TEXTS"),
        Kind::List(kind) if **kind == Kind::File => named("FILES", "add_path", "add_path"),
        Kind::File => set("CONFIG"),
        Kind::Progress => named("PROGRESS", "set_progress", "on_progress"),
        Kind::Client => set("CLIENT"),
        Kind::Record(of) if of == "Limits" => named("LIMITS", "set_limit", "limit"),
        Kind::Record(of) => set(&snake(of).to_uppercase()),
        other => panic!("no form for the option {record}.{name} of the kind {other:?}"),
    }
}
