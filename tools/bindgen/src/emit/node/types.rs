//! `node/index.d.ts`: the types of options and results, and the methods of the client.

use super::{
    Output, argument_name,
    documentation::{TsDoc, block, listed},
    fields, has_progress, options_type, rendered, type_name, unknown,
};
use crate::{
    definition::{Definition, Enumeration, Field, Kind, Operation, Record, Role},
    docs::{Doc, Inline},
    emit::{NOTICE, camel},
};

const TEMPLATE: &str = include_str!("../../templates/node/index.d.ts");

/// The types of outcomes: the field that has them as its values.
const OUTCOMES: [(&str, &str, &str); 2] =
    [("Outcome", "PushedBlob", "outcome"), ("FileOutcome", "PulledFile", "outcome")];

pub(super) fn file(definition: &Definition) -> Output {
    let types = Types { definition, docs: TsDoc { definition, operation: None } };
    let mut written = Vec::new();
    let mut operations = String::new();
    for operation in &definition.operations {
        operations.push_str(&types.of_operation(operation, &mut written));
    }
    let client = types.record_and_parts("ClientConfig", &mut written);
    let methods = definition.operations.iter().filter(|operation| !operation.by_hand);
    let methods: Vec<String> = methods.map(|operation| types.method(operation)).collect();
    let concurrency = definition
        .record("PullOptions")
        .fields
        .iter()
        .find(|field| field.name == "concurrency")
        .map(|field| types.docs.field(field, "  "));
    let values = minijinja::context! {
        notice => NOTICE,
        concurrency => concurrency.unwrap_or_default().trim_end(),
        outcome => types.outcomes("Outcome"),
        file_outcome => types.outcomes("FileOutcome"),
        operation_types => operations.trim(),
        client_types => client.trim(),
        methods => methods.join("\n").trim(),
    };
    Output::new("node/index.d.ts", rendered(TEMPLATE, values))
}

struct Types<'a> {
    definition: &'a Definition,
    docs: TsDoc<'a>,
}

impl Types<'_> {
    /// The types that an operation brings and that are not written yet.
    fn of_operation(&self, operation: &Operation, written: &mut Vec<String>) -> String {
        let mut text = String::new();
        if !operation.own_options.is_empty() {
            let all = self.definition.options_of(operation);
            let doc = Doc {
                paragraphs: vec![vec![
                    Inline::Text { text: "Options of ".into() },
                    Inline::Member { of: "Client".into(), name: operation.name.clone() },
                    Inline::Text { text: ".".into() },
                ]],
            };
            let name = options_type(operation).unwrap_or_default();
            text.push_str(&self.options(&name, &doc, &all));
        } else if let Some(options) = &operation.options {
            text.push_str(&self.record_and_parts(options, written));
        }
        // The results of operations that are written by hand are in the template.
        for result in operation.result.parts().iter().filter(|_| !operation.by_hand) {
            if let Some(name) = result.named() {
                text.push_str(&self.record_and_parts(name, written));
            }
        }
        text
    }

    /// A record or enumeration, before it the options within it, and the parts of a result.
    fn record_and_parts(&self, name: &str, written: &mut Vec<String>) -> String {
        // The outcomes and the options that are a callback only are in the template.
        if written.iter().any(|known| known == name)
            || matches!(name, "Outcome" | "TransferOptions")
        {
            return String::new();
        }
        written.push(name.to_owned());
        if let Some(enumeration) = self.definition.enumerations.get(name) {
            return self.enumeration(enumeration);
        }
        let record = self.definition.record(name);
        let mut text = String::new();
        for part in record.fields.iter().filter_map(|field| field.kind.named()) {
            text.push_str(&self.record_and_parts(part, written));
        }
        text.push_str(&match record.role {
            Role::Options => self.options(type_name(name), &record.doc, &fields(record)),
            Role::Result => self.result(record),
        });
        text
    }

    fn options(&self, name: &str, doc: &Doc, all: &[&Field]) -> String {
        let has_concurrency = all.iter().any(|field| field.name == "concurrency");
        let nested = !self
            .definition
            .operations
            .iter()
            .any(|operation| options_type(operation).as_deref() == Some(name));
        let (base, inherited): (_, &[&str]) = match (nested, has_progress(all), has_concurrency) {
            (true, ..) => ("", &[]),
            (false, true, true) => (" extends TransferOptions", &["concurrency", "progress"]),
            (false, true, false) => (" extends ProgressOptions", &["progress"]),
            (false, false, _) => (" extends CallOptions", &[]),
        };
        let own = all.iter().filter(|field| !inherited.contains(&field.name.as_str()));
        let own = own.map(|field| {
            format!(
                "{}  {}?: {} | undefined;\n",
                self.docs.field(field, "  "),
                camel(&field.name),
                option_type(field)
            )
        });
        format!(
            "{}export interface {name}{base} {{\n{}}}\n\n",
            block(&doc.written(&self.docs), ""),
            own.collect::<String>()
        )
    }

    fn result(&self, record: &Record) -> String {
        let mut text = self.docs.record(record, "");
        text.push_str(&format!("export interface {} {{\n", type_name(&record.name)));
        // Results are JSON, which cannot hold bytes.
        for field in record.fields.iter().filter(|field| field.in_json) {
            let name = camel(&field.name);
            text.push_str(&self.docs.field(field, "  "));
            if field.kind == Kind::Error {
                text.push_str(&format!("  readonly {name}: string;\n"));
                text.push_str("  /** The code of the error. */\n  readonly code: ErrorCode;\n");
                continue;
            }
            let mark = if field.optional_in_json { "?" } else { "" };
            let mut kind = self.result_type(field, field.kind.required());
            if field.is_null_in_json() {
                kind.push_str(" | null");
            }
            text.push_str(&format!("  readonly {name}{mark}: {kind};\n"));
        }
        text + "}\n\n"
    }

    fn enumeration(&self, enumeration: &Enumeration) -> String {
        // A word with a space is a description of a value that has no name.
        let named = enumeration.variants.iter().filter_map(|variant| {
            let word = variant.word.as_deref().unwrap_or_else(|| {
                panic!("Node.js: {}::{} has no word", enumeration.name, variant.name)
            });
            (!word.contains(' ')).then_some((word, variant))
        });
        let (mut words, mut items) = (Vec::new(), Vec::new());
        for (word, variant) in named {
            words.push(format!("'{word}'"));
            items.push(format!("`{word}`: {}", variant.doc.line(&self.docs)));
        }
        let doc = listed(&enumeration.doc.written(&self.docs), &items);
        let line = format!("export type {} = {};", type_name(&enumeration.name), words.join(" | "));
        if line.len() <= super::documentation::WIDTH {
            return format!("{doc}{line}\n\n");
        }
        let words: String = words.iter().map(|word| format!("\n  | {word}")).collect();
        format!("{doc}export type {} ={words};\n\n", type_name(&enumeration.name))
    }

    /// The words of the outcomes that the comment of a field names.
    fn words(&self, field: &Field) -> Vec<String> {
        let parts = field.doc.paragraphs.iter().flatten();
        let words = parts.filter_map(|part| match part {
            Inline::Variant { of, name } => {
                let variants = &self.definition.enumeration(of).variants;
                variants.iter().find(|v| v.name == *name).and_then(|v| v.word.clone())
            }
            _ => None,
        });
        words.map(|word| format!("'{word}'")).collect()
    }

    fn outcomes(&self, name: &str) -> String {
        let (_, record, field) = OUTCOMES.iter().find(|(n, ..)| *n == name).expect("a known name");
        let found = self.definition.record(record).fields.iter().find(|f| f.name == *field);
        self.words(found.unwrap_or_else(|| panic!("no field {record}.{field}"))).join(" | ")
    }

    fn result_type(&self, field: &Field, kind: &Kind) -> String {
        match kind {
            Kind::Bool => "boolean".to_owned(),
            Kind::Count | Kind::Number | Kind::SmallNumber => "number".to_owned(),
            Kind::Text
            | Kind::Path
            | Kind::Reference
            | Kind::Host
            | Kind::LoginTarget
            | Kind::Digest
            | Kind::StoredIn => "string".to_owned(),
            Kind::Platform => "Platform".to_owned(),
            Kind::Annotations => "Annotations".to_owned(),
            Kind::Descriptor => "Descriptor".to_owned(),
            Kind::Record(name) => type_name(name).to_owned(),
            Kind::Enumeration(name) if name == "Outcome" => {
                let words = self.words(field).join(" | ");
                let alias = OUTCOMES.iter().find(|(alias, ..)| self.outcomes(alias) == words);
                alias.map_or(words, |(alias, ..)| (*alias).to_owned())
            }
            Kind::Enumeration(name) => type_name(name).to_owned(),
            Kind::List(item) => format!("readonly {}[]", self.result_type(field, item)),
            kind => unknown("field", &field.name, kind),
        }
    }

    fn method(&self, operation: &Operation) -> String {
        let options = options_type(operation).unwrap_or_else(|| "CallOptions".to_owned());
        let docs = TsDoc { definition: self.definition, operation: Some(operation) };
        let (result, description) = self.returned(operation);
        let mut parameters: Vec<String> = operation
            .arguments
            .iter()
            .map(|argument| {
                let kind = argument_type(&argument.name, &argument.kind);
                format!("{}: {kind}", argument_name(&argument.name, &argument.kind))
            })
            .collect();
        parameters.push(format!("options?: {options}"));
        let name = camel(&operation.name);
        let result = match operation.result {
            Kind::Rows { .. } => result,
            _ => format!("Promise<{result}>"),
        };
        let line = format!("  {name}({}): {result};\n", parameters.join(", "));
        let signature = match line.chars().count() > 121 {
            true => format!("  {name}(\n    {},\n  ): {result};\n", parameters.join(",\n    ")),
            false => line,
        };
        docs.method(operation, &options, description) + &signature
    }

    /// The type that the promise resolves to, and its description.
    fn returned(&self, operation: &Operation) -> (String, Option<String>) {
        let link = |name: &str| format!("{{@link {}}}", type_name(name));
        match &operation.result {
            Kind::Nothing => ("void".to_owned(), None),
            Kind::Descriptor => {
                ("Descriptor".to_owned(), Some("The descriptor of the manifest.".to_owned()))
            }
            Kind::Graph => ("Graph".to_owned(), Some("The graph.".to_owned())),
            Kind::Manifest => (
                "Manifest".to_owned(),
                Some("The descriptor and the bytes of the manifest.".to_owned()),
            ),
            Kind::Record(name) => {
                (type_name(name).to_owned(), Some(format!("See {}.", link(name))))
            }
            Kind::Rows { row, summary } => (
                format!("Rows<{}, {}>", type_name(row), type_name(summary)),
                Some(format!(
                    "An iterator that makes the requests while a row is waited for. See {} and {}.",
                    link(row),
                    link(summary)
                )),
            ),
            Kind::List(item) => match &**item {
                Kind::Text => ("string[]".to_owned(), Some("The names.".to_owned())),
                Kind::Record(name) => {
                    (format!("{}[]", type_name(name)), Some(format!("A list: see {}.", link(name))))
                }
                kind => unknown("list that is the result of", &operation.name, kind),
            },
            kind => unknown("result of", &operation.name, kind),
        }
    }
}

fn argument_type(name: &str, kind: &Kind) -> &'static str {
    match kind {
        Kind::Reference | Kind::Host | Kind::LoginTarget | Kind::Text => "string",
        Kind::List(item) if matches!(**item, Kind::Text | Kind::Reference) => {
            "string | readonly string[]"
        }
        Kind::Path => "string | URL",
        Kind::List(item) if **item == Kind::Path => "string | URL | readonly (string | URL)[]",
        Kind::Bytes => "string | ArrayBufferLike | ArrayBufferView",
        Kind::Credential => "Credential",
        kind => unknown("argument", name, kind),
    }
}

fn option_type(field: &Field) -> String {
    match field.kind.required() {
        Kind::Bool => "boolean".to_owned(),
        Kind::Count | Kind::Number | Kind::SmallNumber | Kind::Duration => "number".to_owned(),
        Kind::Text
        | Kind::Reference
        | Kind::Host
        | Kind::LoginTarget
        | Kind::Digest
        | Kind::Platform => "string".to_owned(),
        Kind::Path => "string | URL".to_owned(),
        Kind::Annotations => "Annotations".to_owned(),
        Kind::Headers => "Readonly<Record<string, string>>".to_owned(),
        Kind::Credentials => "'stored' | 'anonymous' | Credential | CredentialSource".to_owned(),
        Kind::File => "PushFile".to_owned(),
        Kind::Client => "Client".to_owned(),
        Kind::Record(name) | Kind::Enumeration(name) => type_name(name).to_owned(),
        Kind::List(item) if **item == Kind::File => "(Iterable<PushFile> & object)".to_owned(),
        Kind::List(item) if matches!(**item, Kind::Text | Kind::ResolveOverride) => {
            "readonly string[]".to_owned()
        }
        kind => unknown("option", &field.name, kind),
    }
}
