//! `docs/operations.md`: every operation and option, with its name in each language.

use super::{
    Case, Neutral, Output,
    command_line::{Flag, Flags},
};
use crate::{
    definition::{Argument, Definition, Field, Kind, Operation, Record},
    docs::Doc,
    emit::{c::adder, camel, pascal, snake},
};

const TEMPLATE: &str = include_str!("../../templates/operations.md");

/// Setters of C that differ from the rule: the options (empty for all), the option, and its functions
/// after the name of the options.
const SETTERS: [(&str, &str, &[&str]); 8] = [
    ("", "files", &["add_path", "add_bytes", "add_reader"]),
    ("", "config", &["set_config_path", "set_config"]),
    (
        "ClientConfig",
        "credentials",
        &["set_credential", "set_anonymous", "set_credential_callback"],
    ),
    ("ClientConfig", "cert_file", &["set_client_certificate"]),
    ("ClientConfig", "key_file", &["set_client_certificate"]),
    ("ClientConfig", "headers", &["add_header"]),
    ("ClientConfig", "resolve", &["add_resolve"]),
    ("", "media_types", &["add_media_type"]),
];

pub(super) fn file(definition: &Definition, flags: &Flags) -> Output {
    let table = Table { definition, flags, docs: Neutral { definition, case: Case::Snake } };
    let operations: String = definition.operations.iter().map(|o| table.operation(o)).collect();
    let values = minijinja::context! {
        notice => crate::emit::NOTICE,
        operations => operations.trim(),
        client => table.group("client", definition.record("ClientConfig")).trim(),
        limits => table.nested("client.limits", definition.record("Limits")).trim(),
        unpack_limits => table.nested("pull.unpack_limits", definition.record("UnpackLimits")).trim(),
        enumerations => table.enumerations().trim(),
    };
    let text = minijinja::Environment::new().render_str(TEMPLATE, values);
    let text = text.unwrap_or_else(|e| panic!("templates/operations.md: {e:#}"));
    Output::new("docs/operations.md", text.trim_end().to_owned() + "\n")
}

struct Table<'a> {
    definition: &'a Definition,
    flags: &'a Flags,
    docs: Neutral<'a>,
}

impl Table<'_> {
    fn operation(&self, operation: &Operation) -> String {
        let name = &operation.name;
        let cpp = operation.names.get("cpp").unwrap_or(name);
        let mut text = format!(
            "### {name}\n\n{}\n\n\
             | Rust | command line | C | C++ | Go | Python | Node.js |\n\
             |---|---|---|---|---|---|---|\n\
             | `Client::{name}` | `ocigraph {}` | {} | `client::{cpp}` | {} | `Client.{name}` | `Client.{}` |\n\n",
            operation.doc.written(&self.docs).join(" "),
            match name.as_str() {
                "tag_details" => "tags --detail",
                name => self.flags.command(name),
            },
            in_c(name),
            in_go(name),
            camel(name),
        );
        text.push_str("Arguments:");
        for Argument { name, kind, doc } in &operation.arguments {
            let kind = type_name(kind, name);
            text.push_str(&format!("\n- `{name}` ({kind}): {}", self.line(doc)));
        }
        text.push_str("\n\n");
        if let Some(result) = returned(name, &operation.result) {
            text.push_str(&format!("Returns: {result}\n\n"));
        }
        if !operation.errors.is_empty() {
            text.push_str("Errors:");
            for case in &operation.errors {
                let codes: Vec<String> =
                    case.codes.iter().map(|code| format!("`{code}`")).collect();
                let condition = self.line(&case.condition);
                text.push_str(&format!("\n- {} {condition}", codes.join(" or ")));
            }
            text.push_str("\n\n");
        }
        if !operation.remarks.is_empty() {
            text.push_str(&format!("{}\n\n", self.line(&operation.remarks)));
        }
        if let Some(options) = &operation.options {
            text.push_str(&self.group(name, self.definition.record(options)));
        }
        for field in &operation.own_options {
            text.push_str(&format!(
                "Option `{}` (Go and C: an argument; Node.js: `{}`; command line: {}): {}\n\n",
                field.name,
                camel(&field.name),
                self.flag(&format!("{name}.{}", field.name)),
                self.line(&field.doc)
            ));
        }
        text
    }

    /// The options of a record, which are a structure in most languages.
    fn group(&self, operation: &str, record: &Record) -> String {
        let in_c = options_in_c(&record.name);
        let node = match record.name.as_str() {
            "ClientConfig" => "ClientOptions",
            "ResolveOptions" => "ManifestOptions",
            "TransferOptions" if operation == "push_blob" => "PushBlobOptions",
            "TransferOptions" => "ProgressOptions",
            name => name,
        };
        let go = match record.name.as_str() {
            "ClientConfig" => "ClientOptions",
            "TransferOptions" => "BlobOptions",
            name => name,
        };
        let header = [
            format!("Rust: `{}`; Python", record.name),
            format!("C: `ocigraph_{in_c}_`"),
            format!("C++: `{in_c}`"),
            format!("Go: `{go}`"),
            format!("Node.js: `{node}`"),
        ];
        let setter = |field: &Field| {
            let functions = setters(record, field);
            (listed(&functions), listed(&functions.iter().map(|f| in_cpp(f)).collect::<Vec<_>>()))
        };
        self.rows(operation, &header, &record.fields.iter().collect::<Vec<_>>(), &setter)
    }

    /// Options within an option.
    fn nested(&self, path: &str, record: &Record) -> String {
        let name = &record.name;
        let header = [
            format!("Rust, Python: `{name}`"),
            "C".to_owned(),
            "C++".to_owned(),
            format!("Go: `{name}`"),
            format!("Node.js: `{name}`"),
        ];
        let setter = |field: &Field| {
            let text = match name.as_str() {
                "Limits" => format!("`OCIGRAPH_LIMIT_{}`", field.name.to_uppercase()),
                _ => format!("`{}`", field.name),
            };
            (text.clone(), text)
        };
        self.rows(path, &header, &record.fields.iter().collect::<Vec<_>>(), &setter)
    }

    /// A table with a line for each option. `setter` returns what sets it in C and in C++.
    fn rows(
        &self,
        path: &str,
        header: &[String],
        fields: &[&Field],
        setter: &dyn Fn(&Field) -> (String, String),
    ) -> String {
        let mut text = format!(
            "| {} | command line | type | default | description |\n{}\n",
            header.join(" | "),
            "|---".repeat(header.len() + 4) + "|"
        );
        for field in fields {
            let name = &field.name;
            let node = match field.kind {
                Kind::Progress => "onProgress".to_owned(),
                _ => camel(name),
            };
            let flag = match &field.kind {
                Kind::Record(_) => "see below".to_owned(),
                _ => self.flag(&format!("{path}.{name}")),
            };
            let (sentence, default) = self.sentence_and_default(&field.doc);
            let (c, cpp) = setter(field);
            text.push_str(&format!(
                "| `{name}` | {c} | {cpp} | {} | `{node}` | {flag} | {} | {default} | {sentence} |\n",
                in_go_field(name),
                type_name(&field.kind, name),
            ));
        }
        text + "\n"
    }

    fn flag(&self, option: &str) -> String {
        match self.flags.flag(option) {
            Flag::Named(flag) => format!("`{flag}`"),
            Flag::Without(reason) => reason,
        }
    }

    /// A comment without the sentence about its default, and the default.
    fn sentence_and_default(&self, doc: &Doc) -> (String, String) {
        let text = self.line(doc);
        let Some((before, after)) = text.split_once("Default") else {
            return (text, String::new());
        };
        let rest = after.split_once(". ").map_or("", |(_, rest)| rest);
        let sentence = format!("{} {rest}", before.trim_end()).trim_end().to_owned();
        let (condition, value) = after.split_once(": ").unwrap_or(("", after));
        let end = value.find([';']).into_iter().chain(value.find(". ")).min();
        let value = end.map_or(value, |end| &value[..end]).trim_end_matches('.');
        let default = match condition.trim_start_matches(", ") {
            "" => value.to_owned(),
            condition => format!("{value} ({condition})"),
        };
        (sentence, default)
    }

    fn line(&self, doc: &Doc) -> String {
        doc.line(&self.docs).replace('|', "\\|")
    }

    fn enumerations(&self) -> String {
        let mut text = String::new();
        for enumeration in self.definition.enumerations.values() {
            text.push_str(&format!(
                "### {}\n\n{}\n\n| word | meaning |\n|---|---|\n",
                enumeration.name,
                self.line(&enumeration.doc)
            ));
            for variant in &enumeration.variants {
                // A word with a space describes a value that has no name.
                if let Some(word) = variant.word.as_deref().filter(|word| !word.contains(' ')) {
                    text.push_str(&format!("| `{word}` | {} |\n", self.line(&variant.doc)));
                }
            }
            text.push('\n');
        }
        text
    }
}

/// The type of a result, with its names in C and C++.
fn returned(operation: &str, kind: &Kind) -> Option<String> {
    let named = |name: &str| {
        let in_c = snake(name);
        format!("`{name}` (C: `ocigraph_{in_c}`; C++: `{in_c}`)")
    };
    Some(match kind {
        Kind::Record(name) => named(name),
        Kind::Graph => named("Graph"),
        Kind::Manifest => named("Manifest"),
        Kind::Descriptor => named("Descriptor"),
        Kind::Text => "a text".to_owned(),
        Kind::Rows { row, summary } => format!(
            "an iterator over `{row}`, with a `{summary}` (C: `ocigraph_{in_c}`; C++: `{in_c}`; Go: `Rows`; \
             Python: `Rows`, `AsyncRows`; Node.js: `Rows`)",
            in_c = format!("{operation}_rows"),
        ),
        Kind::List(kind) => match kind.named() {
            Some(name) => format!("a list of `{name}`"),
            None => "a list of texts".to_owned(),
        },
        _ => return None,
    })
}

/// The functions of an operation in C.
fn in_c(name: &str) -> String {
    match name {
        // Content from memory, from a file and from a callback.
        "push_blob" => {
            ["", "_file", "_from"].map(|end| format!("`ocigraph_client_{name}{end}`")).join(", ")
        }
        name => format!("`ocigraph_client_{name}`"),
    }
}

/// The methods of an operation in Go.
fn in_go(name: &str) -> String {
    let name = pascal(name);
    match name.as_str() {
        "PushBlob" => ["", "File", "From"].map(|end| format!("`Client.{name}{end}`")).join(", "),
        name => format!("`Client.{name}`"),
    }
}

/// The fields of an option in Go, which writes abbreviations in capital letters.
fn in_go_field(name: &str) -> String {
    match name {
        "credentials" => "`Credential`, `Anonymous`, `CredentialFunc`".to_owned(),
        // The zero value of a field is the default.
        "use_proxy" => "`NoProxy`".to_owned(),
        "ca_file" => "`CAFile`".to_owned(),
        name => format!("`{}`", pascal(name).replace("Http", "HTTP")),
    }
}

/// The method of C++ for a setter of C.
fn in_cpp(setter: &str) -> String {
    match setter {
        "set_progress" => "on_progress".to_owned(),
        "add_annotation" | "add_artifact_type" | "add_header" | "add_index_platform"
        | "add_keep_tag" | "add_media_type" | "add_platform" | "add_repository" | "add_resolve"
        | "add_tag" => setter["add_".len()..].to_owned(),
        setter => setter.strip_prefix("set_").unwrap_or(setter).to_owned(),
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn options_in_c(record: &str) -> String {
    match record {
        "ClientConfig" => "client_options".to_owned(),
        "TransferOptions" => "blob_options".to_owned(),
        name => snake(name),
    }
}

/// The functions of C that set an option, after the prefix of its options.
fn setters(record: &Record, field: &Field) -> Vec<String> {
    let known = SETTERS
        .iter()
        .find(|(of, name, _)| (of.is_empty() || *of == record.name) && *name == field.name);
    if let Some((_, _, names)) = known {
        return names.iter().map(|name| (*name).to_owned()).collect();
    }
    let name = &field.name;
    vec![match &field.kind {
        Kind::Annotations => format!("add_{}", name.trim_end_matches('s')),
        Kind::List(kind) if **kind == Kind::Text => adder(name),
        Kind::Record(of) if of == "Limits" => "set_limit".to_owned(),
        _ => format!("set_{name}"),
    }]
}

/// The type in the table of types.
fn type_name(kind: &Kind, name: &str) -> &'static str {
    match kind {
        Kind::Optional(kind) => type_name(kind, name),
        Kind::Bool => "boolean",
        Kind::Count | Kind::Number | Kind::SmallNumber => "number",
        Kind::Text => "text",
        Kind::Path => "path",
        Kind::Duration => "duration",
        Kind::Reference => "reference",
        Kind::Host | Kind::LoginTarget => "host",
        Kind::Platform => "platform",
        Kind::Digest => "digest",
        Kind::Annotations | Kind::Headers => "names and values",
        Kind::Bytes => "bytes",
        Kind::File => "file",
        Kind::Content => "content",
        Kind::Progress => "callback",
        Kind::Client => "client",
        Kind::Credential | Kind::Credentials => "credential",
        Kind::Enumeration(_) => "word",
        Kind::Record(_) => "group",
        Kind::List(item) if matches!(**item, Kind::Text | Kind::ResolveOverride) => "list of texts",
        Kind::List(item) if **item == Kind::File => "list of files",
        Kind::List(item) if **item == Kind::Reference => "list of references",
        Kind::List(item) if **item == Kind::Path => "list of paths",
        kind => panic!("{name} has the kind {kind:?}, which emit/schema cannot write"),
    }
}
