//! The scenarios of `tests/scenarios`: reads them, runs them with one program per language, and compares the results.
//!
//! The comparison, the variables, the registry and the counts of requests exist only here. A program of a language
//! translates arguments into calls and results into JSON; `tests/scenarios/README.md` describes its protocol.

mod compare;
mod coverage;
mod events;
mod program;
mod run;
pub mod serve;
mod server;
mod strict;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

pub use coverage::{Definition, gaps};
pub use program::Program;
pub use run::Runner;
pub use strict::strictness;

/// Files of `tests/scenarios` that contain no scenarios.
const OTHERS: [&str; 3] = ["absent", "definition", "schema"];

/// Operations that the driver executes itself.
const OF_THE_DRIVER: [&str; 3] = ["check_files", "pack", "set_registry"];

/// Functions of the library that are not operations of a client, with their arguments and options.
const FUNCTIONS: [(&str, &[&str], &[&str]); 1] = [("digest_files", &["files"], &[])];

/// The keys of a step that do not name its operation.
const OF_A_STEP: [&str; 8] = [
    "client",
    "expect",
    "error",
    "save",
    "requests",
    "logged",
    "logged_by_destination",
    "progress",
];

/// One scenario of a file.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// `GROUP: TITLE`, where the group is the name of the file.
    pub name: String,
    /// The scenario as in the file.
    pub body: Value,
}

impl Scenario {
    /// Returns the kinds of stores on which it runs.
    pub fn stores(&self) -> Vec<&'static str> {
        let only = self.body["on"].as_str();
        ["layout", "registry"]
            .into_iter()
            .filter(|kind| only.is_none_or(|only| only == *kind))
            .collect()
    }

    /// Returns true if a step uses this option, such as `pull.platform`.
    pub fn uses(&self, option: &str) -> bool {
        self.steps().any(|step| step.names().iter().any(|name| name == option))
    }

    fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        let steps = self.body["steps"].as_array();
        steps
            .unwrap_or_else(|| panic!("{}: no steps", self.name))
            .iter()
            .map(|step| self.step(step))
    }

    fn step<'a>(&'a self, step: &'a Value) -> Step<'a> {
        let keys =
            step.as_object().unwrap_or_else(|| panic!("{}: expected an object: {step}", self.name));
        let mut named = keys.iter().filter(|(key, _)| !OF_A_STEP.contains(&key.as_str()));
        let (Some((operation, arguments)), None) = (named.next(), named.next()) else {
            panic!("{}: a step has one operation: {step}", self.name);
        };
        let client = step.get("client").or_else(|| self.body.get("client")).unwrap_or(&Value::Null);
        Step { operation, arguments, client, body: step }
    }
}

/// One step of a scenario.
struct Step<'a> {
    operation: &'a str,
    arguments: &'a Value,
    /// The options of the client, or null.
    client: &'a Value,
    body: &'a Value,
}

impl Step<'_> {
    /// Returns the names of everything that the step uses, such as `client.limits.max_pages` and
    /// `pull.unpack_limits.entries`.
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        collect("client", self.client, &mut names);
        collect(self.operation, self.arguments, &mut names);
        names
    }
}

/// The options whose value is an object, or a list of objects, with a name for each part.
const NESTED: [&str; 7] =
    ["config", "content", "credential", "credentials", "files", "limits", "unpack_limits"];

fn collect(prefix: &str, value: &Value, names: &mut Vec<String>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let name = format!("{prefix}.{key}");
        if NESTED.contains(&key.as_str()) {
            for part in value.as_array().unwrap_or(&vec![value.clone()]) {
                collect(&name, part, names);
            }
        }
        if name == "client.credentials" {
            names.extend(value.as_str().map(|keyword| format!("{name}.{keyword}")));
        }
        names.push(name);
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

fn read(path: &Path) -> Value {
    let text = fs::read(path).unwrap_or_else(|e| panic!("reading {}: {e}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Returns all scenarios, sorted by name.
///
/// # Panics
/// If a file cannot be read.
pub fn scenarios() -> Vec<Scenario> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder()).expect("the folder of the scenarios").flatten() {
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        let Some(group) = name.strip_suffix(".json").filter(|group| !OTHERS.contains(group)) else {
            continue;
        };
        let Value::Object(bodies) = read(&entry.path()) else {
            panic!("{name}: expected an object")
        };
        for (title, body) in bodies.into_iter().filter(|(key, _)| key != "$schema") {
            all.push(Scenario { name: format!("{group}: {title}"), body });
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// Returns the names that a language does not have, each with the reason, from `absent.json`.
fn absent(language: &str) -> BTreeMap<String, String> {
    let mut all = read(&folder().join("absent.json"));
    match all[language].take() {
        Value::Object(names) => reasons(names),
        _ => BTreeMap::new(),
    }
}

fn reasons(names: Map<String, Value>) -> BTreeMap<String, String> {
    let reason = |value: Value| value.as_str().expect("a reason").to_owned();
    names.into_iter().map(|(name, value)| (name, reason(value))).collect()
}
