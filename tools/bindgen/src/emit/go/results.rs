//! The structs of results, and how they are read from the results of C.
//!
//! C has every result as JSON, which one call reads. Bytes are not in that JSON, and paths need not be
//! UTF-8, so both are read by their accessors.

use minijinja::{
    context,
    value::{Serde, Value},
};
use serde::Serialize;

use super::{
    comments::{Go, Place, about, lines},
    names,
};
use crate::{
    definition::{Definition, Field, Kind, Record},
    emit::snake,
};

#[derive(Serialize)]
struct Struct {
    name: String,
    comment: Vec<String>,
    fields: Vec<GoField>,
}

#[derive(Serialize)]
struct GoField {
    comment: Vec<String>,
    name: String,
    kind: String,
    tag: String,
}

#[derive(Serialize)]
struct Reader {
    function: String,
    handle: String,
    kind: String,
    is_list: bool,
    /// What the JSON does not have.
    rest: Vec<String>,
}

pub(super) fn all(definition: &Definition) -> Value {
    let (mut records, mut readers): (Vec<&Record>, Vec<Reader>) = Default::default();
    for operation in definition.operations.iter().filter(|operation| !operation.by_hand) {
        for kind in operation.result.parts() {
            add(definition, &kind, &mut records);
            if let Some(reader) = reader(definition, &kind)
                && !readers.iter().any(|other| other.function == reader.function)
            {
                readers.push(reader);
            }
        }
    }
    let structs: Vec<Struct> = records.iter().map(|record| structure(definition, record)).collect();
    context! { structs => Serde(structs), readers => Serde(readers) }
}

/// Adds the record that a kind names, and the records of its fields.
fn add<'a>(definition: &'a Definition, kind: &Kind, records: &mut Vec<&'a Record>) {
    let Some(name) = kind.named() else { return };
    let Some(record) = definition.records.get(name) else { return };
    if records.iter().any(|other| other.name == record.name) {
        return;
    }
    records.push(record);
    record.fields.iter().for_each(|field| add(definition, &field.kind, records));
}

fn structure(definition: &Definition, record: &Record) -> Struct {
    let go = Go::new(definition, Place::Result);
    let name = names::type_name(&record.name);
    let doc = record.doc.lower_first();
    let doc = match (name.ends_with('s'), record.doc.first_word().as_str()) {
        (true, "what") => doc.after(&format!("{name} are ")),
        (true, _) => doc.after(&format!("{name} are the ")),
        (false, _) => doc.after(&format!("{} is ", names::with_article(name))),
    };
    let mut fields = Vec::new();
    for field in &record.fields {
        if field.kind == Kind::Error {
            fields.extend(error(field));
            continue;
        }
        let name = names::exported(&field.name);
        let tag = match (field.in_json, field.optional_in_json) {
            (false, _) => "-".to_owned(),
            (true, false) if !field.is_null_in_json() => field.name.clone(),
            (true, _) => format!("{},omitempty", field.name),
        };
        fields.push(GoField {
            comment: lines(&go.paragraphs(&about(&name, &field.kind, &field.doc)), 1),
            kind: go_type(record, field, &field.kind),
            name,
            tag,
        });
    }
    Struct { name: name.to_owned(), comment: lines(&go.paragraphs(&doc), 0), fields }
}

/// The JSON of an error is its message and its code.
fn error(field: &Field) -> [GoField; 2] {
    let one = |name: &str, kind: &str, tag: &str, comment: &str| GoField {
        comment: lines(&[comment.to_owned()], 1),
        name: name.to_owned(),
        kind: kind.to_owned(),
        tag: tag.to_owned(),
    };
    assert!(field.name == "error", "Go has the code of an error only for the field `error`");
    [
        one("Message", "string", "error", "Message is the message of the error."),
        one("Code", "Code", "code", "Code is the kind of the error, such as [ErrForbidden]."),
    ]
}

fn go_type(record: &Record, field: &Field, kind: &Kind) -> String {
    match kind {
        Kind::Optional(inner) => match &**inner {
            Kind::Bool | Kind::Record(_) | Kind::Descriptor => {
                format!("*{}", go_type(record, field, inner))
            }
            inner => go_type(record, field, inner),
        },
        Kind::List(inner) => format!("[]{}", go_type(record, field, inner)),
        Kind::Bool => "bool".to_owned(),
        Kind::Count => "int".to_owned(),
        Kind::Number | Kind::SmallNumber => "int64".to_owned(),
        Kind::Bytes => "[]byte".to_owned(),
        Kind::Annotations => "map[string]string".to_owned(),
        Kind::Descriptor => "Descriptor".to_owned(),
        Kind::Text
        | Kind::Path
        | Kind::Reference
        | Kind::Host
        | Kind::LoginTarget
        | Kind::Digest
        | Kind::StoredIn => "string".to_owned(),
        Kind::Record(name) | Kind::Enumeration(name) => names::type_name(name).to_owned(),
        _ => panic!("Go cannot write the field {}.{}, a {kind:?}", record.name, field.name),
    }
}

/// The function that reads a result. Results without a record have functions by hand.
fn reader(definition: &Definition, kind: &Kind) -> Option<Reader> {
    let name = kind.named()?;
    let record = definition.records.get(name)?;
    let is_list = matches!(kind, Kind::List(_));
    let handle = handle(kind)?;
    let mut rest = Vec::new();
    let mut access = Access {
        definition,
        value: "result".to_owned(),
        prefix: format!("C.ocigraph_{handle}_"),
        indexes: Vec::new(),
    };
    if is_list {
        let inner = access.element("result", "");
        let inside = inner.fields(record);
        rest.extend(inner.looped("result", inside));
    } else {
        access.value = "result".to_owned();
        rest = access.fields(record);
    }
    Some(Reader {
        function: function(kind)?,
        handle,
        kind: names::type_name(name).to_owned(),
        is_list,
        rest,
    })
}

/// The name of the function that reads a result.
pub(super) fn function(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Record(name) => Some(names::lower(names::type_name(name))),
        Kind::List(inner) => match &**inner {
            Kind::Text => Some("texts".to_owned()),
            inner => Some(format!("{}s", function(inner)?)),
        },
        Kind::Descriptor => Some("descriptor".to_owned()),
        Kind::Manifest => Some("newManifest".to_owned()),
        Kind::Graph => Some("newGraph".to_owned()),
        _ => None,
    }
}

/// The name of a result in C.
pub(super) fn handle(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Record(name) => Some(names::c_record(name)),
        Kind::List(inner) => match &**inner {
            Kind::Text => Some("text_list".to_owned()),
            Kind::Record(name) => Some(match name.as_str() {
                "PullResult" => "pull_result".to_owned(),
                "ManifestInfo" => "manifest_list".to_owned(),
                "TagInfo" => "tag_list".to_owned(),
                name => format!("{}_list", snake(name)),
            }),
            _ => None,
        },
        Kind::Descriptor => Some("descriptor".to_owned()),
        Kind::Manifest => Some("manifest".to_owned()),
        Kind::Graph => Some("graph".to_owned()),
        _ => None,
    }
}

/// A place in a result: the expression of Go, and the accessors of C for it.
struct Access<'a> {
    definition: &'a Definition,
    value: String,
    prefix: String,
    indexes: Vec<&'static str>,
}

impl<'a> Access<'a> {
    /// The elements of a list.
    fn element(&self, list: &str, accessor: &str) -> Access<'a> {
        let index = ["i", "j", "k"].get(self.indexes.len());
        let index = index.unwrap_or_else(|| panic!("{list} is too deep for Go"));
        let mut indexes = self.indexes.clone();
        indexes.push(index);
        let value = format!("{list}[{index}]");
        Access {
            definition: self.definition,
            value,
            prefix: format!("{}{accessor}", self.prefix),
            indexes,
        }
    }

    /// The statements in a loop over the list.
    fn looped(&self, list: &str, inside: Vec<String>) -> Vec<String> {
        if inside.is_empty() {
            return inside;
        }
        let index = self.indexes.last().expect("an element has an index");
        let mut lines = vec![format!("for {index} := range {list} {{")];
        lines.extend(inside.iter().map(|line| format!("\t{line}")));
        lines.push("}".to_owned());
        lines
    }

    fn read(&self, accessor: &str, read: &str) -> String {
        let indexes: String = self.indexes.iter().map(|i| format!(", C.size_t({i})")).collect();
        format!("{read}({}{accessor}(r{indexes}))", self.prefix)
    }

    /// The statements that read what the JSON of a record does not have.
    fn fields(&self, record: &Record) -> Vec<String> {
        let mut lines = Vec::new();
        for field in &record.fields {
            let value = format!("{}.{}", self.value, names::exported(&field.name));
            match field.kind.required() {
                Kind::Bytes => {
                    lines.push(format!("{value} = {}", self.read(&field.name, "goBytes")))
                }
                Kind::Path => {
                    lines.push(format!("{value} = {}", self.read(&field.name, "goString")))
                }
                Kind::Record(name) => {
                    let inner = Access {
                        definition: self.definition,
                        value,
                        prefix: format!("{}{}_", self.prefix, field.name),
                        indexes: self.indexes.clone(),
                    };
                    let inside = inner.fields(self.definition.record(name));
                    assert!(
                        inside.is_empty() || !field.kind.is_optional(),
                        "{}.{}",
                        record.name,
                        field.name
                    );
                    lines.extend(inside);
                }
                Kind::List(kind) => {
                    let one = names::singular(&field.name);
                    match &**kind {
                        Kind::Record(name) => {
                            let inner = self.element(&value, &format!("{one}_"));
                            let inside = inner.fields(self.definition.record(name));
                            lines.extend(inner.looped(&value, inside));
                        }
                        Kind::Path => {
                            let inner = self.element(&value, "");
                            let read =
                                format!("{} = {}", inner.value, inner.read(&one, "goString"));
                            lines.extend(inner.looped(&value, vec![read]));
                        }
                        _ => {
                            assert!(field.in_json, "Go cannot read {}.{}", record.name, field.name)
                        }
                    }
                }
                _ => assert!(field.in_json, "Go cannot read {}.{}", record.name, field.name),
            }
        }
        lines
    }
}
