//! The options, results and operations of Node.js: the native methods and options in
//! `bindings/node/src`, the class `Client` in `node/lib/client.js`, and the types in
//! `node/index.d.ts`.
//!
//! The templates of `client.js` and `index.d.ts` hold what is written by hand: content, credentials,
//! errors, graphs, digests, and the operations on blobs, whose content streams.

mod documentation;
mod javascript;
mod operations;
mod options;
mod types;

use super::{Output, camel};
use crate::definition::{Definition, Field, Kind, Operation, Record};

pub(crate) fn files(definition: &Definition) -> Vec<Output> {
    let mut files = operations::files(definition);
    files.push(options::file(definition));
    files.push(javascript::file(definition));
    files.push(types::file(definition));
    files
}

fn rendered(template: &str, values: minijinja::Value) -> String {
    let text = minijinja::Environment::new().render_str(template, values);
    let text = text.unwrap_or_else(|e| panic!("a template of Node.js: {e:#}"));
    text.trim_end().to_owned() + "\n"
}

/// The name of a record in TypeScript, and of its options in the native part.
fn type_name(record: &str) -> &str {
    match record {
        "ClientConfig" => "ClientOptions",
        "ResolveOptions" => "ManifestOptions",
        // These options are a callback only. TypeScript has them in the options of every call that
        // transfers content.
        "TransferOptions" => "ProgressOptions",
        name => name,
    }
}

/// The type of the options of an operation, if it has options besides a signal.
fn options_type(operation: &Operation) -> Option<String> {
    if operation.own_options.is_empty() {
        return operation.options.as_deref().map(|name| type_name(name).to_owned());
    }
    Some(format!("{}Options", super::pascal(&operation.name)))
}

/// The name of an argument in JavaScript, which its errors contain.
fn argument_name(name: &str, kind: &Kind) -> String {
    match (name, kind) {
        ("reference", _) => "target".to_owned(),
        ("content", Kind::Bytes) => "manifest".to_owned(),
        _ => camel(name),
    }
}

fn has_progress(fields: &[&Field]) -> bool {
    fields.iter().any(|field| field.kind == Kind::Progress)
}

/// True if the operation pushes files, whose content is buffered before it starts.
fn has_files(fields: &[&Field]) -> bool {
    fields.iter().any(|field| is_file(&field.kind))
}

fn is_file(kind: &Kind) -> bool {
    match kind {
        Kind::File => true,
        Kind::Optional(kind) | Kind::List(kind) => is_file(kind),
        _ => false,
    }
}

/// Options that JavaScript passes as text or numbers. A callback and a client are not among them.
fn passed<'a>(fields: &[&'a Field]) -> Vec<&'a Field> {
    let is_passed = |field: &&&Field| field.kind != Kind::Progress && !is_client(field);
    fields.iter().filter(is_passed).copied().collect()
}

/// True for another client, which JavaScript passes as the native object.
fn is_client(field: &Field) -> bool {
    *field.kind.required() == Kind::Client
}

fn fields(record: &Record) -> Vec<&Field> {
    record.fields.iter().collect()
}

/// Stops the generator: the language cannot have this kind at this place until the emitter knows it.
fn unknown(what: &str, name: &str, kind: &Kind) -> ! {
    panic!("Node.js: the {what} {name} has the kind {kind:?}, which emit/node cannot write")
}
