//! The C library: its options, results and operations as exported functions in `bindings/c/src`.
//! `include/ocigraph.h` follows from them.
//!
//! Descriptors, graphs, manifests and lists of texts are values with methods, and blobs are streamed:
//! both are written by hand, like the credentials of a client.

pub(super) mod numbers;
pub(super) mod operations;
pub(super) mod options;
pub(super) mod results;
pub(super) mod rows;
mod scenarios;

use numbers::{Numbers, by_outcome, is_flags};

use super::{NOTICE, Output, snake};
use crate::{
    definition::{Definition, Field, Kind, Record},
    docs::{Dialect, Doc, comment, screaming},
};

/// The version in which a function appeared. No release has been made yet.
const SINCE: &str = "Since 0.1.0.";

pub(crate) fn files(definition: &Definition) -> Vec<Output> {
    let numbers = Numbers::read(definition);
    let mut files = vec![numbers.list(), numbers.source(definition)];
    files.extend(options::files(definition));
    files.extend(results::files(definition));
    files.extend(operations::files(definition));
    files.extend(scenarios::files(definition));
    files
}

/// A file of `bindings/c/src`, with the notice in front.
fn source(path: &str, text: &str) -> Output {
    Output::new(&format!("bindings/c/src/{path}"), format!("// {NOTICE}\n\n{text}"))
}

/// `PushOptions` as `push_options`.
pub(super) fn options_name(record: &str) -> String {
    match record {
        "TransferOptions" => "blob_options".to_owned(),
        "ClientConfig" => "client_options".to_owned(),
        name => snake(name),
    }
}

/// The type of a result, without the prefix, or `None` for an operation without a result.
pub(super) fn result_name(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::Nothing => return None,
        Kind::Record(name) => snake(name),
        Kind::List(inner) => match &**inner {
            Kind::Text => "text_list".to_owned(),
            Kind::Record(name) => results::list(name).0,
            other => panic!("C has no list of {other:?} as a result"),
        },
        Kind::Graph => "graph".to_owned(),
        Kind::Manifest => "manifest".to_owned(),
        Kind::Descriptor => "descriptor".to_owned(),
        other => panic!("C has no result of the kind {other:?}"),
    })
}

/// `tags` as `tag`, and `repositories` as `repository`. Other names stay.
pub(super) fn singular(name: &str) -> String {
    match (name.strip_suffix("ies"), name.strip_suffix('s')) {
        (Some(stem), _) => format!("{stem}y"),
        (_, Some(stem)) if !stem.ends_with('s') => stem.to_owned(),
        _ => name.to_owned(),
    }
}

/// Lists of options that are named by what is done with each entry.
const VERBS: [&str; 3] = ["add", "merge", "remove"];

/// The function that adds an entry to a list of options: `add_tag` for `tags`, `merge` for `merge`.
pub(in crate::emit) fn adder(name: &str) -> String {
    if VERBS.contains(&name) { name.to_owned() } else { format!("add_{}", singular(name)) }
}

/// The parameter of that function.
pub(in crate::emit) fn added(name: &str) -> String {
    if VERBS.contains(&name) { "manifest".to_owned() } else { singular(name) }
}

/// How C writes the parts of a comment.
pub(super) struct C<'a> {
    pub(super) definition: &'a Definition,
    pub(super) numbers: &'a Numbers,
}

impl Dialect for C<'_> {
    fn code(&self, text: &str) -> String {
        match text {
            "None" => "not set".to_owned(),
            "true" | "false" => text.to_owned(),
            _ => format!("`{text}`"),
        }
    }

    fn name(&self, name: &str) -> String {
        format!("`{name}`")
    }

    fn error_code(&self, code: &str) -> String {
        code.to_owned()
    }

    fn variant(&self, of: &str, name: &str) -> String {
        match self.numbers.constant(of, name) {
            Some(constant) => format!("`{constant}`"),
            None => panic!("a comment names {of}::{name}, which C does not have"),
        }
    }

    fn member(&self, of: &str, name: &str) -> String {
        if of == "Client" {
            return format!("`ocigraph_client_{name}`");
        }
        if of == "Graph" {
            return format!("{name} (`ocigraph_graph_{}`)", singular(name));
        }
        let record = self.definition.record(of);
        match record.fields.iter().find(|field| field.name == name) {
            Some(field) if matches!(&field.kind, Kind::List(kind) if **kind == Kind::File) => {
                format!("`ocigraph_{}_add_path`", options_name(of))
            }
            Some(_) => format!("`{name}`"),
            None => panic!("a comment names {of}::{name}, which does not exist"),
        }
    }

    fn type_name(&self, name: &str) -> String {
        match name {
            "Limits" => "`OCIGRAPH_LIMIT_*`".to_owned(),
            name => format!("`ocigraph_{}`", snake(name)),
        }
    }

    fn link(&self, text: &str, url: &str) -> String {
        if text.is_empty() { url.to_owned() } else { format!("{text} ({url})") }
    }
}

impl C<'_> {
    fn paragraphs(&self, doc: &Doc) -> Vec<String> {
        doc.written(self).iter().map(|text| without_nested_parentheses(text)).collect()
    }
}

/// `(text (URL))` as `(text, URL)`.
pub(super) fn without_nested_parentheses(text: &str) -> String {
    let Some(end) = text.find("))") else { return text.to_owned() };
    let Some(inner) = text[..end].rfind(" (http") else { return text.to_owned() };
    let (before, url) = (&text[..inner], &text[inner + 2..end]);
    format!("{before}, {url}){}", without_nested_parentheses(&text[end + 2..]))
}

/// The comment of an option as the comment of its setter.
pub(super) fn setter_doc(field: &Field) -> Doc {
    let is_bool = field.kind == Kind::Bool;
    match field.doc.starts_with_verb() {
        true if is_bool => field.doc.lower_first().after("If true, "),
        true => field.doc.clone(),
        false => with_article(&field.doc).after("Sets "),
    }
}

/// The comment of a field of a result as the comment of its accessor.
pub(super) fn accessor_doc(doc: &Doc) -> Doc {
    with_article(doc).after("Returns ")
}

/// The comment with a small letter and, unless it starts with one or with a conjunction, an article.
pub(super) fn with_article(doc: &Doc) -> Doc {
    const WITHOUT: [&str; 8] = ["the", "a", "an", "true", "whether", "where", "when", "why"];
    let lower = doc.lower_first();
    if WITHOUT.contains(&doc.first_word().as_str()) { lower } else { lower.after("the ") }
}

/// An exported function.
#[derive(Default)]
struct Function {
    name: String,
    doc: Vec<String>,
    /// Lines of their own: ownership, errors and threads.
    notes: Vec<String>,
    parameters: Vec<(String, String)>,
    returns: String,
    body: String,
}

impl Function {
    fn new(name: String, doc: Vec<String>) -> Self {
        Self { name, doc, ..Self::default() }
    }

    fn parameter(&mut self, name: &str, kind: &str) {
        self.parameters.push((name.to_owned(), kind.to_owned()));
    }

    fn text(&self) -> String {
        let parameters: Vec<String> =
            self.parameters.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
        let returns = match self.returns.as_str() {
            "" => String::new(),
            kind => format!(" -> {kind}"),
        };
        format!(
            "{}#[unsafe(no_mangle)]\npub extern \"C\" fn {}({}){returns} {{\n{}\n}}\n",
            documented(&self.doc, &self.notes),
            self.name,
            parameters.join(", "),
            self.body
        )
    }
}

/// A documentation comment: paragraphs, then the notes, each on a line of its own.
fn documented(paragraphs: &[String], notes: &[String]) -> String {
    let mut lines = comment(paragraphs, "/// ", 100);
    if !notes.is_empty() && !lines.is_empty() {
        lines.push("///".to_owned());
    }
    for note in notes {
        lines.extend(comment(std::slice::from_ref(note), "/// ", 100));
    }
    lines.join("\n") + "\n"
}

/// A method that frees a handle.
fn free_function(name: &str, parameter: &str, doc: String) -> Function {
    Function {
        name: format!("ocigraph_{name}_free"),
        doc: vec![doc],
        notes: vec![
            format!("Ownership: takes `{parameter}`, which may be NULL."),
            format!("Threads: any, once for each handle. {SINCE}"),
        ],
        parameters: vec![(parameter.to_owned(), format!("Option<Box<ocigraph_{name}>>"))],
        returns: String::new(),
        body: format!("free({parameter});"),
    }
}

/// `mod x; pub use x::*;` for each module, and the assertion that the handles can be shared.
fn module(doc: &str, modules: &[String], handles: &[String]) -> String {
    // Without the empty lines, rustfmt sorts the modules.
    let mut text = format!("{doc}\n// The order of the modules is that of the header.\n");
    for module in modules {
        text.push_str(&format!("mod {module};\n\n"));
    }
    for module in modules {
        text.push_str(&format!("pub use {module}::*;\n"));
    }
    if !handles.is_empty() {
        text.push_str(
            "\n/// Asserts at compile time that every handle can be shared between threads, as the \
             header\n/// promises.\nconst _: () = {\n    const fn shared<T: Send + Sync>() {}\n",
        );
        for handle in handles {
            text.push_str(&format!("    shared::<ocigraph_{handle}>();\n"));
        }
        text.push_str("};\n");
    }
    text
}

/// The imports of a file: those whose last name the text uses.
fn imports(text: &str, paths: &[&str]) -> String {
    let code: Vec<&str> = text.lines().filter(|line| !line.starts_with("//")).collect();
    let text = &code.join("\n");
    let used = |name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            !text[..at].ends_with(word) && !text[at + name.len()..].starts_with(word)
        })
    };
    let (mut lines, mut own, mut standard) = (String::new(), Vec::new(), Vec::new());
    for path in paths {
        let (module, names) = path.rsplit_once("::").expect("a path has a module");
        let names: Vec<&str> = names.split_whitespace().filter(|name| used(name)).collect();
        let names = match names.as_slice() {
            [] => continue,
            [name] => (*name).to_owned(),
            names => format!("{{{}}}", names.join(", ")),
        };
        match (module.strip_prefix("crate::"), module.strip_prefix("std::")) {
            (Some(module), _) => own.push(format!("{module}::{names}")),
            (_, Some(module)) => standard.push(format!("{module}::{names}")),
            _ => lines.push_str(&format!("use {module}::{names};\n\n")),
        }
    }
    match standard.as_slice() {
        [] => {}
        [one] => lines.insert_str(0, &format!("use std::{one};\n\n")),
        paths => lines.insert_str(0, &format!("use std::{{{}}};\n\n", paths.join(", "))),
    }
    if !own.is_empty() {
        lines.push_str(&format!("use crate::{{{}}};\n", own.join(", ")));
    }
    lines
}

/// The constant of a group of numbers: `ProblemKind` as `PROBLEM`.
pub(super) fn group(name: &str) -> String {
    match name {
        "ManifestFormat" => "FORMAT".to_owned(),
        "ProblemKind" => "PROBLEM".to_owned(),
        "Limits" => "LIMIT".to_owned(),
        name => screaming(name),
    }
}

/// True if the record has files to push.
pub(super) fn has_files(record: &Record) -> bool {
    record.fields.iter().any(|field| field.kind == Kind::List(Box::new(Kind::File)))
}
