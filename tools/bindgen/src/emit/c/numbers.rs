//! The numbers of C: constants for limits and for the variants of enumerations.
//!
//! A number never changes. `bindings/c/numbers.txt` has the given ones; a new name gets the next.

use std::{collections::BTreeMap, fs, path::Path};

use super::{C, Output, documented, group, imports, source};
use crate::{
    definition::{Definition, Kind, Record, Role},
    docs::screaming,
    emit::snake,
};

const LIST: &str = "bindings/c/numbers.txt";

/// A variant without a name in texts cannot be selected.
const WITHOUT_NUMBER: [(&str, &str); 1] = [("ManifestFormat", "OrasArtifactDraft")];

/// Records that count blobs by outcome: the field and the outcome.
const BY_OUTCOME: [(&str, &[(&str, &str)]); 1] = [(
    "CopiedBlobs",
    &[("copied", "Uploaded"), ("existed", "AlreadyExists"), ("mounted", "Mounted")],
)];

/// A constant: its name without the prefix, and its number.
struct Entry {
    constant: String,
    number: i32,
}

/// The constants by group and name in the source of the core: `Outcome` and `Uploaded`.
pub(crate) struct Numbers {
    groups: BTreeMap<String, Vec<(String, Entry)>>,
}

impl Numbers {
    /// Reads the given numbers, and gives a number to each new name.
    pub(crate) fn read(definition: &Definition) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(LIST);
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut groups: BTreeMap<String, Vec<(String, Entry)>> = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            let (Some(constant), Some(number), Some(name)) =
                (words.next(), words.next(), words.next())
            else {
                panic!("{LIST}: expected a constant, a number and a name: {line}");
            };
            let number =
                number.parse().unwrap_or_else(|_| panic!("{LIST}: not a number: {number}"));
            let (of, name) =
                name.split_once("::").unwrap_or_else(|| panic!("{LIST}: not a name: {name}"));
            let entry = Entry { constant: constant.to_owned(), number };
            groups.entry(of.to_owned()).or_default().push((name.to_owned(), entry));
        }
        let mut numbers = Self { groups };
        for field in &definition.record("Limits").fields {
            numbers.add("Limits", &field.name);
        }
        for enumeration in definition.enumerations.values() {
            for variant in &enumeration.variants {
                if !WITHOUT_NUMBER.contains(&(&enumeration.name, &variant.name)) {
                    numbers.add(&enumeration.name, &variant.name);
                }
            }
        }
        numbers
    }

    fn add(&mut self, of: &str, name: &str) {
        let entries = self.groups.entry(of.to_owned()).or_default();
        if entries.iter().all(|(known, _)| known != name) {
            let number = entries.iter().map(|(_, entry)| entry.number).max().unwrap_or(0) + 1;
            let upper = if name.contains('_') { name.to_uppercase() } else { screaming(name) };
            let constant = format!("OCIGRAPH_{}_{upper}", group(of));
            entries.push((name.to_owned(), Entry { constant, number }));
        }
    }

    /// The constant of a variant or a limit.
    pub(crate) fn constant(&self, of: &str, name: &str) -> Option<&str> {
        let entry = self.groups.get(of)?.iter().find(|(known, _)| known == name)?;
        Some(&entry.1.constant)
    }

    /// The list of numbers, to which new ones are added.
    pub(super) fn list(&self) -> Output {
        let mut text = String::from(
            "# The numbers of the constants of C: constant, number, name in the core.\n\
             # tools/bindgen appends new ones. A released number is never changed or used again.\n",
        );
        for (of, entries) in &self.groups {
            for (name, entry) in entries {
                text.push_str(&format!("{} {} {of}::{name}\n", entry.constant, entry.number));
            }
        }
        Output::new(LIST, text)
    }

    /// `numbers.rs`: the constants, and the conversions from and to the values of the core.
    pub(super) fn source(&self, definition: &Definition) -> Output {
        let c = &C { definition, numbers: self };
        let mut text = String::new();
        let mut conversions = String::new();
        for (name, enumeration) in &definition.enumerations {
            // The type of an outcome has a name, since it is a field of `ocigraph_event`.
            let kind = if name == "Outcome" { "ocigraph_outcome" } else { "i32" };
            if name == "Outcome" {
                text.push_str(
                    "/// The result for one blob or file: `OCIGRAPH_OUTCOME_*`.\n\
                     pub type ocigraph_outcome = i32;\n",
                );
            }
            let (mut to, mut from) = (String::new(), String::new());
            for variant in &enumeration.variants {
                let Some(constant) = self.constant(name, &variant.name) else { continue };
                text.push_str(&self.define(name, &variant.name, &c.paragraphs(&variant.doc)));
                to.push_str(&format!("{name}::{} => {constant},\n", variant.name));
                from.push_str(&format!("{constant} => Ok({name}::{}),\n", variant.name));
            }
            text.push('\n');
            let function = snake(name);
            if is_used(definition, name, Role::Result) {
                conversions.push_str(&format!(
                    "pub(crate) fn {function}_number(value: {name}) -> {kind} {{\n\
                     match value {{\n{to}_ => 0,\n}}\n}}\n\n"
                ));
            }
            if is_used(definition, name, Role::Options) {
                let expected = group(name);
                let what = function.replace('_', " ");
                conversions.push_str(&format!(
                    "pub(crate) fn parse_{function}(number: {kind}) -> Result<{name}> {{\n\
                     match number {{\n{from}other => Err(invalid(format!(\"invalid {what} {{other}}: \
                     expected OCIGRAPH_{expected}_*\"))),\n}}\n}}\n\n"
                ));
            }
        }
        let limits = &definition.record("Limits").fields;
        for (name, _) in &self.groups["Limits"] {
            let field = limits.iter().find(|field| field.name == *name);
            let field = field.unwrap_or_else(|| panic!("{LIST} has the unknown limit {name}"));
            let mut doc = c.paragraphs(&field.doc);
            if field.kind == Kind::Duration {
                doc.last_mut().expect("a limit has a comment").push_str(" Unit: milliseconds.");
            }
            text.push_str(&self.define("Limits", &field.name, &doc));
        }
        text.push('\n');
        for record in definition.records.values().filter(|record| is_flags(record)) {
            text.push_str(&flags(c, record));
            conversions.push_str(&flags_function(record));
        }
        for record in definition.records.values().filter(|record| record.role == Role::Result) {
            for field in &record.fields {
                if field.kind == Kind::Optional(Box::new(Kind::Bool)) {
                    text.push_str(&answers(&field.name, &c.paragraphs(&field.doc)));
                    conversions.push_str(&answers_function(&field.name));
                }
            }
        }
        text.push_str(&conversions);
        let names: Vec<&str> = definition.enumerations.keys().map(String::as_str).collect();
        let flags = definition.records.values().filter(|record| is_flags(record));
        let flags: Vec<&str> = flags.map(|record| record.name.as_str()).collect();
        let core = format!("ocigraph::{} {} Result", flags.join(" "), names.join(" "));
        let imports = imports(&text, &[&core, "crate::text::invalid"]);
        let doc = "//! Constants of limits and enumerations, and their conversion from and to the values \
                   of the\n//! core.\n";
        source("numbers.rs", &format!("{doc}\n{imports}\n{text}"))
    }

    /// The constants and conversions that other files can import.
    pub(super) fn names(&self, definition: &Definition) -> String {
        let constants = self.groups.values().flatten().map(|(_, entry)| entry.constant.clone());
        let mut names: Vec<String> = constants.collect();
        for name in definition.enumerations.keys() {
            names.push(format!("{}_number", snake(name)));
            if is_used(definition, name, Role::Options) {
                names.push(format!("parse_{}", snake(name)));
            }
        }
        for record in definition.records.values().filter(|record| record.role == Role::Result) {
            names.push(format!("{}_flags", snake(&record.name)));
            names.extend(record.fields.iter().map(|field| format!("{}_number", field.name)));
        }
        names.sort();
        names.dedup();
        format!("crate::numbers::{} ocigraph_outcome", names.join(" "))
    }

    fn define(&self, of: &str, name: &str, doc: &[String]) -> String {
        let entries = &self.groups[of];
        let (_, Entry { constant, number }) =
            entries.iter().find(|(known, _)| known == name).expect("the name has a number");
        format!("{}pub const {constant}: i32 = {number};\n", documented(doc, &[]))
    }
}

/// True if options, or results, have a field of this enumeration.
fn is_used(definition: &Definition, name: &str, role: Role) -> bool {
    // Progress events have an outcome too, and the steps of a graph have an edge kind.
    (matches!(name, "Outcome" | "EdgeKind") && role == Role::Result)
        || definition
            .records
            .values()
            .filter(|record| record.role == role)
            .any(|record| record.fields.iter().any(|field| field.kind.named() == Some(name)))
}

/// True for a record of booleans in a result, which C has as bits.
pub(crate) fn is_flags(record: &Record) -> bool {
    record.role == Role::Result && record.fields.iter().all(|field| field.kind == Kind::Bool)
}

fn flag(record: &Record, field: &str) -> String {
    let field = field.strip_suffix("_enabled").unwrap_or(field);
    format!("OCIGRAPH_{}_{}", screaming(&record.name), field.to_uppercase())
}

fn flags(c: &C<'_>, record: &Record) -> String {
    let known = flag(record, "known");
    let mut text = format!(
        "/// The fields are known. If this bit is clear, the other bits have no meaning.\n\
         pub const {known}: i32 = 1;\n"
    );
    for (i, field) in record.fields.iter().enumerate() {
        let doc = field
            .doc
            .without_prefix("Whether it")
            .map_or(field.doc.clone(), |doc| doc.after("The manifest or tag"));
        let doc = field
            .doc
            .without_prefix("Whether lists contain it")
            .map_or(doc, |doc| doc.after("Lists contain the manifest or tag"));
        let constant = flag(record, &field.name);
        text.push_str(&documented(&c.paragraphs(&doc), &[]));
        text.push_str(&format!("pub const {constant}: i32 = {};\n", 2 << i));
    }
    text.push('\n');
    text
}

fn flags_function(record: &Record) -> String {
    let name = &record.name;
    let mut list = String::new();
    for field in &record.fields {
        list.push_str(&format!("(value.{}, {}),\n", field.name, flag(record, &field.name)));
    }
    format!(
        "pub(crate) fn {}_flags(value: Option<{name}>) -> i32 {{\n\
         let Some(value) = value else {{ return 0 }};\n\
         let flags = [{list}];\n\
         let flags = flags.into_iter().filter(|(is_set, _)| *is_set);\n\
         flags.fold({}, |all, (_, flag)| all | flag)\n}}\n\n",
        snake(name),
        flag(record, "known")
    )
}

/// The three answers to a question that a registry need not answer.
fn answers(name: &str, doc: &[String]) -> String {
    let question = doc.join(" ");
    let question = question.strip_prefix("Whether ").unwrap_or(&question);
    let upper = name.to_uppercase();
    let mut text = String::new();
    let no = format!("The opposite of `OCIGRAPH_{upper}_YES`.");
    for (number, answer, doc) in [
        (0, "UNKNOWN", format!("It is unknown whether {question}")),
        (1, "YES", format!("Yes: {question}")),
        (2, "NO", no),
    ] {
        let doc = [doc];
        text.push_str(&documented(&doc, &[]));
        text.push_str(&format!("pub const OCIGRAPH_{upper}_{answer}: i32 = {number};\n"));
    }
    text.push('\n');
    text
}

fn answers_function(name: &str) -> String {
    let upper = name.to_uppercase();
    format!(
        "pub(crate) fn {name}_number(value: Option<bool>) -> i32 {{\n\
         match value {{\nNone => OCIGRAPH_{upper}_UNKNOWN,\nSome(true) => OCIGRAPH_{upper}_YES,\n\
         Some(false) => OCIGRAPH_{upper}_NO,\n}}\n}}\n\n"
    )
}

/// The fields of a record that counts blobs, each with the constant of its outcome.
pub(crate) fn by_outcome(numbers: &Numbers, record: &Record) -> Option<Vec<(String, String)>> {
    let (_, outcomes) = BY_OUTCOME.iter().find(|(name, _)| *name == record.name)?;
    let field = |field: &crate::definition::Field| {
        let found = outcomes.iter().find(|(name, _)| *name == field.name);
        let (_, outcome) = found.unwrap_or_else(|| {
            panic!("name the outcome of {}.{} in emit/c/numbers.rs", record.name, field.name)
        });
        let constant = numbers.constant("Outcome", outcome).expect("an outcome has a number");
        (field.name.clone(), constant.to_owned())
    };
    Some(record.fields.iter().map(field).collect())
}
