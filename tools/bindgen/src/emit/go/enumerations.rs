//! Enumerations: words in results, numbers of C in options.

use minijinja::{
    context,
    value::{Serde, Value},
};
use serde::Serialize;

use super::{
    comments::{Go, Place, about, lines},
    names,
};
use crate::definition::{Definition, Enumeration, Kind, Role};

/// Numbers of C that are read from words too, by methods that are written by hand.
const WITH_TEXT: [&str; 1] = ["EdgeKind"];

#[derive(Serialize)]
struct GoEnumeration {
    name: String,
    comment: Vec<String>,
    /// `string` or `int32`.
    kind: &'static str,
    constants: Vec<Constant>,
    /// Progress events have the number of the value.
    in_events: bool,
    variable: String,
}

#[derive(Serialize)]
struct Constant {
    name: String,
    comment: Vec<String>,
    value: String,
    number: String,
}

pub(super) fn all(definition: &Definition) -> Value {
    let enumerations = definition.enumerations.values().filter(|e| is_used(definition, &e.name));
    let enumerations: Vec<GoEnumeration> =
        enumerations.map(|enumeration| one(definition, enumeration)).collect();
    context! { enumerations => Serde(enumerations) }
}

/// True if a field of a record with this role has the enumeration.
fn in_records(definition: &Definition, name: &str, role: Role) -> bool {
    let records = definition.records.values().filter(|record| record.role == role);
    records.flat_map(|record| &record.fields).any(|field| field.kind.named() == Some(name))
}

/// `Credentials` and the like have a form of their own in Go.
fn is_used(definition: &Definition, name: &str) -> bool {
    in_records(definition, name, Role::Result) || in_records(definition, name, Role::Options)
}

fn one(definition: &Definition, enumeration: &Enumeration) -> GoEnumeration {
    let of = &enumeration.name;
    let is_option = in_records(definition, of, Role::Options);
    assert!(
        !is_option || !in_records(definition, of, Role::Result) || WITH_TEXT.contains(&of.as_str()),
        "Go cannot write the enumeration {of} as an option and in a result"
    );
    let go = Go::new(definition, Place::Result);
    let name = names::type_name(of);
    let constants = enumeration.variants.iter().filter_map(|variant| {
        let word = variant.word.clone();
        let word = word.unwrap_or_else(|| panic!("{of}::{} has no word", variant.name));
        if word.contains(' ') {
            // A program cannot choose a format that has no name.
            assert!(is_option, "the word {word:?} of {of}::{} has a space", variant.name);
            return None;
        }
        let constant = names::constant(of, &variant.name);
        let doc = if is_option {
            about(&constant, &Kind::Nothing, &variant.doc)
        } else {
            variant.doc.lower_first().after(&format!("{constant} means that "))
        };
        Some(Constant {
            comment: lines(&go.paragraphs(&doc), 1),
            value: if is_option {
                format!("C.{}", names::c_constant(of, &variant.name))
            } else {
                format!("\"{word}\"")
            },
            number: format!("C.{}", names::c_constant(of, &variant.name)),
            name: constant,
        })
    });
    let comment =
        enumeration.doc.lower_first().after(&format!("{} is ", names::with_article(name)));
    GoEnumeration {
        constants: constants.collect(),
        comment: lines(&go.paragraphs(&comment), 0),
        kind: if is_option { "int32" } else { "string" },
        in_events: of == "Outcome",
        variable: super::names::lower(name),
        name: name.to_owned(),
    }
}
