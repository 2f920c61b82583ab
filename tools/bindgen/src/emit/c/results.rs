//! `bindings/c/src/results`: one file for each result, with an accessor for each field.
//!
//! A result owns the value of the core, and the parts that C borrows and that the value does not
//! have in this form: descriptors with their accessors, and texts.

use super::{
    C, Function, Numbers, Output, SINCE, accessor_doc, by_outcome, free_function, imports,
    is_flags, module, result_name, singular, source, with_article,
};
use crate::{
    definition::{Definition, Field, Kind, Record},
    docs::{Doc, Inline},
    emit::snake,
};

/// Results that are written by hand, and come before the generated ones in the header.
const BY_HAND: [&str; 4] = ["descriptor", "manifest", "graph", "text_list"];

/// Lists that are results: the record, the name in C, and the name of an element.
const LISTS: [(&str, &str, &str); 3] = [
    ("PullResult", "pull_result", "artifact"),
    ("ManifestInfo", "manifest_list", "manifest"),
    ("TagInfo", "tag_list", "tag"),
];

/// Fields without an accessor, with the reason.
pub(in crate::emit) const WITHOUT: [(&str, &str); 1] = [
    // `ocigraph_descriptor_title` returns it.
    ("PushedBlob", "title"),
];

/// Names of lists that do not follow the rule: the count, the element.
const NAMES: [(&str, &str, &str, &str); 2] = [
    ("Problem", "path", "path_length", "path"),
    ("LogoutResult", "removed_from", "removed_count", "removed"),
];

/// The name of a list in C, and of its elements.
pub(in crate::emit) fn list(record: &str) -> (String, String) {
    match LISTS.iter().find(|(name, ..)| *name == record) {
        Some((_, list, element)) => ((*list).to_owned(), (*element).to_owned()),
        None if record.ends_with("Row") => (format!("{}_list", snake(record)), "row".to_owned()),
        None => (format!("{}_list", snake(record)), "entry".to_owned()),
    }
}

/// A result with the record of its values.
pub(in crate::emit) struct Result<'a> {
    pub(in crate::emit) name: String,
    pub(in crate::emit) record: &'a Record,
    pub(in crate::emit) is_list: bool,
}

pub(in crate::emit) fn results(definition: &Definition) -> Vec<Result<'_>> {
    let mut results: Vec<Result<'_>> = Vec::new();
    let operations = definition.operations.iter().filter(|operation| !operation.by_hand);
    for kind in operations.flat_map(|operation| operation.result.parts()) {
        let (record, is_list) = match &kind {
            Kind::Record(name) => (name, false),
            Kind::List(inner) => match &**inner {
                Kind::Record(name) => (name, true),
                _ => continue,
            },
            _ => continue,
        };
        let name = result_name(&kind).expect("a record has a name");
        if results.iter().all(|result| result.name != name) {
            results.push(Result { name, record: definition.record(record), is_list });
        }
    }
    results
}

pub(super) fn files(definition: &Definition) -> Vec<Output> {
    let numbers = Numbers::read(definition);
    let c = &C { definition, numbers: &numbers };
    let mut modules: Vec<String> = BY_HAND.iter().map(|name| (*name).to_owned()).collect();
    let (mut handles, mut files) = (modules.clone(), Vec::new());
    for result in results(definition) {
        let subject = result.name.trim_end_matches("_result").trim_end_matches("_report");
        let subject = subject.to_owned();
        files.push(source(&format!("results/{subject}.rs"), &file(c, &result)));
        modules.push(subject);
        handles.push(result.name);
    }
    let doc = "//! Results as handles. Each owns the value of the core and the parts that C borrows \
               from it.\n";
    files.push(source("results/mod.rs", &module(doc, &modules, &handles)));
    files
}

fn file(c: &C<'_>, result: &Result<'_>) -> String {
    let Result { name, record, is_list } = result;
    let core = &record.name;
    let value = if *is_list { format!("Vec<{core}>") } else { core.clone() };
    let has_parts = needs_parts(c, record);
    let parts_type = if *is_list { format!("Vec<{core}Parts>") } else { format!("{core}Parts") };
    let new_parts = if *is_list {
        format!("value.iter().map({core}Parts::new).collect()")
    } else {
        format!("{core}Parts::new(&value)")
    };
    let mut doc = c.paragraphs(&record.doc);
    if *is_list {
        let operation = record.operations.first().expect("an operation returns the list");
        let element = format!("{}s", list(core).1);
        let is_batch = element == "rows";
        let text = format!("The result of `ocigraph_client_{operation}`: a list of {element}.");
        let batch = || {
            let about = c.paragraphs(&record.doc);
            let function = format!("ocigraph_{operation}_rows_next");
            [vec![format!("A batch of `{function}`: at least one row.")], about].concat()
        };
        doc = if is_batch { batch() } else { vec![text] };
    }
    let (field, part) = if has_parts {
        (format!("parts: {parts_type},\n"), format!("parts: {new_parts},\n"))
    } else {
        Default::default()
    };
    let mut text = super::documented(&doc, &[]);
    text.push_str(&format!(
        "pub struct ocigraph_{name} {{\nvalue: {value},\n{field}json: Json,\n}}\n\n\
         impl From<{value}> for ocigraph_{name} {{\nfn from(value: {value}) -> Self {{\n\
         Self {{ {part}json: Json::default(), value }}\n}}\n}}\n\n"
    ));
    if has_parts {
        text.push_str(&parts(c, record));
    }
    let words = name.replace('_', " ");
    let free = format!("Frees a {words} and everything borrowed from it.");
    text.push_str(&free_function(name, "result", free).text());
    for accessor in accessors(c, record, name, *is_list) {
        text.push('\n');
        text.push_str(&function(c, name, &accessor).text());
    }
    let slice = if *is_list { ".as_slice()" } else { "" };
    let reference = if *is_list { "" } else { "&" };
    let json = Function {
        name: format!("ocigraph_{name}_json"),
        doc: vec![
            "Returns the complete result as JSON text, in the format of the command line with field \
             names in snake case."
                .to_owned(),
        ],
        notes: vec!["Ownership: borrowed from `result`.".to_owned(), format!("Threads: any. {SINCE}")],
        parameters: vec![("result".to_owned(), format!("Option<&ocigraph_{name}>"))],
        returns: "ocigraph_str".to_owned(),
        body: format!("read(result, |r| r.json.of({reference}r.value{slice}))"),
    };
    text.push('\n');
    text.push_str(&json.text());
    let records = record_names(c, record);
    let core_names = format!("ocigraph::{} StoredIn", records.join(" "));
    let numbers = c.numbers.names(c.definition);
    let imports = imports(
        &text,
        &[
            &core_names,
            "crate::boundary::borrow free read",
            &numbers,
            "crate::results::Json ocigraph_descriptor",
            "crate::status::OCIGRAPH_OK ocigraph_status",
            "crate::text::ocigraph_bytes ocigraph_str",
        ],
    );
    format!("//! The {words}.\n\n{imports}\n{text}")
}

/// The record and those in it.
fn record_names(c: &C<'_>, record: &Record) -> Vec<String> {
    let mut names = vec![record.name.clone()];
    for field in &record.fields {
        if let Kind::List(inner) = &field.kind
            && let Kind::Record(name) = &**inner
        {
            let inner = record_names(c, c.definition.record(name));
            names
                .extend(inner.into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>());
        }
    }
    names
}

/// The part of a field that the value of the core does not have in the form of C: type and expression.
fn part(c: &C<'_>, field: &Field) -> Option<(String, String)> {
    let name = &field.name;
    let text = |expression: String| Some(("String".to_owned(), expression));
    match &field.kind {
        Kind::Optional(kind) if **kind == Kind::Descriptor => Some((
            "Option<ocigraph_descriptor>".to_owned(),
            format!("value.{name}.clone().map(ocigraph_descriptor::new)"),
        )),
        Kind::Reference | Kind::Error => text(format!("value.{name}.to_string()")),
        Kind::StoredIn => text(format!("value.{name}.name()")),
        Kind::Descriptor => Some((
            "ocigraph_descriptor".to_owned(),
            format!("ocigraph_descriptor::new(value.{name}.clone())"),
        )),
        Kind::List(inner) => match &**inner {
            Kind::Descriptor => Some((
                "Vec<ocigraph_descriptor>".to_owned(),
                format!("ocigraph_descriptor::list(&value.{name})"),
            )),
            Kind::StoredIn => Some((
                "Vec<String>".to_owned(),
                format!("value.{name}.iter().map(StoredIn::name).collect()"),
            )),
            Kind::Record(of) if needs_parts(c, c.definition.record(of)) => Some((
                format!("Vec<{of}Parts>"),
                format!("value.{name}.iter().map({of}Parts::new).collect()"),
            )),
            _ => None,
        },
        _ => None,
    }
}

fn needs_parts(c: &C<'_>, record: &Record) -> bool {
    record.fields.iter().any(|field| part(c, field).is_some())
}

/// The structs with the parts of a record and of the records in it.
fn parts(c: &C<'_>, record: &Record) -> String {
    let core = &record.name;
    let (mut fields, mut values, mut inner) = (String::new(), String::new(), String::new());
    for field in &record.fields {
        let Some((kind, value)) = part(c, field) else { continue };
        fields.push_str(&format!("{}: {kind},\n", field.name));
        values.push_str(&format!("{}: {value},\n", field.name));
        if let Kind::List(list) = &field.kind
            && let Kind::Record(of) = &**list
        {
            // Two fields can have lists of one record.
            let of_list = parts(c, c.definition.record(of));
            if !inner.contains(&of_list) {
                inner.push_str(&of_list);
            }
        }
    }
    format!(
        "struct {core}Parts {{\n{fields}}}\n\nimpl {core}Parts {{\n\
         fn new(value: &{core}) -> Self {{\nSelf {{\n{values}}}\n}}\n}}\n\n{inner}"
    )
}

/// What an accessor returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    Bool,
    Count,
    Number,
    SmallNumber,
    Constant,
    Outcome,
    Status,
    Text,
    Bytes,
    Descriptor,
    /// The number of blobs with an outcome.
    ByOutcome,
}

/// A function that reads a field of a result.
struct Accessor {
    /// The name without `ocigraph_`.
    name: String,
    reads: Reads,
    /// The parameters of indexes, and what each counts.
    indexes: Vec<(String, String)>,
    doc: Doc,
    /// Paragraphs after the comment.
    more: Vec<String>,
    body: String,
}

/// Where a record is: in the result, or at indexes of its lists.
#[derive(Clone)]
struct Place {
    /// The expression of the value and of the parts. At an index, both are options.
    value: String,
    parts: String,
    nouns: Vec<String>,
    prefix: String,
}

impl Place {
    fn is_indexed(&self) -> bool {
        !self.nouns.is_empty()
    }

    /// The elements of a list in the record, or of the result.
    fn element(&self, list: &str, noun: &str, prefix: String) -> Self {
        let mut nouns = self.nouns.clone();
        nouns.push(noun.to_owned());
        let index = nouns.len() - 1;
        let at = |of: &str, variable: &str| {
            let list = if list.is_empty() { String::new() } else { format!(".{list}") };
            if self.is_indexed() {
                format!("{of}.and_then(|{variable}| {variable}{list}.get(INDEX{index}))")
            } else {
                format!("{of}{list}.get(INDEX{index})")
            }
        };
        Self { value: at(&self.value, "v"), parts: at(&self.parts, "p"), nouns, prefix }
    }

    /// An expression with the names of the parameters for the indexes.
    fn resolved(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (i, (name, _)) in self.indexes().iter().enumerate() {
            text = text.replace(&format!("INDEX{i}"), name);
        }
        text
    }

    /// The last index is `index`. The others are named after what they count.
    fn indexes(&self) -> Vec<(String, String)> {
        let last = self.nouns.len().wrapping_sub(1);
        let name = |(i, noun): (usize, &String)| {
            let name = if i == last { "index".to_owned() } else { noun.replace(' ', "_") };
            (name, noun.clone())
        };
        self.nouns.iter().enumerate().map(name).collect()
    }
}

/// The accessors of a result.
fn accessors(c: &C<'_>, record: &Record, name: &str, is_list: bool) -> Vec<Accessor> {
    let root = Place {
        value: "r.value".to_owned(),
        parts: "r.parts".to_owned(),
        nouns: Vec::new(),
        prefix: String::new(),
    };
    let mut found = Vec::new();
    let place = if is_list {
        let (_, element) = list(&record.name);
        found.push(Accessor {
            name: format!("{name}_count"),
            reads: Reads::Count,
            indexes: Vec::new(),
            doc: Doc::of(&format!("Returns the number of {element}s.")),
            more: Vec::new(),
            body: "read(result, |r| r.value.len())".to_owned(),
        });
        root.element("", &element, String::new())
    } else {
        root
    };
    fields(c, record, name, &place, &mut found);
    found
}

fn fields(c: &C<'_>, record: &Record, result: &str, place: &Place, found: &mut Vec<Accessor>) {
    for field in &record.fields {
        if !WITHOUT.contains(&(&record.name, &field.name)) {
            one(c, record, field, result, place, found);
        }
    }
}

/// The accessors of a field.
fn one(
    c: &C<'_>,
    record: &Record,
    field: &Field,
    result: &str,
    place: &Place,
    found: &mut Vec<Accessor>,
) {
    let name = &field.name;
    // The descriptor of an element has the name of the element.
    let own = match name.as_str() {
        "descriptor" if !place.prefix.is_empty() => place.prefix.clone(),
        name if place.prefix.is_empty() => name.to_owned(),
        name => format!("{}_{name}", place.prefix),
    };
    let add = |found: &mut Vec<Accessor>,
               own: &str,
               reads,
               doc: Doc,
               more: Option<&str>,
               body: String| {
        found.push(Accessor {
            name: format!("{result}_{own}"),
            reads,
            indexes: place.indexes(),
            doc,
            more: more.map(str::to_owned).into_iter().collect(),
            body: place.resolved(&body),
        });
    };
    let doc = accessor_doc(&field.doc);
    let v = &place.value;
    // A number, with 0 for an index that is too large. `VALUE` is replaced by the record.
    let copied = |expression: &str, zero: &str| {
        if place.is_indexed() {
            let expression = expression.replace("VALUE", "v");
            match zero {
                "false" => format!("read(result, |r| {v}.is_some_and(|v| {expression}))"),
                _ => format!("read(result, |r| {v}.map_or({zero}, |v| {expression}))"),
            }
        } else {
            format!("read(result, |r| {})", expression.replace("VALUE", v))
        }
    };
    let text = |of: &str, expression: &str| {
        if place.is_indexed() {
            format!("read(result, |r| {of}.map(|v| {}).into())", expression.replace("VALUE", "v"))
        } else {
            format!("read(result, |r| {}.into())", expression.replace("VALUE", of))
        }
    };
    let optional_text = |expression: &str| {
        if place.is_indexed() {
            format!(
                "read(result, |r| {v}.and_then(|v| {}).into())",
                expression.replace("VALUE", "v")
            )
        } else {
            format!("read(result, |r| {}.into())", expression.replace("VALUE", v))
        }
    };
    let optional_number = |zero: &str| {
        if place.is_indexed() {
            format!("read(result, |r| {v}.and_then(|v| v.{name}).unwrap_or({zero}))")
        } else {
            format!("read(result, |r| {v}.{name}.unwrap_or({zero}))")
        }
    };
    let value = format!("VALUE.{name}");
    match &field.kind {
        Kind::Bool => {
            let value = match &field.computed {
                // The expression names fields of the record.
                Some(expression) => record.fields.iter().filter(|f| f.computed.is_none()).fold(
                    expression.clone(),
                    |text, f| {
                        let end = format!("({},", f.name);
                        text.replace(&end, &format!("(VALUE.{},", f.name))
                    },
                ),
                None => value,
            };
            add(found, &own, Reads::Bool, doc, None, copied(&value, "false"));
        }
        Kind::Count => add(found, &own, Reads::Count, doc, None, copied(&value, "0")),
        Kind::Number => add(found, &own, Reads::Number, doc, None, copied(&value, "0")),
        Kind::SmallNumber => add(found, &own, Reads::SmallNumber, doc, None, copied(&value, "0")),
        Kind::Text if field.computed.is_none() => {
            add(found, &own, Reads::Text, doc, None, text(v, &format!("{value}.as_str()")));
        }
        Kind::Digest => {
            add(found, &own, Reads::Text, doc, None, text(v, &format!("{value}.as_str()")))
        }
        Kind::Path => {
            let more = "The text has the bytes of the path, which need not be UTF-8.";
            add(found, &own, Reads::Text, doc, Some(more), text(v, &format!("{value}.as_path()")));
        }
        Kind::Bytes if !place.is_indexed() => {
            add(found, &own, Reads::Bytes, doc, None, text(v, &format!("{value}.as_ref()")));
        }
        Kind::Reference | Kind::StoredIn => {
            add(
                found,
                &own,
                Reads::Text,
                doc,
                None,
                text(&place.parts, &format!("{value}.as_str()")),
            );
        }
        Kind::Error => {
            let subject = with_article(&field.doc);
            let status = subject.after("Returns the status of ");
            let more = Some("`OCIGRAPH_OK` if the index is too large.");
            let prefix = &place.prefix;
            let body = copied(&format!("{value}.code() as ocigraph_status"), "OCIGRAPH_OK");
            add(found, &format!("{prefix}_status"), Reads::Status, status, more, body);
            let message = subject.after("Returns the message of ");
            let body = text(&place.parts, &format!("{value}.as_str()"));
            add(found, &format!("{prefix}_message"), Reads::Text, message, None, body);
        }
        Kind::Descriptor => {
            let p = &place.parts;
            let body = if place.is_indexed() {
                format!("borrow(result, |r| {p}.map(|p| &p.{name}))")
            } else {
                format!("borrow(result, |r| Some(&{p}.{name}))")
            };
            add(found, &own, Reads::Descriptor, doc, None, body);
        }
        Kind::Enumeration(of) => {
            let more = format!("The number is one of `OCIGRAPH_{}_*`.", super::group(of));
            let names_variants = |part: &Inline| matches!(part, Inline::Variant { .. });
            let is_listed = field.doc.paragraphs.iter().flatten().any(names_variants);
            let more = (!is_listed).then_some(more.as_str());
            let reads = if of == "Outcome" { Reads::Outcome } else { Reads::Constant };
            let body = copied(&format!("{}_number({value})", snake(of)), "0");
            add(found, &own, reads, doc, more, body);
        }
        Kind::Record(of) => {
            let inner = c.definition.record(of);
            let Some(outcomes) = by_outcome(c.numbers, inner).filter(|_| !place.is_indexed())
            else {
                panic!("C cannot read {}.{name}: a record", record.name);
            };
            let mut arms = String::new();
            for (inner, constant) in &outcomes {
                arms.push_str(&format!("{constant} => {v}.{name}.{inner},\n"));
            }
            let constants: Vec<String> = outcomes.iter().map(|(_, c)| format!("`{c}`")).collect();
            let doc = Doc::of(&format!(
                "Returns the number of {name} with this outcome: {} or {}.",
                constants[..constants.len() - 1].join(", "),
                constants[constants.len() - 1]
            ));
            let more = c.paragraphs(&inner.doc.split_first_sentence().1).join(" ");
            let body = format!("read(result, |r| match outcome {{\n{arms}_ => 0,\n}})");
            add(found, &own, Reads::ByOutcome, doc, Some(&more), body);
        }
        Kind::Optional(inner) => match &**inner {
            Kind::Text => {
                let more = Some("No text if it is unknown.");
                add(
                    found,
                    &own,
                    Reads::Text,
                    doc,
                    more,
                    optional_text(&format!("{value}.as_deref()")),
                );
            }
            Kind::Descriptor => {
                let p = &place.parts;
                let body = if place.is_indexed() {
                    format!("borrow(result, |r| {p}.and_then(|p| p.{name}.as_ref()))")
                } else {
                    format!("borrow(result, |r| {p}.{name}.as_ref())")
                };
                add(found, &own, Reads::Descriptor, doc, Some("NULL if there is none."), body);
            }
            Kind::Digest => {
                let more = Some("No text if it has none.");
                let body = optional_text(&format!("{value}.as_ref().map(|d| d.as_str())"));
                add(found, &own, Reads::Text, doc, more, body);
            }
            Kind::Number => {
                let more = Some("0 if it is unknown.");
                add(found, &own, Reads::Number, doc, more, optional_number("0"));
            }
            Kind::Count => {
                let more = Some("0 if it is unknown.");
                add(found, &own, Reads::Count, doc, more, optional_number("0"));
            }
            Kind::Bool => {
                let more = format!("The number is one of `OCIGRAPH_{}_*`.", name.to_uppercase());
                let body = if place.is_indexed() {
                    format!("read(result, |r| {name}_number({v}.and_then(|v| v.{name})))")
                } else {
                    format!("read(result, |r| {name}_number({v}.{name}))")
                };
                add(found, &own, Reads::Constant, doc, Some(&more), body);
            }
            Kind::Enumeration(of) => {
                let more = format!(
                    "The number is one of `OCIGRAPH_{}_*`, or 0 if it has none.",
                    super::group(of)
                );
                let function = format!("{}_number", snake(of));
                let body = if place.is_indexed() {
                    format!("read(result, |r| {v}.and_then(|v| v.{name}).map_or(0, {function}))")
                } else {
                    format!("read(result, |r| {v}.{name}.map_or(0, {function}))")
                };
                add(found, &own, Reads::Constant, doc, Some(&more), body);
            }
            Kind::Record(of) if is_flags(c.definition.record(of)) => {
                let upper = of.to_uppercase();
                let more = format!("The bits are `OCIGRAPH_{upper}_*`. 0 if they are unknown.");
                let body = if place.is_indexed() {
                    format!("read(result, |r| {}_flags({v}.and_then(|v| v.{name})))", snake(of))
                } else {
                    format!("read(result, |r| {}_flags({v}.{name}))", snake(of))
                };
                add(found, &own, Reads::Constant, doc, Some(&more), body);
            }
            other => panic!("C cannot read {}.{name} of the kind {other:?}", record.name),
        },
        Kind::List(inner) => {
            let noun = element_noun(record, field);
            let (count, element) = list_names(record, field, &own);
            let counted = short(&field.doc, &noun);
            let mut counted = Doc::of(&format!("Returns the number of {counted}."));
            let mut doc = Doc::of(&format!("Returns the {noun} at `index`."));
            let comment = field.doc.written(c).concat();
            if comment.trim_end_matches('.').len() > "The ".len() + short(&field.doc, "").len() {
                let list = with_article(&field.doc);
                match **inner {
                    Kind::Record(_) => counted = list.after("Returns the length of this list: "),
                    _ => doc = list.after(&format!("Returns the {noun} at `index` of this list: ")),
                }
            }
            let body = copied(&format!("{value}.len()"), "0");
            add(found, &count, Reads::Count, counted, None, body);
            let inside = place.element(name, &noun, element.clone());
            let add = |found: &mut Vec<Accessor>, reads, body: String| {
                let indexes = inside.indexes();
                let own = format!("{result}_{element}");
                let body = inside.resolved(&body);
                let doc = doc.clone();
                found.push(Accessor { name: own, reads, indexes, doc, more: Vec::new(), body });
            };
            match &**inner {
                Kind::Text => {
                    let body =
                        format!("read(result, |r| {}.map(String::as_str).into())", inside.value);
                    add(found, Reads::Text, body);
                }
                Kind::Digest => {
                    let body =
                        format!("read(result, |r| {}.map(|d| d.as_str()).into())", inside.value);
                    add(found, Reads::Text, body);
                }
                Kind::StoredIn => {
                    let body =
                        format!("read(result, |r| {}.map(String::as_str).into())", inside.parts);
                    add(found, Reads::Text, body);
                }
                Kind::Descriptor => {
                    add(found, Reads::Descriptor, format!("borrow(result, |r| {})", inside.parts));
                }
                Kind::Record(of) => fields(c, c.definition.record(of), result, &inside, found),
                other => panic!("C cannot read {}.{name}: a list of {other:?}", record.name),
            }
        }
        other => panic!("C cannot read {}.{name} of the kind {other:?}", record.name),
    }
}

/// The names of the functions for the length and for an element of a list.
pub(in crate::emit) fn list_names(record: &Record, field: &Field, own: &str) -> (String, String) {
    let prefix = own.strip_suffix(field.name.as_str()).unwrap_or_default();
    match NAMES.iter().find(|(of, name, ..)| *of == record.name && *name == field.name) {
        Some((_, _, count, element)) => (format!("{prefix}{count}"), format!("{prefix}{element}")),
        None => {
            let one = singular(&field.name);
            (format!("{prefix}{one}_count"), format!("{prefix}{one}"))
        }
    }
}

/// The noun for an element of a list: the first plural in its comment.
fn element_noun(record: &Record, field: &Field) -> String {
    let text = plain(&field.doc);
    let word = text.split_whitespace().find(|word| word.len() > 3 && word.ends_with('s'));
    match word {
        Some(word) => singular(word),
        None => panic!("the comment of {}.{} names no plural", record.name, field.name),
    }
}

fn plain(doc: &Doc) -> String {
    match doc.paragraphs.first().and_then(|parts| parts.first()) {
        Some(Inline::Text { text }) => {
            let end = text.find([',', '.', ':', ';']).unwrap_or(text.len());
            text[..end].to_owned()
        }
        _ => String::new(),
    }
}

/// What a list contains, as a plural: the beginning of its comment.
fn short(doc: &Doc, noun: &str) -> String {
    let text = plain(doc);
    let text = text.strip_prefix("The ").map_or(text.clone(), str::to_owned);
    if text.is_empty() { format!("{noun}s") } else { text }
}

/// The exported function of an accessor.
fn function(c: &C<'_>, result: &str, accessor: &Accessor) -> Function {
    let (returns, is_borrowed) = match accessor.reads {
        Reads::Bool => ("bool", false),
        Reads::Count | Reads::ByOutcome => ("usize", false),
        Reads::Number => ("u64", false),
        Reads::SmallNumber => ("u32", false),
        Reads::Constant => ("i32", false),
        Reads::Outcome => ("ocigraph_outcome", false),
        Reads::Status => ("ocigraph_status", false),
        Reads::Text => ("ocigraph_str", true),
        Reads::Bytes => ("ocigraph_bytes", true),
        Reads::Descriptor => ("Option<&ocigraph_descriptor>", true),
    };
    let mut doc = c.paragraphs(&accessor.doc);
    if let Some(first) = doc.first_mut() {
        for sentence in &accessor.more {
            first.push(' ');
            first.push_str(sentence);
        }
    }
    let mut notes = vec![format!("Threads: any. {SINCE}")];
    if is_borrowed {
        notes.insert(0, "Ownership: borrowed from `result`.".to_owned());
    }
    let own = format!("Option<&ocigraph_{result}>");
    let mut parameters = vec![("result".to_owned(), own)];
    let mut described = Vec::new();
    for (i, (index, noun)) in accessor.indexes.iter().enumerate() {
        parameters.push((index.clone(), "usize".to_owned()));
        if doc.iter().all(|text| !text.contains(&format!("`{index}`"))) {
            let its = if i == 0 { "the" } else { "its" };
            described.push(format!("`{index}`: {its} {noun}, from 0."));
        }
    }
    if !described.is_empty() {
        doc.push(described.join(" "));
    }
    if accessor.reads == Reads::ByOutcome {
        parameters.push(("outcome".to_owned(), "ocigraph_outcome".to_owned()));
    }
    Function {
        name: format!("ocigraph_{}", accessor.name),
        doc,
        notes,
        parameters,
        returns: returns.to_owned(),
        body: accessor.body.clone(),
    }
}
