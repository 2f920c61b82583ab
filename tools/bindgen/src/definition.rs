//! The definition: operations, options, results and enumerations, as every language has them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    docs::{Doc, ErrorCase},
    table::Action,
};

/// Everything that the languages have in common.
#[derive(Debug, Serialize)]
pub(crate) struct Definition {
    /// In the order of the table, which is that of the documentation.
    pub(crate) operations: Vec<Operation>,
    /// Options, results, and their parts, by their names in Rust.
    pub(crate) records: BTreeMap<String, Record>,
    pub(crate) enumerations: BTreeMap<String, Enumeration>,
}

/// An operation of the client.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Operation {
    /// The name in snake case, for example `fetch_manifest`.
    pub(crate) name: String,
    /// The name in error messages, for example `fetch manifest`.
    pub(crate) title: String,
    /// The subject of its group: `artifact`, `manifest`, `blob`, `tag`, `registry`.
    pub(crate) group: String,
    /// What a token must allow.
    pub(crate) action: Action,
    pub(crate) doc: Doc,
    pub(crate) errors: Vec<ErrorCase>,
    pub(crate) remarks: Doc,
    /// The arguments in order, without options.
    pub(crate) arguments: Vec<Argument>,
    /// The record of the options, if the operation has any.
    pub(crate) options: Option<String>,
    /// Options that are not in the record, such as the media type of a pushed manifest.
    pub(crate) own_options: Vec<Field>,
    pub(crate) result: Kind,
    /// Languages in which the operation is written by hand, because its content streams.
    pub(crate) by_hand: bool,
    /// The method of the core's client is generated from the function of `core/src/operation`.
    pub(crate) function: Option<Function>,
    /// Examples by language, and names that differ from the rule.
    pub(crate) examples: BTreeMap<String, String>,
    pub(crate) names: BTreeMap<String, String>,
    /// Options that a language also takes by position, in order, by language.
    pub(crate) positional: BTreeMap<String, Vec<String>>,
}

/// The function of an operation in the core.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Function {
    /// The module in `core/src/operation`.
    pub(crate) module: String,
    /// The comment as it is in the source.
    pub(crate) comment: Vec<String>,
    /// The parameters after the store, as Rust: `reference: &Reference`.
    pub(crate) parameters: Vec<(String, String)>,
    /// The store is passed as an `Arc`, else as a reference.
    pub(crate) shared_store: bool,
    /// The result as Rust.
    pub(crate) result: String,
    /// The constant with the name of the operation.
    pub(crate) constant: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) doc: Doc,
}

/// What a record is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    Options,
    Result,
}

/// A struct of the core.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) doc: Doc,
    pub(crate) fields: Vec<Field>,
    /// The operations that have these options or return this result.
    pub(crate) operations: Vec<String>,
    /// Examples by language.
    pub(crate) examples: BTreeMap<String, String>,
}

/// An option, or a field of a result.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) doc: Doc,
    /// The field is in the JSON of the result. Options always are.
    pub(crate) in_json: bool,
    /// The JSON of the result has the field only if it has a value.
    pub(crate) optional_in_json: bool,
    /// The expression of a field that only the JSON has, for example `descriptor.title()`.
    pub(crate) computed: Option<String>,
}

impl Field {
    /// The JSON of the result has the field also without a value: as null.
    pub(crate) fn is_null_in_json(&self) -> bool {
        self.in_json && self.kind.is_optional() && !self.optional_in_json
    }
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Enumeration {
    pub(crate) name: String,
    pub(crate) doc: Doc,
    pub(crate) variants: Vec<Variant>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Variant {
    pub(crate) name: String,
    /// The word in JSON and in texts, for example `existed` for `AlreadyExists`.
    pub(crate) word: Option<String>,
    pub(crate) doc: Doc,
}

/// The type of an argument, an option or a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Nothing,
    Bool,
    /// `usize`
    Count,
    /// `u64`
    Number,
    /// `u32`
    SmallNumber,
    Text,
    Bytes,
    Path,
    Duration,
    Reference,
    Host,
    /// A registry, or a namespace of it.
    LoginTarget,
    Platform,
    /// An address for a host and port, as text.
    ResolveOverride,
    Annotations,
    Digest,
    Descriptor,
    /// A file to push: `File` of the core.
    File,
    /// The content of a blob: a path, bytes or a stream.
    Content,
    Progress,
    /// Another client, which an operation uses for a part of its work.
    Client,
    Credential,
    Credentials,
    Headers,
    /// A file or a credential helper, shown as text.
    StoredIn,
    Error,
    Graph,
    Manifest,
    /// The content of a blob that is read in pieces.
    Stream,
    Record(String),
    Enumeration(String),
    Optional(Box<Kind>),
    List(Box<Kind>),
    /// Records that are read batch by batch, and a record with their totals.
    Rows {
        row: String,
        summary: String,
    },
}

impl Kind {
    /// The kind of the value if there is one.
    pub(crate) fn required(&self) -> &Kind {
        match self {
            Kind::Optional(kind) => kind,
            kind => kind,
        }
    }

    pub(crate) fn is_optional(&self) -> bool {
        matches!(self, Kind::Optional(_))
    }

    /// The results of the functions of an operation with this result: one, or of rows a batch and the summary.
    pub(crate) fn parts(&self) -> Vec<Kind> {
        match self {
            Kind::Rows { row, summary } => {
                vec![Kind::List(Box::new(Kind::Record(row.clone()))), Kind::Record(summary.clone())]
            }
            kind => vec![kind.clone()],
        }
    }

    /// The record or enumeration that the kind names.
    pub(crate) fn named(&self) -> Option<&str> {
        match self {
            Kind::Record(name) | Kind::Enumeration(name) => Some(name),
            Kind::Optional(kind) | Kind::List(kind) => kind.named(),
            _ => None,
        }
    }
}

impl Definition {
    pub(crate) fn record(&self, name: &str) -> &Record {
        self.records.get(name).unwrap_or_else(|| panic!("no record {name}"))
    }

    pub(crate) fn enumeration(&self, name: &str) -> &Enumeration {
        self.enumerations.get(name).unwrap_or_else(|| panic!("no enumeration {name}"))
    }

    /// The options of an operation: those of its record, then its own.
    pub(crate) fn options_of<'a>(&'a self, operation: &'a Operation) -> Vec<&'a Field> {
        let record = operation.options.iter().flat_map(|name| &self.record(name).fields);
        record.chain(&operation.own_options).collect()
    }
}
