//! `bindings/node/src/options.rs`: the options as JavaScript passes them, and their conversion.

use super::{Output, fields, has_files, has_progress, passed, type_name, unknown};
use crate::{
    definition::{Definition, Field, Kind, Record, Role},
    emit::{NOTICE, camel, pascal},
};

pub(super) fn file(definition: &Definition) -> Output {
    let mut text = format!(
        "// {NOTICE}\n\n\
         //! The options of each operation as JavaScript passes them, and their conversion to the core's\n\
         //! options. Unknown options and values of the wrong type are errors.\n\n\
         mod parts;\nmod read;\n\n\
         use std::{{path::PathBuf, sync::Arc}};\n\n\
         use ocigraph::{{Annotations, Credentials, File, Progress, Result}};\n\
         use serde::Deserialize;\nuse serde_json::{{Map, Value}};\n\n\
         pub(crate) use parts::{{Blob, Digest, FileOptions, NoOptions}};\n\
         use parts::{{Count, parsed, time}};\npub(crate) use read::read;\nuse read::read_at;\n\n\
         use crate::credential::{{self, CallbackSource, CredentialCallback}};\n"
    );
    for record in definition.records.values().filter(|record| record.role == Role::Options) {
        if !passed(&fields(record)).is_empty() {
            text.push_str(&options(record, definition));
        }
    }
    for operation in definition.operations.iter().filter(|o| !o.own_options.is_empty()) {
        let all = definition.options_of(operation);
        let name = format!("{}Options", pascal(&operation.name));
        text.push_str(&structure(&name, &passed(&all), false, "pub(crate) "));
    }
    Output::new("bindings/node/src/options.rs", text)
}

fn options(record: &Record, definition: &Definition) -> String {
    let name = type_name(&record.name);
    let nested = is_nested(record, definition);
    let given = passed(&fields(record));
    let mut text = structure(name, &given, nested, "");
    let mut parameters = vec!["self"];
    if has_progress(&fields(record)) {
        parameters.push("progress: Progress");
    }
    if has_files(&given) {
        parameters.push("mut file: impl FnMut(FileOptions) -> Result<File>");
    }
    let has_credentials = given.iter().any(|field| field.kind == Kind::Credentials);
    if has_credentials {
        parameters.push("callback: Option<CredentialCallback>");
    }
    let comment = if has_credentials {
        "/// Converts to the core's configuration. `callback` replaces the `credentials` option."
    } else {
        "/// Converts to the core's options. Absent options keep the core's defaults."
    };
    text.push_str(&format!(
        "\nimpl {name} {{\n{comment}\npub(crate) fn into_core({}) -> Result<ocigraph::{}> {{\n\
         let mut options = ocigraph::{}::default();\n",
        parameters.join(", "),
        record.name,
        record.name,
    ));
    let place = if nested { group(record, definition) } else { String::new() };
    for field in fields(record) {
        text.push_str(&assignment(field, nested, &place));
    }
    text.push_str("Ok(options)\n}\n}\n");
    text
}

/// True for options within options, such as limits. Any of their numbers may be as large as the caller
/// likes.
fn is_nested(record: &Record, definition: &Definition) -> bool {
    record.operations.is_empty() && !group(record, definition).is_empty()
}

/// The path of the option that contains these options, such as `limits.`.
fn group(record: &Record, definition: &Definition) -> String {
    let all = definition.records.values().flat_map(|record| &record.fields);
    let names = |field: &&Field| field.kind == Kind::Record(record.name.clone());
    all.filter(|_| record.role == Role::Options)
        .find(names)
        .map(|field| format!("{}.", camel(&field.name)))
        .unwrap_or_default()
}

fn structure(name: &str, fields: &[&Field], nested: bool, visibility: &str) -> String {
    let lines = fields.iter().map(|field| {
        let kind = passed_type(field, nested);
        format!("{visibility}{}: {kind},\n", field.name)
    });
    format!(
        "\n#[derive(Deserialize, Default)]\n\
         #[serde(default, deny_unknown_fields, rename_all = \"camelCase\")]\n\
         pub(crate) struct {name} {{\n{}}}\n",
        lines.collect::<String>()
    )
}

/// The type of an option in the JSON that JavaScript passes.
fn passed_type(field: &Field, nested: bool) -> &'static str {
    match field.kind.required() {
        Kind::Bool => "Option<bool>",
        Kind::Count | Kind::SmallNumber => "Option<Count>",
        Kind::Number if nested => "Option<Count>",
        Kind::Number => "Option<u64>",
        Kind::Text
        | Kind::Reference
        | Kind::Host
        | Kind::LoginTarget
        | Kind::Platform
        | Kind::Digest
        | Kind::Enumeration(_) => "Option<String>",
        Kind::Path => "Option<PathBuf>",
        Kind::Duration => "Option<f64>",
        Kind::Annotations => "Option<Annotations>",
        Kind::File => "Option<FileOptions>",
        Kind::List(kind) if matches!(**kind, Kind::Text | Kind::ResolveOverride) => {
            "Option<Vec<String>>"
        }
        Kind::List(kind) if **kind == Kind::File => "Option<Vec<FileOptions>>",
        // Unparsed, so that an array is not taken for an object.
        Kind::Record(_) => "Map<String, Value>",
        // Unparsed, so that an error does not repeat the values, which may be secrets.
        Kind::Credentials | Kind::Headers => "Option<Value>",
        kind => unknown("option", &field.name, kind),
    }
}

fn assignment(field: &Field, nested: bool, place: &str) -> String {
    let name = &field.name;
    let path = format!("{place}{}", camel(name));
    let is_optional = field.kind.is_optional();
    let given = |value: &str| match is_optional {
        true => {
            format!("if let Some(given) = self.{name} {{\noptions.{name} = Some({value});\n}}\n")
        }
        false => format!("if let Some(given) = self.{name} {{\noptions.{name} = {value};\n}}\n"),
    };
    match field.kind.required() {
        Kind::Count => given("given.as_usize()"),
        Kind::SmallNumber => given("given.as_u32()"),
        Kind::Number if nested => given("given.as_u64()"),
        Kind::Reference
        | Kind::Host
        | Kind::LoginTarget
        | Kind::Platform
        | Kind::Digest
        | Kind::Enumeration(_) => given("parsed(&given)?"),
        Kind::Duration => given(&format!("time({path:?}, given)?")),
        Kind::File => given("file(given)?"),
        Kind::List(kind) if **kind == Kind::File => {
            given("given.into_iter().map(&mut file).collect::<Result<_>>()?")
        }
        Kind::List(kind) if **kind == Kind::ResolveOverride => {
            given("given.iter().map(|text| parsed(text)).collect::<Result<_>>()?")
        }
        Kind::Record(record) => format!(
            "options.{name} = read_at::<{}>({path:?}, self.{name})?.into_core()?;\n",
            type_name(record)
        ),
        Kind::Progress => format!("options.{name} = progress;\n"),
        // The operation sets it.
        Kind::Client if is_optional => String::new(),
        Kind::Credentials => format!(
            "options.{name} = match callback {{\n\
             Some(callback) => Credentials::Callback(Arc::new(CallbackSource::new(callback))),\n\
             None => credential::source(self.{name})?,\n}};\n"
        ),
        Kind::Headers => format!("options.{name} = credential::headers(self.{name})?;\n"),
        _ if is_optional => format!("options.{name} = self.{name};\n"),
        _ => given("given"),
    }
}
