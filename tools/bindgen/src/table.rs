//! The table `languages.toml`: which operations the languages have, and what the source cannot tell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    pub(crate) operation: Vec<OperationEntry>,
    #[serde(default)]
    pub(crate) record: BTreeMap<String, RecordEntry>,
    /// Functions and methods of the core that are not operations of the languages, with the reason.
    pub(crate) not_an_operation: BTreeMap<String, String>,
    /// Comments of arguments that several operations have, by the name of the argument.
    pub(crate) argument: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationEntry {
    pub(crate) name: String,
    pub(crate) group: String,
    /// The name in errors, if it differs from the name.
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) action: Action,
    /// The method of the core's client is written by hand in `client.rs`.
    #[serde(default)]
    pub(crate) client_by_hand: bool,
    /// The languages write the operation by hand.
    #[serde(default)]
    pub(crate) by_hand: bool,
    /// The comment of the languages, if their arguments differ from those of the core.
    pub(crate) doc: Option<String>,
    /// Arguments of the languages, if they differ from those of the core: `name = "kind"`.
    pub(crate) arguments: Option<Vec<(String, String)>>,
    /// Comments of arguments, by name.
    #[serde(default)]
    pub(crate) docs: BTreeMap<String, String>,
    /// Options that the core does not have.
    #[serde(default)]
    pub(crate) options: Vec<FieldEntry>,
    /// The result of the languages, if it differs from that of the core.
    pub(crate) result: Option<String>,
    #[serde(default)]
    pub(crate) names: BTreeMap<String, String>,
    /// Options that a language also takes by position, in order.
    #[serde(default)]
    pub(crate) positional: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(crate) examples: BTreeMap<String, String>,
}

/// What a token must allow besides `pull`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    #[default]
    Pull,
    Push,
    Delete,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordEntry {
    /// Fields that only the JSON has.
    #[serde(default)]
    pub(crate) fields: Vec<FieldEntry>,
    #[serde(default)]
    pub(crate) examples: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldEntry {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) doc: String,
    /// The field of the core before which this one is.
    pub(crate) before: Option<String>,
    pub(crate) computed: Option<String>,
}
