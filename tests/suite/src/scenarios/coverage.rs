//! What scenarios must cover: every argument and option of every operation and of the client, as `definition.json` lists
//! them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{FUNCTIONS, OF_THE_DRIVER, Scenario, folder, read};

/// The operations and the options of the client.
#[derive(Debug)]
pub struct Definition {
    /// For each operation the names of its arguments and options.
    pub(super) operations: BTreeMap<String, Vec<String>>,
    /// For each operation the names of the arguments that it requires.
    pub(super) required: BTreeMap<String, Vec<String>>,
    client: Vec<String>,
}

impl Definition {
    /// Reads `definition.json`.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn read() -> Self {
        Self::parse(&read(&folder().join("definition.json")))
    }

    /// Returns the options of all operations and of the client, such as `pull.platform`.
    pub fn options(&self) -> Vec<String> {
        let of_client = self.client.iter().map(|name| format!("client.{name}"));
        let of_operations = self.operations.iter().flat_map(|(operation, names)| {
            let options = names.iter().filter(|name| !self.required[operation].contains(*name));
            options.map(move |name| format!("{operation}.{name}"))
        });
        of_operations.chain(of_client).collect()
    }

    fn parse(value: &Value) -> Self {
        let mut definition = Self {
            operations: BTreeMap::new(),
            required: BTreeMap::new(),
            client: names(&value["client"]),
        };
        for (operation, parts) in value["operations"].as_object().expect("operations") {
            definition.add(operation, names(&parts["arguments"]), names(&parts["options"]));
        }
        for (function, arguments, options) in FUNCTIONS {
            let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            definition.add(function, owned(arguments), owned(options));
        }
        definition
    }

    fn add(&mut self, operation: &str, arguments: Vec<String>, options: Vec<String>) {
        let all = arguments.iter().chain(&options).cloned().collect();
        self.operations.insert(operation.to_owned(), all);
        self.required.insert(operation.to_owned(), arguments);
    }
}

/// A name is a text, or an object with `name` and further facts.
fn names(list: &Value) -> Vec<String> {
    let name =
        |entry: &Value| entry["name"].as_str().or(entry.as_str()).expect("a name").to_owned();
    list.as_array().expect("a list of names").iter().map(name).collect()
}

/// Returns what no scenario uses, and what scenarios use without a definition.
pub fn gaps(definition: &Definition, scenarios: &[Scenario]) -> Vec<String> {
    let mut defined = BTreeSet::new();
    for (operation, names) in &definition.operations {
        defined.extend(names.iter().map(|name| format!("{operation}.{name}")));
    }
    defined.extend(definition.client.iter().map(|name| format!("client.{name}")));
    let mut used = BTreeSet::new();
    let mut gaps = Vec::new();
    for scenario in scenarios {
        for step in scenario.steps() {
            if OF_THE_DRIVER.contains(&step.operation) {
                continue;
            }
            if !definition.operations.contains_key(step.operation) {
                gaps.push(format!("{}: unknown operation {}", scenario.name, step.operation));
                continue;
            }
            for name in step.names() {
                // A part of a value belongs to the option that has the value, unless it is an option itself.
                let is_part = |name: &str| {
                    name.rsplit_once('.').is_some_and(|(whole, _)| defined.contains(whole))
                };
                // An object whose parts are options is not itself an option.
                let is_whole =
                    |name: &str| defined.iter().any(|other| other.starts_with(&format!("{name}.")));
                if !defined.contains(&name) && !is_part(&name) && !is_whole(&name) {
                    gaps.push(format!("{}: unknown {name}", scenario.name));
                }
                used.insert(name);
            }
        }
    }
    gaps.extend(defined.difference(&used).map(|name| format!("no scenario uses {name}")));
    gaps
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn gaps_of(step: Value) -> Vec<String> {
        let definition = json!({
            "operations": {"pull": {"arguments": ["reference"], "options": ["unpack_limits.bytes"]}},
            "client": ["credentials"],
        });
        let all = [
            json!({"digest_files": {"files": []}}),
            json!({"pull": {"reference": "r", "unpack_limits": {"bytes": 1}}, "client": {"credentials": "anonymous"}}),
            step,
        ];
        let body = json!({ "steps": all });
        gaps(&Definition::parse(&definition), &[Scenario { name: "a: b".into(), body }])
    }

    #[test]
    fn everything_is_covered() {
        let none: [String; 0] = [];
        assert_eq!(gaps_of(json!({"set_registry": {"azure": true}})), none);
    }

    #[test]
    fn unknown_names_are_gaps() {
        for (step, gap) in [
            (json!({"push": {}}), "a: b: unknown operation push"),
            (json!({"pull": {"target": "r"}}), "a: b: unknown pull.target"),
            (
                json!({"pull": {"unpack_limits": {"entries": 1}}}),
                "a: b: unknown pull.unpack_limits.entries",
            ),
            (json!({"pull": {}, "client": {"insecure": true}}), "a: b: unknown client.insecure"),
        ] {
            assert_eq!(gaps_of(step), [gap]);
        }
    }

    #[test]
    fn what_no_scenario_uses_is_a_gap() {
        let definition = json!({
            "operations": {"tags": {"arguments": ["reference"], "options": []}}, "client": ["insecure"],
        });
        let found = gaps(&Definition::parse(&definition), &[]);
        let expected = ["client.insecure", "digest_files.files", "tags.reference"]
            .map(|n| format!("no scenario uses {n}"));
        assert_eq!(found, expected);
    }
}
