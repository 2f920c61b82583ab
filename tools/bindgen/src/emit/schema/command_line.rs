//! `bindings/cli/flags.json`: the command of each operation and the flag of each option, for the test
//! of the command line.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Output, text};
use crate::definition::{Definition, Field, Kind};

const TABLE: &str = include_str!("../../../command-line.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    commands: BTreeMap<String, String>,
    flags: BTreeMap<String, String>,
    without: BTreeMap<String, String>,
}

/// The spelling of the command line.
pub(super) struct Flags {
    table: Table,
}

/// How the command line spells an option.
pub(super) enum Flag {
    /// `--dry-run`, or the name of an argument such as `FILE`.
    Named(String),
    /// No flag, for this reason.
    Without(String),
}

impl Flags {
    pub(super) fn read(definition: &Definition) -> Self {
        let table: Table = toml::from_str(TABLE)
            .unwrap_or_else(|e| panic!("tools/bindgen/command-line.toml: {e}"));
        let flags = Self { table };
        let mut known = BTreeSet::new();
        for operation in &definition.operations {
            flags.command(&operation.name);
            for (name, _) in leaves(&operation.name, &definition.options_of(operation), definition)
            {
                known.extend(spellings(&name));
            }
        }
        let client: Vec<&Field> = definition.record("ClientConfig").fields.iter().collect();
        for (name, _) in leaves("client", &client, definition) {
            known.extend(spellings(&name));
        }
        let entries = flags.table.flags.keys().chain(flags.table.without.keys());
        let stale: Vec<_> = entries.filter(|name| !known.contains(*name)).collect();
        assert!(stale.is_empty(), "command-line.toml names options that do not exist: {stale:?}");
        flags
    }

    pub(super) fn command(&self, operation: &str) -> &str {
        self.table.commands.get(operation).unwrap_or_else(|| {
            panic!("command-line.toml has no command for the operation {operation}")
        })
    }

    /// The flag of an option, by its name with that of its operation: `push.files`.
    pub(super) fn flag(&self, option: &str) -> Flag {
        for name in spellings(option) {
            if let Some(flag) = self.table.flags.get(&name) {
                return Flag::Named(flag.clone());
            }
            if let Some(reason) = self.table.without.get(&name) {
                return Flag::Without(reason.clone());
            }
        }
        let name = option.rsplit('.').next().unwrap_or(option);
        Flag::Named(format!("--{}", name.replace('_', "-")))
    }
}

/// The names of an option in the table, the most exact one first: `pull.unpack_limits.bytes`,
/// `unpack_limits.bytes`, `bytes`.
fn spellings(option: &str) -> Vec<String> {
    let dots = option.match_indices('.').map(|(at, _)| option[at + 1..].to_owned());
    std::iter::once(option.to_owned()).chain(dots).collect()
}

/// The options with those of groups such as limits, by their names after that of the operation.
pub(super) fn leaves<'a>(
    operation: &str,
    options: &[&'a Field],
    definition: &'a Definition,
) -> Vec<(String, &'a Field)> {
    let mut all = Vec::new();
    for field in options {
        let name = format!("{operation}.{}", field.name);
        match &field.kind {
            Kind::Record(record) => {
                let inner: Vec<&Field> = definition.record(record).fields.iter().collect();
                all.extend(leaves(&name, &inner, definition));
            }
            _ => all.push((name, *field)),
        }
    }
    all
}

pub(super) fn file(definition: &Definition, flags: &Flags) -> Output {
    let described = |operation: &str, options: &[&Field]| -> Value {
        let flag = |(name, _): (String, &Field)| {
            let short = name[operation.len() + 1..].to_owned();
            let value = match flags.flag(&name) {
                Flag::Named(flag) => json!(flag),
                Flag::Without(reason) => json!({ "without": reason }),
            };
            (short, value)
        };
        leaves(operation, options, definition).into_iter().map(flag).collect::<Map<_, _>>().into()
    };
    let operations: Map<String, Value> = definition
        .operations
        .iter()
        .map(|operation| {
            let options = described(&operation.name, &definition.options_of(operation));
            let command = flags.command(&operation.name);
            (operation.name.clone(), json!({ "command": command, "options": options }))
        })
        .collect();
    let client: Vec<&Field> = definition.record("ClientConfig").fields.iter().collect();
    let value = json!({
        "$comment": crate::emit::NOTICE,
        "operations": operations,
        "client": described("client", &client),
    });
    Output::new("bindings/cli/flags.json", text(&value))
}
