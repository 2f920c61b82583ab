//! `docs/results.snake.schema.json` and `docs/results.camel.schema.json`: the results as JSON.

use serde_json::{Map, Value, json};

use super::{Case, Neutral, Output, text};
use crate::{
    definition::{Definition, Enumeration, Field, Kind, Operation, Record, Role},
    docs::Doc,
    emit::NOTICE,
};

pub(super) fn file(definition: &Definition, case: Case) -> Output {
    let schema = Results { definition, case };
    let (path, languages) = match case {
        Case::Snake => ("docs/results.snake.schema.json", "Python, C, C++ and the scenarios"),
        Case::Camel => ("docs/results.camel.schema.json", "Node.js and the command line"),
    };
    Output::new(path, text(&schema.document(languages)))
}

struct Results<'a> {
    definition: &'a Definition,
    case: Case,
}

impl Results<'_> {
    fn document(&self, languages: &str) -> Value {
        let mut definitions = self.values();
        for record in self.definition.records.values().filter(|r| r.role == Role::Result) {
            definitions.insert(record.name.clone(), self.record(record));
        }
        for enumeration in self.definition.enumerations.values() {
            definitions.insert(enumeration.name.clone(), self.enumeration(enumeration));
        }
        let operations = self.definition.operations.iter();
        let results: Map<String, Value> =
            operations.map(|o| (self.case.of(&o.name), self.result(o))).collect();
        if self.case == Case::Camel {
            definitions.insert("Commands".into(), self.commands());
        }
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$comment": NOTICE,
            "title": "Results of ocigraph",
            "description": format!(
                "The results of the operations as {languages} return them in JSON. An instance is an \
                 object whose keys are operations and whose values are results; the schema of one \
                 result is at `#/properties/` and the name of the operation."
            ),
            "type": "object",
            "properties": results,
            "additionalProperties": false,
            "$defs": definitions,
        })
    }

    /// The values that the definition does not describe.
    fn values(&self) -> Map<String, Value> {
        let name = |name: &str| self.case.of(name);
        let node = |extra: &[(&str, Value)]| {
            let mut properties = self.descriptor_properties();
            properties
                .insert("reference".into(), described("string", "The reference of the node."));
            properties.insert(
                "referrers".into(),
                list(
                    reference("GraphNode"),
                    "The direct referrers. Empty where a walk is repeated.",
                ),
            );
            let mut required = vec![name("media_type"), "digest".into(), "size".into()];
            required.extend(["reference".to_owned(), "referrers".to_owned()]);
            for (key, schema) in extra {
                properties.insert((*key).to_owned(), schema.clone());
                required.push((*key).to_owned());
            }
            object(properties, &required)
        };
        let direct = list(reference("Descriptor"), "The direct referrers as a flat list.");
        let values = json!({
            "Digest": {
                "type": "string",
                "description": "An algorithm, `:` and the encoded hash, such as `sha256:e3b0c442…`.",
                "pattern": "^[a-z0-9]+([+._-][a-z0-9]+)*:[A-Za-z0-9=_-]+$",
            },
            "Annotations": { "type": "object", "additionalProperties": { "type": "string" } },
            "Platform": {
                "description": "The platform of an image, as image-spec defines it. Unknown fields are kept.",
                "type": "object",
                "properties": {
                    "architecture": described("string", "The CPU architecture, such as `amd64`."),
                    "os": described("string", "The operating system, such as `linux`."),
                    "os.version": described("string", "The version of the operating system."),
                    "os.features": { "type": "array", "items": { "type": "string" } },
                    "variant": described("string", "The variant of the CPU, such as `v7`."),
                },
                "required": ["architecture", "os"],
            },
            "Descriptor": object(
                self.descriptor_properties(),
                &[name("media_type"), "digest".into(), "size".into()],
            ),
            "GraphNode": node(&[]),
            "Graph": node(&[("references", direct)]),
            "PushedContent": object(
                as_map(json!({
                    "descriptor": reference("Descriptor"),
                    "outcome": reference("Outcome"),
                })),
                &["descriptor".into(), "outcome".into()],
            ),
        });
        as_map(values)
    }

    fn descriptor_properties(&self) -> Map<String, Value> {
        let mut properties = Map::new();
        let mut put = |name: &str, schema: Value| properties.insert(self.case.of(name), schema);
        put("media_type", described("string", "The media type."));
        put("digest", reference("Digest"));
        put(
            "size",
            json!({ "type": "integer", "minimum": 0, "description": "The size in bytes." }),
        );
        put("artifact_type", described("string", "The artifact type, if it has one."));
        put("annotations", reference("Annotations"));
        put("platform", reference("Platform"));
        properties
    }

    fn record(&self, record: &Record) -> Value {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for field in record.fields.iter().filter(|field| field.in_json) {
            let name = self.case.of(&field.name);
            let mut schema = self.kind(&field.kind, &format!("{}.{}", record.name, field.name));
            if field.is_null_in_json() {
                schema = json!({ "anyOf": [schema, { "type": "null" }] });
            }
            if let Value::Object(schema) = &mut schema {
                schema.insert("description".into(), json!(self.sentence(field)));
            }
            if field.kind == Kind::Error {
                properties.insert("code".into(), described("string", "The code of the error."));
                required.push("code".to_owned());
            }
            if !field.optional_in_json {
                required.push(name.clone());
            }
            properties.insert(name, schema);
        }
        let mut schema = object(properties, &required);
        schema["description"] = json!(self.doc(&record.doc));
        schema
    }

    fn enumeration(&self, enumeration: &Enumeration) -> Value {
        // A word with a space describes a value that has no name.
        let words = enumeration.variants.iter().filter_map(|variant| variant.word.as_deref());
        let words: Vec<&str> = words.filter(|word| !word.contains(' ')).collect();
        json!({ "description": self.doc(&enumeration.doc), "enum": words })
    }

    fn doc(&self, doc: &Doc) -> String {
        doc.line(&Neutral { definition: self.definition, case: self.case })
    }

    fn sentence(&self, field: &Field) -> String {
        self.doc(&field.doc)
    }

    fn kind(&self, kind: &Kind, name: &str) -> Value {
        match kind {
            Kind::Optional(kind) => self.kind(kind, name),
            Kind::Nothing => json!({ "type": "null" }),
            Kind::Bool => json!({ "type": "boolean" }),
            Kind::Count | Kind::Number | Kind::SmallNumber => {
                json!({ "type": "integer", "minimum": 0 })
            }
            Kind::Text
            | Kind::Path
            | Kind::Reference
            | Kind::Host
            | Kind::LoginTarget
            | Kind::StoredIn
            | Kind::Error => {
                json!({ "type": "string" })
            }
            Kind::Digest => reference("Digest"),
            Kind::Descriptor => reference("Descriptor"),
            Kind::Platform => reference("Platform"),
            Kind::Annotations => reference("Annotations"),
            Kind::Graph => reference("Graph"),
            // The bytes of a manifest and the stream of a blob are beside the JSON.
            Kind::Manifest | Kind::Stream => reference("Descriptor"),
            Kind::Record(name) | Kind::Enumeration(name) => reference(name),
            Kind::List(item) => json!({ "type": "array", "items": self.kind(item, name) }),
            Kind::Rows { row, summary } => object(
                as_map(json!({
                    "rows": { "type": "array", "items": reference(row) },
                    "summary": reference(summary),
                })),
                &["rows".to_owned(), "summary".to_owned()],
            ),
            kind => {
                panic!("the result {name} has the kind {kind:?}, which emit/schema cannot write")
            }
        }
    }

    fn result(&self, operation: &Operation) -> Value {
        let mut schema = match operation.name.as_str() {
            // The languages return the descriptor with the outcome.
            "push_blob" => reference("PushedContent"),
            name => self.kind(&operation.result, name),
        };
        schema["description"] =
            json!(format!("The result of `{}`.", self.case.of(&operation.name)));
        schema
    }

    /// What a command prints with `--format json`, where it is not the result of the operation.
    fn commands(&self) -> Value {
        let pulled = self.pulled_by_the_command();
        let names = || json!({ "type": "array", "items": { "type": "string" } });
        let listed = |key: &str| object(as_map(json!({ key: names() })), &[key.to_owned()]);
        let attributes = reference("Attributes");
        let text = || json!({ "type": "string" });
        let tag = object(
            as_map(json!({
                "name": text(), "digest": reference("Digest"), "createdTime": text(),
                "lastUpdateTime": text(), "signed": { "type": "boolean" },
                "changeableAttributes": attributes,
            })),
            &["name".into(), "digest".into()],
        );
        let manifest = object(
            as_map(json!({
                "digest": reference("Digest"), "mediaType": text(), "artifactType": text(),
                "tags": names(), "subject": reference("Digest"), "createdTime": text(),
                "lastUpdateTime": text(), "architecture": text(), "os": text(),
                "configMediaType": text(), "imageSize": { "type": "integer", "minimum": 0 },
                "changeableAttributes": attributes,
            })),
            &["digest".into(), "mediaType".into()],
        );
        let described = |others: Value| {
            let mut others = as_map(others);
            others.insert("descriptor".into(), reference("Descriptor"));
            let required: Vec<String> = others.keys().cloned().collect();
            self.beside_descriptor(others, &required)
        };
        json!({
            "description": "Results of commands that differ from those of the operation: they have the \
                members of ORAS beside their own, the command `pull` prints a single result without \
                a list, lists of names are in an object, and `tags --detail` and `manifests \
                --detail` have the names of Azure's lists.",
            "type": "object",
            "properties": {
                "push": self.pushed_by_the_command(),
                "pull": { "oneOf": [pulled, { "type": "array", "items": pulled }] },
                "fetchManifest": self.beside_descriptor(
                    as_map(json!({ "content": { "type": "object" } })),
                    &["content".to_owned()],
                ),
                "pushManifest": described(json!({ "tags": names() })),
                "tag": described(json!({ "tags": names() })),
                "untag": listed("untagged"),
                "tags": listed("tags"),
                "repositories": object(
                    as_map(json!({ "registry": text(), "repositories": names() })),
                    &["registry".to_owned(), "repositories".to_owned()],
                ),
                "tagDetails": { "type": "array", "items": tag },
                "manifests": { "type": "array", "items": manifest },
                "pushBlob": described(json!({ "outcome": reference("Outcome") })),
            },
        })
    }

    /// An object with the members of a descriptor and a reference to it, as ORAS prints them, and others.
    fn beside_descriptor(&self, others: Map<String, Value>, required: &[String]) -> Value {
        let mut properties = self.descriptor_properties();
        properties.insert("reference".into(), described("string", "The reference by digest."));
        properties.extend(others);
        let of_descriptor = ["reference", "mediaType", "digest", "size"].map(str::to_owned);
        let mut required = required.to_vec();
        required.extend(of_descriptor);
        required.sort_unstable();
        required.dedup();
        object(properties, &required)
    }

    fn members(&self, record: &str) -> (Map<String, Value>, Vec<String>) {
        let schema = self.record(&self.definition.records[record]);
        let required = schema["required"].as_array().into_iter().flatten();
        let required = required.filter_map(|name| name.as_str().map(str::to_owned)).collect();
        (as_map(schema["properties"].clone()), required)
    }

    fn pushed_by_the_command(&self) -> Value {
        let (mut members, required) = self.members("PushResult");
        let tags = json!({
            "type": "array", "items": { "type": "string" },
            "description": "The references by tag.",
        });
        members.insert("referenceAsTags".into(), tags);
        self.beside_descriptor(members, &required)
    }

    fn pulled_by_the_command(&self) -> Value {
        let (members, required) = self.members("PulledFile");
        let file = self.beside_descriptor(members, &required);
        let (mut members, required) = self.members("PullResult");
        members.insert("files".into(), list(file, "The files. Their paths are absolute."));
        object(members, &required)
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn described(kind: &str, description: &str) -> Value {
    json!({ "type": kind, "description": description })
}

fn list(items: Value, description: &str) -> Value {
    json!({ "type": "array", "items": items, "description": description })
}

fn object(properties: Map<String, Value>, required: &[String]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn as_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is not an object"),
    }
}
