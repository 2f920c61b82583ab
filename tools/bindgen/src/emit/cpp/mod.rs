//! The headers of C++ over the functions of the C library: options, results, and the operations of
//! the client.
//!
//! Handles, callbacks, graphs, manifests, blobs and credentials are written by hand.

mod operations;
mod options;
mod results;

use super::{
    NOTICE, Output,
    c::{C, numbers::Numbers, options_name, singular, without_nested_parentheses},
    snake,
};
use crate::{
    definition::{Definition, Kind},
    docs::{Dialect, Doc, wrapped},
};

/// The length of a line.
const WIDTH: usize = 120;

pub(crate) fn files(definition: &Definition) -> Vec<Output> {
    let numbers = Numbers::read(definition);
    let c = C { definition, numbers: &numbers };
    let cpp = &Cpp { definition, c };
    vec![options::file(cpp), results::file(cpp), operations::file(cpp)]
}

/// A header with its guard, for the files of `include/ocigraph`.
fn header(name: &str, doc: &str, includes: &[&str], body: &str) -> Output {
    let guard = format!("OCIGRAPH_{}_HPP", name.to_uppercase());
    let includes: Vec<String> =
        includes.iter().map(|file| format!("#include <ocigraph/{file}.hpp>\n")).collect();
    let text = format!(
        "/* {NOTICE} */\n\n{}\n#ifndef {guard}\n#define {guard}\n\n{}\nnamespace ocigraph {{\n\n{body}\n\
         }} // namespace ocigraph\n\n#endif /* {guard} */\n",
        comment(doc, ""),
        includes.concat()
    );
    Output::new(&format!("include/ocigraph/{name}.hpp"), text)
}

/// A comment with an indentation.
fn comment(text: &str, indent: &str) -> String {
    let lines = wrapped(text, WIDTH - indent.len() - "/* ".len() - " */".len());
    let mut out = String::new();
    let last = lines.len() - 1;
    for (i, line) in lines.iter().enumerate() {
        let (start, end) = (if i == 0 { "/* " } else { " * " }, if i == last { " */" } else { "" });
        out.push_str(&format!("{indent}{start}{line}{end}\n"));
    }
    out
}

/// A call in one line, or with its arguments in lines below each other.
fn call(indent: &str, start: &str, arguments: &[String], end: &str) -> String {
    let line = format!("{indent}{start}({}){end}", arguments.join(", "));
    if line.len() <= WIDTH {
        return line + "\n";
    }
    let inner = format!("{indent}    ");
    let mut text = format!("{indent}{start}(\n");
    let mut line = inner.clone();
    for (i, argument) in arguments.iter().enumerate() {
        let last = i + 1 == arguments.len();
        let part = if last { format!("{argument}){end}") } else { format!("{argument},") };
        if line.len() > inner.len() && line.len() + 1 + part.len() > WIDTH {
            text.push_str(&format!("{line}\n"));
            line = inner.clone();
        }
        if line.len() > inner.len() {
            line.push(' ');
        }
        line.push_str(&part);
    }
    text + &line + "\n"
}

/// How C++ writes the parts of a comment: as C does, with the names of its classes and methods.
struct Cpp<'a> {
    definition: &'a Definition,
    c: C<'a>,
}

impl Cpp<'_> {
    /// The first paragraph of a comment.
    fn line(&self, doc: &Doc) -> String {
        doc.written(self).first().map(|text| without_nested_parentheses(text)).unwrap_or_default()
    }
}

impl Dialect for Cpp<'_> {
    fn code(&self, text: &str) -> String {
        self.c.code(text)
    }

    fn name(&self, name: &str) -> String {
        self.c.name(name)
    }

    fn error_code(&self, code: &str) -> String {
        self.c.error_code(code)
    }

    fn variant(&self, of: &str, name: &str) -> String {
        self.c.variant(of, name).replace('`', "")
    }

    fn member(&self, of: &str, name: &str) -> String {
        if of == "Client" {
            return format!("client::{}", method(self.definition, name));
        }
        if of == "Graph" {
            return format!("graph::{name}");
        }
        let record = self.definition.record(of);
        match record.fields.iter().find(|field| field.name == name) {
            Some(field) if matches!(&field.kind, Kind::List(kind) if **kind == Kind::File) => {
                format!("{}::add_path", options_name(of))
            }
            _ => self.c.member(of, name),
        }
    }

    fn type_name(&self, name: &str) -> String {
        match name {
            "Limits" => "OCIGRAPH_LIMIT_*".to_owned(),
            name => snake(name),
        }
    }

    fn link(&self, text: &str, url: &str) -> String {
        self.c.link(text, url)
    }
}

/// The name of the method for an operation.
fn method(definition: &Definition, name: &str) -> String {
    let operation = definition.operations.iter().find(|operation| operation.name == name);
    let named = operation.and_then(|operation| operation.names.get("cpp"));
    named.cloned().unwrap_or_else(|| name.to_owned())
}

/// The name of an entry of a list of options.
fn one(name: &str) -> String {
    singular(name)
}
