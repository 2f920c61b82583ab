//! `tests/scenarios/schema/arguments.json`: the arguments and options of a step of a scenario.

use serde_json::{Map, Value, json};

use super::{Case, Neutral, Output, text};
use crate::{
    definition::{Definition, Field, Kind, Role},
    emit::NOTICE,
};

pub(super) fn file(definition: &Definition) -> Output {
    let schema = Arguments { definition };
    let operations: Map<String, Value> = definition
        .operations
        .iter()
        .map(|operation| {
            let (mut properties, mut required) = (Map::new(), Vec::new());
            for argument in &operation.arguments {
                let name = format!("{}.{}", operation.name, argument.name);
                let mut value = schema.kind(&argument.kind, &name);
                value["description"] = json!(schema.doc(&argument.doc));
                properties.insert(argument.name.clone(), value);
                required.push(argument.name.clone());
            }
            properties.extend(schema.fields(&definition.options_of(operation)));
            let mut value = object(properties, &required);
            value["description"] = json!(schema.doc(&operation.doc));
            (operation.name.clone(), value)
        })
        .collect();
    let client: Vec<&Field> = definition.record("ClientConfig").fields.iter().collect();
    let mut definitions = schema.values();
    definitions.insert("Client".into(), object(schema.fields(&client), &[]));
    let nested = |name: &str| {
        definition.records.values().any(|record| {
            record.fields.iter().any(|field| field.kind == Kind::Record(name.to_owned()))
        })
    };
    for record in definition.records.values() {
        if record.role == Role::Options && nested(&record.name) {
            let fields: Vec<&Field> = record.fields.iter().collect();
            let mut value = object(schema.fields(&fields), &[]);
            value["description"] = json!(schema.doc(&record.doc));
            definitions.insert(record.name.clone(), value);
        }
    }
    let document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": NOTICE,
        "title": "Arguments of scenarios",
        "description": "The arguments and options of the operations as scenarios pass them. The schema \
            of one operation is at `#/properties/` and its name, the options of the client are \
            `#/$defs/Client`. Durations are in seconds.",
        "type": "object",
        "properties": operations,
        "additionalProperties": false,
        "$defs": definitions,
    });
    Output::new("tests/scenarios/schema/arguments.json", text(&document))
}

struct Arguments<'a> {
    definition: &'a Definition,
}

impl Arguments<'_> {
    fn doc(&self, doc: &crate::docs::Doc) -> String {
        doc.line(&Neutral { definition: self.definition, case: Case::Snake })
    }

    fn fields(&self, fields: &[&Field]) -> Map<String, Value> {
        let entry = |field: &&Field| {
            let mut value = self.kind(&field.kind, &field.name);
            value["description"] = json!(self.doc(&field.doc));
            (field.name.clone(), value)
        };
        fields.iter().map(entry).collect()
    }

    /// The values with a shape of their own.
    fn values(&self) -> Map<String, Value> {
        let text = json!({ "type": "string" });
        let file = json!({
            "path": { "type": "string", "description": "The path in the working folder." },
            "content": { "type": "string", "description": "The content, in place of a path." },
            "title": text,
            "media_type": text,
            "annotations": { "$ref": "#/$defs/Annotations" },
        });
        let file = file.as_object().cloned().unwrap_or_default();
        let only = |names: &[&str], required: &[&str]| {
            let fields = names.iter().map(|name| ((*name).to_owned(), text.clone()));
            let required: Vec<String> = required.iter().map(|name| (*name).to_owned()).collect();
            object(fields.collect(), &required)
        };
        let values = json!({
            "Annotations": { "type": "object", "additionalProperties": text },
            "File": {
                "oneOf": [{ "type": "string", "description": "The path." }, object(file, &[])],
            },
            "Credential": {
                "oneOf": [
                    only(&["username", "password"], &["username", "password"]),
                    only(&["identity_token"], &["identity_token"]),
                    only(&["registry_token"], &["registry_token"]),
                    only(&["entra_token", "tenant"], &["entra_token"]),
                ],
            },
        });
        values.as_object().cloned().unwrap_or_default()
    }

    fn kind(&self, kind: &Kind, name: &str) -> Value {
        match kind {
            Kind::Optional(kind) => self.kind(kind, name),
            Kind::Bool => json!({ "type": "boolean" }),
            // A scenario asks for progress, and states what it expects beside the step.
            Kind::Progress => json!({ "type": "boolean" }),
            // The options of that client.
            Kind::Client => json!({ "$ref": "#/$defs/Client" }),
            Kind::Count | Kind::Number | Kind::SmallNumber => {
                json!({ "type": "integer", "minimum": 0 })
            }
            Kind::Duration => json!({ "type": "number", "minimum": 0 }),
            Kind::Text
            | Kind::Bytes
            | Kind::Path
            | Kind::Reference
            | Kind::Host
            | Kind::LoginTarget
            | Kind::Platform
            | Kind::ResolveOverride
            | Kind::Digest => json!({ "type": "string" }),
            Kind::Annotations | Kind::Headers => json!({ "$ref": "#/$defs/Annotations" }),
            Kind::File => json!({ "$ref": "#/$defs/File" }),
            // The content, or a file with it.
            Kind::Content => json!({
                "oneOf": [
                    { "type": "string" },
                    object([("path".to_owned(), json!({ "type": "string" }))].into_iter().collect(), &["path".to_owned()]),
                ],
            }),
            Kind::Credential => json!({ "$ref": "#/$defs/Credential" }),
            Kind::Credentials => json!({
                "oneOf": [{ "enum": ["stored", "anonymous"] }, { "$ref": "#/$defs/Credential" }],
            }),
            Kind::Record(name) => json!({ "$ref": format!("#/$defs/{name}") }),
            Kind::Enumeration(name) => {
                let variants = &self.definition.enumeration(name).variants;
                let words = variants.iter().filter_map(|variant| variant.word.as_deref());
                json!({ "enum": words.filter(|word| !word.contains(' ')).collect::<Vec<_>>() })
            }
            Kind::List(item) => json!({ "type": "array", "items": self.kind(item, name) }),
            kind => {
                panic!("the argument {name} has the kind {kind:?}, which emit/schema cannot write")
            }
        }
    }
}

fn object(properties: Map<String, Value>, required: &[String]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}
