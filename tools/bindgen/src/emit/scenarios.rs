//! `tests/scenarios/definition.json`: the operations, their arguments and options, and the options of
//! the client. The driver of the scenarios demands a scenario for each.

use serde_json::{Map, Value, json};

use super::Output;
use crate::definition::{Definition, Field, Kind};

pub(crate) fn files(definition: &Definition) -> Vec<Output> {
    let operations: Map<String, Value> = definition
        .operations
        .iter()
        .map(|operation| {
            let arguments: Vec<&str> =
                operation.arguments.iter().map(|a| a.name.as_str()).collect();
            let options = names(definition, &definition.options_of(operation));
            (operation.name.clone(), json!({ "arguments": arguments, "options": options }))
        })
        .collect();
    let client: Vec<&Field> = definition.record("ClientConfig").fields.iter().collect();
    let value = json!({ "operations": operations, "client": names(definition, &client) });
    let text = serde_json::to_string_pretty(&value).expect("JSON values are text") + "\n";
    vec![Output::new("tests/scenarios/definition.json", text)]
}

/// The names of options. Those of a group, such as limits, follow its name and a period.
fn names(definition: &Definition, fields: &[&Field]) -> Vec<String> {
    let mut names = Vec::new();
    for field in fields {
        match &field.kind {
            Kind::Record(name) => {
                let inner = &definition.record(name).fields;
                names.extend(inner.iter().map(|inner| format!("{}.{}", field.name, inner.name)));
            }
            _ => names.push(field.name.clone()),
        }
    }
    names
}
