//! The methods of the client.

use minijinja::{
    context,
    value::{Serde, Value},
};
use serde::Serialize;

use super::{
    comments::{Go, Place, lines, list},
    names, results,
};
use crate::{
    definition::{Argument, Definition, Kind, Operation},
    docs::{Doc, Inline},
};

#[derive(Serialize)]
struct Method {
    comment: Vec<String>,
    name: String,
    /// The name in messages.
    title: String,
    /// The expression of the reference in messages.
    reference: String,
    parameters: String,
    /// The type of the result, or nothing.
    result: String,
    /// The result of a method that fails.
    zero: &'static str,
    options: Option<String>,
    /// The argument that is a credential.
    credential: Option<String>,
    /// The statements that convert arguments before the call.
    before: Vec<String>,
    function: String,
    arguments: String,
    handle: Option<String>,
    reader: String,
    /// The function that reads the result can fail.
    reader_fails: bool,
    is_graph: bool,
    rows: Option<RowsOf>,
}

/// What a method that returns rows needs.
#[derive(Serialize)]
struct RowsOf {
    row: String,
    summary: String,
    /// The handles of C: the rows, a batch, and the totals.
    handle: String,
    batch: String,
    totals: String,
    /// The functions that read a batch and the totals.
    read_batch: String,
    read_totals: String,
}

pub(super) fn all(definition: &Definition) -> Value {
    let operations = definition.operations.iter().filter(|operation| !operation.by_hand);
    let methods: Vec<Method> = operations.map(|one| method(definition, one)).collect();
    context! { methods => Serde(methods) }
}

fn method(definition: &Definition, operation: &Operation) -> Method {
    let name = names::exported(&operation.name);
    let options = operation.options.as_deref();
    let result = result_type(operation);
    let reads_record =
        matches!(operation.result.named(), Some(name) if definition.records.contains_key(name));
    let (mut before, mut credential) = (Vec::new(), None);
    let mut arguments = Vec::new();
    for (at, argument) in operation.arguments.iter().enumerate() {
        let name = names::argument(&argument.name);
        arguments.push(match &argument.kind {
            Kind::Text
            | Kind::Reference
            | Kind::Host
            | Kind::LoginTarget
            | Kind::Path
            | Kind::Digest => {
                format!("a.text({name})")
            }
            Kind::Bytes => format!("a.bytes({name})"),
            Kind::List(kind) if matches!(**kind, Kind::Text | Kind::Reference | Kind::Path) => {
                assert!(before.is_empty(), "Go can write one list of {}", operation.name);
                before.push(format!("views, count := a.texts({name})"));
                "views, count".to_owned()
            }
            Kind::Credential => {
                credential = Some(name);
                "handle".to_owned()
            }
            kind => panic!("Go cannot write the argument {} of {name}, a {kind:?}", operation.name),
        });
        if at == 0 {
            // C has the options of an operation without a struct after its reference.
            arguments.extend(
                operation
                    .own_options
                    .iter()
                    .map(|option| format!("a.text({})", names::argument(&option.name))),
            );
        }
    }
    if options.is_some() {
        arguments.push("o".to_owned());
    }
    let places = operation
        .arguments
        .iter()
        .filter(|a| matches!(a.kind, Kind::Reference | Kind::Host | Kind::LoginTarget));
    let places: Vec<String> = places.map(|argument| names::argument(&argument.name)).collect();
    let reference = match (places.as_slice(), operation.arguments.as_slice()) {
        // Lists come first, and the place that they lead to follows.
        ([], [list, to, ..]) => {
            format!("joined({}, {})", names::argument(&list.name), names::argument(&to.name))
        }
        ([], [list]) => format!("spaced({})", names::argument(&list.name)),
        (places, _) => places.join("+\" to \"+"),
    };
    Method {
        comment: comment(definition, operation, &name),
        title: match operation.name.as_str() {
            // The library names both lists of tags alike.
            "tag_details" => "tags".to_owned(),
            _ => operation.title.clone(),
        },
        reference,
        parameters: parameters(operation),
        zero: if result == "Descriptor" { "Descriptor{}" } else { "nil" },
        result,
        options: options.map(names::c_record),
        credential,
        before,
        function: format!("ocigraph_client_{}", operation.name),
        arguments: arguments.join(", "),
        handle: results::handle(&operation.result),
        reader: results::function(&operation.result).unwrap_or_default(),
        reader_fails: reads_record,
        is_graph: operation.result == Kind::Graph,
        rows: rows(operation),
        name,
    }
}

fn rows(operation: &Operation) -> Option<RowsOf> {
    let Kind::Rows { row, summary } = &operation.result else { return None };
    let parts = operation.result.parts();
    let [batch, totals] = parts.as_slice() else { return None };
    Some(RowsOf {
        row: names::type_name(row).to_owned(),
        summary: names::type_name(summary).to_owned(),
        handle: format!("{}_rows", operation.name),
        batch: results::handle(batch)?,
        totals: results::handle(totals)?,
        read_batch: results::function(batch)?,
        read_totals: results::function(totals)?,
    })
}

fn result_type(operation: &Operation) -> String {
    match &operation.result {
        Kind::Nothing => String::new(),
        Kind::Descriptor => "Descriptor".to_owned(),
        Kind::Manifest => "*Manifest".to_owned(),
        Kind::Graph => "*Graph".to_owned(),
        Kind::Record(name) => format!("*{}", names::type_name(name)),
        Kind::Rows { row, summary } => {
            format!("*Rows[{}, {}]", names::type_name(row), names::type_name(summary))
        }
        Kind::List(kind) => match &**kind {
            Kind::Text => "[]string".to_owned(),
            Kind::Record(name) => format!("[]{}", names::type_name(name)),
            kind => panic!("Go cannot write the result of {}, a list of {kind:?}", operation.name),
        },
        kind => panic!("Go cannot write the result of {}, a {kind:?}", operation.name),
    }
}

/// The parameters. Neighbours of one type share it, as gofmt's users write it.
fn parameters(operation: &Operation) -> String {
    let last = operation.arguments.len() - 1;
    let mut all: Vec<(String, String)> = Vec::new();
    for (at, argument) in operation.arguments.iter().enumerate() {
        let kind = match &argument.kind {
            Kind::Bytes => "[]byte",
            Kind::List(_) if at == last && operation.options.is_none() => "...string",
            Kind::List(_) => "[]string",
            Kind::Credential => "Credential",
            _ => "string",
        };
        all.push((names::argument(&argument.name), kind.to_owned()));
        if at == 0 {
            all.extend(operation.own_options.iter().map(|option| {
                let name = names::argument(&option.name);
                assert!(
                    *option.kind.required() == Kind::Text,
                    "Go cannot write the option {name} of {}, a {:?}",
                    operation.name,
                    option.kind,
                );
                (name, "string".to_owned())
            }));
        }
    }
    if let Some(options) = &operation.options {
        all.push(("options".to_owned(), format!("*{}", names::type_name(options))));
    }
    let mut text = "ctx context.Context".to_owned();
    for (at, (name, kind)) in all.iter().enumerate() {
        let shared = all.get(at + 1).is_some_and(|(_, next)| next == kind);
        text.push_str(&if shared { format!(", {name}") } else { format!(", {name} {kind}") });
    }
    text
}

fn comment(definition: &Definition, operation: &Operation, name: &str) -> Vec<String> {
    let go = Go::new(definition, Place::Method);
    let doc = operation.doc.lower_first().after(&format!("{name} "));
    assert!(
        operation.doc.first_word().ends_with('s'),
        "the comment of {} does not start with a verb: \"Returns …\"",
        operation.name
    );
    let mut paragraphs = go.paragraphs(&doc);
    let mut sentences: Vec<String> = operation
        .arguments
        .iter()
        .filter_map(|argument| argument_sentence(&go, argument))
        .collect();
    for option in &operation.own_options {
        let text = go.line(&option.doc);
        let name = names::argument(&option.name);
        let default = text
            .split_once("Default: ")
            .unwrap_or_else(|| panic!("the comment of {name} in languages.toml states no default"));
        sentences.push(format!("An empty {name} selects {}", default.1));
    }
    if operation.options.is_some() {
        sentences.push("Nil options select the defaults.".to_owned());
    }
    if !sentences.is_empty() {
        paragraphs.push(sentences.join(" "));
    }
    let cases: Vec<String> = operation
        .errors
        .iter()
        .map(|case| {
            let codes: Vec<String> =
                case.codes.iter().map(|code| format!("[{}]", names::error_code(code))).collect();
            format!("{} {}", codes.join(" or "), go.line(&case.condition))
        })
        .collect();
    let mut text;
    if let Kind::Rows { .. } = operation.result {
        paragraphs.push(
            "The requests are made while a loop over the rows waits for the next one. An error, also of the \
             arguments, is the last iteration of the loop."
                .to_owned(),
        );
    }
    if cases.is_empty() {
        paragraphs.extend(go.paragraphs(&operation.remarks));
        text = lines(&paragraphs, 0);
    } else {
        paragraphs.push("The error is".to_owned());
        text = lines(&paragraphs, 0);
        text.extend(list(&cases));
        if !operation.remarks.is_empty() {
            text.push("//".to_owned());
            text.extend(lines(&go.paragraphs(&operation.remarks), 0));
        }
    }
    let links = go.take_links();
    if !links.is_empty() {
        text.push("//".to_owned());
        text.extend(links.iter().map(|link| format!("// {link}")));
    }
    text
}

/// What the comment of the method does not say about an argument.
fn argument_sentence(go: &Go<'_>, argument: &Argument) -> Option<String> {
    let name = names::argument(&argument.name);
    let doc = &argument.doc;
    let Some(Inline::Text { text }) = doc.paragraphs.first().and_then(|p| p.first()) else {
        return None;
    };
    if text.starts_with(&format!("The {name} ")) {
        // "The tags to set" says no more than the name.
        return None;
    }
    let after = |verb: &str, doc: &Doc| Some(go.line(&doc.after(&format!("The {name} {verb} "))));
    match doc.without_prefix(&format!("A {name} with ")) {
        Some(rest) => after("has", &rest.after("")),
        None if argument.kind == Kind::Reference => after("names", &doc.lower_first()),
        None if matches!(&argument.kind, Kind::List(kind) if **kind != Kind::Text) => {
            after("are", &doc.lower_first())
        }
        None => after("is", &doc.lower_first()),
    }
}
