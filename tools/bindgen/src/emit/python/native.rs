//! The native module in Rust: the methods of its client, the options that it reads from Python, and
//! the plain values of results; and its stub.

use minijinja::context;

use super::{
    kinds::{Parameter, option, parameters},
    layout::bracketed,
    records, rendered,
};
use crate::{
    definition::{Definition, Field, Kind, Operation, Record},
    docs::wrapped,
    emit::{NOTICE, Output},
};

const OPERATIONS: &str = include_str!("../../templates/python/operations.rs");
const STUB: &str = include_str!("../../templates/python/_native.pyi");

pub(super) fn files(definition: &Definition) -> Vec<Output> {
    vec![
        Output::new("bindings/python/src/client/operations.rs", operations_file(definition)),
        Output::new("bindings/python/src/config.rs", config_file(definition)),
        Output::new("bindings/python/src/results.rs", results_file(definition)),
        Output::new("python/src/ocigraph/_native.pyi", stub_file(definition)),
    ]
}

/// How the work of an operation is written.
enum Work {
    /// The method of the core's client.
    Method,
    /// A function of `manifest.rs`, because the core has other arguments than Python.
    Function,
    /// A function of `blob.rs` that also starts the operation, because its content streams.
    Stream,
}

fn work(operation: &Operation) -> Work {
    if operation.by_hand {
        return Work::Stream;
    }
    let core = operation.function.iter().flat_map(|function| &function.parameters);
    let core: Vec<&str> = core.map(|(name, _)| name.as_str()).filter(|n| *n != "options").collect();
    let ours: Vec<&str> = operation.arguments.iter().map(|a| a.name.as_str()).collect();
    match operation.function {
        Some(_) if core != ours || !operation.own_options.is_empty() => Work::Function,
        _ => Work::Method,
    }
}

fn operations_file(definition: &Definition) -> String {
    let methods: Vec<String> =
        definition.operations.iter().map(|operation| method(operation, definition)).collect();
    let code = methods.join("\n");
    let options: Vec<&str> =
        definition.operations.iter().filter_map(|o| o.options.as_deref()).collect();
    let core = imported(&code, options.into_iter().chain(["Annotations", "Host", "LoginTarget"]));
    let nested = records::nested(definition);
    let nested = nested.iter().map(|record| format!("Given{}", record.name)).collect::<Vec<_>>();
    let config = imported(&code, nested.iter().map(String::as_str));
    let values = values_import(&code);
    let content = imported(&code, ["Given", "GivenFile"]);
    let manifest = imported(&code, ["GivenManifest"]);
    rendered(
        OPERATIONS,
        context! {
            notice => NOTICE,
            has_rows => definition.operations.iter().any(is_rows),
            has_paths => code.contains("PathBuf"),
            core,
            config,
            content,
            manifest,
            values,
            methods => code,
        },
    )
}

/// Functions of `values` are called by their path, because an option can have the same name.
fn values_import(code: &str) -> String {
    match imported(code, ["GivenReference"]).as_str() {
        "" => "values".to_owned(),
        name => format!("values::{{self, {name}}}"),
    }
}

/// The names that the code contains as words, as a list for `use`.
fn imported<'a>(code: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let mut names: Vec<&str> = names.into_iter().filter(|name| words.contains(name)).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

fn method(operation: &Operation, definition: &Definition) -> String {
    let (first, options) = parameters(operation, definition);
    let all: Vec<&Parameter> = first.iter().chain(&options).collect();
    let mut text = String::new();
    if !options.is_empty() {
        let names = |list: &[Parameter]| list.iter().map(|p| p.name.clone()).collect::<Vec<_>>();
        let signature =
            format!("({}, *, {})", names(&first).join(", "), names(&options).join(", "));
        // `rustfmt` leaves attributes as they are.
        let lines = wrapped(&format!("#[pyo3(signature = {signature})]"), 92).join("\n        ");
        text.push_str(&format!("{lines}\n"));
    }
    // The receiver and the token of the interpreter count too.
    if all.len() + 2 > 7 {
        text.push_str("#[allow(clippy::too_many_arguments)]\n");
    }
    let declared: Vec<String> = all.iter().map(|p| format!("{}: {}", p.name, p.native)).collect();
    let result = if is_rows(operation) { "Rows" } else { "Operation" };
    text.push_str(&format!(
        "fn {}(&self, py: Python<'_>, {}) -> PyResult<{result}> {{\n",
        operation.name,
        declared.join(", ")
    ));
    let (mut converted, mut later) = (String::new(), String::new());
    for argument in &operation.arguments {
        converted.push_str(&argument_value(&argument.name, &argument.kind));
    }
    let progress = options.iter().find(|option| option.kind == Kind::Progress);
    if let Some(option) = progress {
        converted.push_str(&format!("let (events, {0}) = Events::new({0});\n", option.name));
    }
    if let Some(name) = &operation.options {
        converted.push_str(&format!("let mut options = {name}::default();\n"));
        for field in &definition.record(name).fields {
            let (now, after) = assigned(field, &option(field, name, definition), name);
            converted.push_str(&now);
            // Files are digested in the work of the operation.
            later.push_str(&after);
        }
    }
    text.push_str(&converted);
    let events = if progress.is_some() { "events" } else { "None" };
    text.push_str(&started(operation, events, &later));
    text.push_str("}\n");
    text
}

fn is_rows(operation: &Operation) -> bool {
    matches!(operation.result, Kind::Rows { .. })
}

/// The statement that converts an argument.
fn argument_value(name: &str, kind: &Kind) -> String {
    match kind {
        Kind::Reference => format!("let {name} = {name}.reference(py)?;\n"),
        Kind::Host => format!("let {name}: Host = values::parsed(py, &{name})?;\n"),
        Kind::LoginTarget => format!("let {name}: LoginTarget = values::parsed(py, &{name})?;\n"),
        Kind::List(kind) if **kind == Kind::Reference => format!(
            "let {name} = {name}.into_iter().map(|one| one.reference(py)).collect::<PyResult<Vec<_>>>()?;\n"
        ),
        Kind::Credential => format!("let {name} = or_raised(py, {name}.credential())?;\n"),
        _ => String::new(),
    }
}

/// The statements that set an option: before the work starts, and in the work.
fn assigned(field: &Field, option: &Parameter, of: &str) -> (String, String) {
    let n = &field.name;
    let now = |value: &str| (format!("options.{n} = {value};\n"), String::new());
    let if_given = |value: &str| {
        (format!("if let Some({n}) = {n} {{ options.{n} = {value}; }}\n"), String::new())
    };
    let is_optional = field.kind.is_optional();
    match field.kind.required() {
        Kind::Bool | Kind::Annotations | Kind::Progress => now(n),
        Kind::Path if !is_optional => now(n),
        Kind::Count | Kind::Number | Kind::Text | Kind::Path if is_optional => now(n),
        Kind::Count | Kind::Number | Kind::Text => if_given(n),
        Kind::SmallNumber if is_optional => {
            now(&format!("{n}.map(|{n}| u32::try_from({n}).unwrap_or(u32::MAX))"))
        }
        Kind::SmallNumber => if_given(&format!("u32::try_from({n}).unwrap_or(u32::MAX)")),
        Kind::Duration if is_optional => now(&format!("{n}.map(values::duration)")),
        Kind::Duration => if_given(&format!("values::duration({n})")),
        Kind::Reference => now(&format!("{n}.map(|{n}| {n}.reference(py)).transpose()?")),
        Kind::Platform => now(&format!("{n}.map(|{n}| values::parsed(py, &{n})).transpose()?")),
        Kind::Enumeration(_) if is_optional => {
            now(&format!("{n}.map(|{n}| values::parsed(py, &{n})).transpose()?"))
        }
        // Without a default in Python, that of the core stays.
        Kind::Enumeration(_) if option.native.starts_with("Option<") => {
            if_given(&format!("values::parsed(py, &{n})?"))
        }
        Kind::Enumeration(_) => now(&format!("values::parsed(py, &{n})?")),
        Kind::Record(_) => now(&format!("{n}.value(py)?")),
        Kind::Client => {
            now(&format!("{n}.map(|{n}| {n}.get().open(py)).transpose()?.map(|opened| opened.1)"))
        }
        Kind::List(kind) if **kind == Kind::Text => now(n),
        Kind::List(kind) if **kind == Kind::ResolveOverride => now(&format!(
            "{n}.iter().map(|text| values::parsed(py, text)).collect::<PyResult<_>>()?"
        )),
        Kind::List(kind) if **kind == Kind::File => (
            String::new(),
            format!("for file in {n} {{\noptions.{n}.push(file.into_file().await?);\n}}\n"),
        ),
        Kind::File => (
            String::new(),
            format!(
                "if let Some(file) = {n} {{\noptions.{n} = Some(file.into_file().await?);\n}}\n"
            ),
        ),
        kind => panic!("the native module of Python has no form of {of}.{n}: {kind:?}"),
    }
}

/// The statements that start the operation.
fn started(operation: &Operation, events: &str, later: &str) -> String {
    let name = &operation.name;
    let mut values: Vec<String> = Vec::new();
    let by_hand = !matches!(work(operation), Work::Method);
    for argument in &operation.arguments {
        let by_value = by_hand || argument.kind == Kind::Credential;
        values.push(format!("{}{}", if by_value { "" } else { "&" }, argument.name));
    }
    if operation.options.is_some() {
        values.push("options".to_owned());
    }
    values.extend(operation.own_options.iter().map(|field| field.name.clone()));
    let values = values.join(", ");
    match work(operation) {
        Work::Stream => format!(
            "let (runtime, client) = self.open(py)?;\n\
             Ok(blob::{name}(&runtime, client, {events}, {values}))\n"
        ),
        Work::Function => {
            format!("self.start(py, {events}, |client| manifest::{name}(client, {values}))\n")
        }
        Work::Method if is_rows(operation) => {
            format!("self.rows(py, |client| client.{name}({values}))\n")
        }
        Work::Method => format!(
            "self.start(py, {events}, |client| async move {{\n{later}client.{name}({values}).await\n}})\n"
        ),
    }
}

fn config_file(definition: &Definition) -> String {
    let mut code = String::new();
    let mut records = records::nested(definition);
    records.push(definition.record("ClientConfig"));
    for record in &records {
        code.push('\n');
        code.push_str(&given(record, definition));
    }
    let core = records.iter().map(|record| record.name.as_str()).chain(["Annotations"]);
    let core = imported(&code, core);
    let values = values_import(&code);
    let std = if code.contains("PathBuf") { "use std::path::PathBuf;\n\n" } else { "" };
    format!(
        "// {NOTICE}\n\n\
         //! The configuration of a client and other nested options, read from the dicts that the\n\
         //! Python classes make. `None` keeps the default of the core.\n\n\
         {std}use ocigraph::{{{}}};\nuse pyo3::prelude::*;\n\n\
         use crate::{{credential::GivenCredentials, error::or_raised, {values}}};\n{code}",
        core
    )
}

fn given(record: &Record, definition: &Definition) -> String {
    let name = &record.name;
    let (mut fields, mut set) = (String::new(), String::new());
    for field in &record.fields {
        let option = option(field, name, definition);
        // A field of nested options may be absent.
        let is_given = records::nested(definition).iter().any(|nested| nested.name == *name)
            && !option.native.starts_with("Option<");
        let native = match is_given {
            true => format!("Option<{}>", option.native),
            false => option.native.clone(),
        };
        fields.push_str(&format!("{}: {native},\n", field.name));
        let n = &field.name;
        if field.kind == Kind::Credentials {
            set.push_str(&format!("options.{n} = or_raised(py, self.{n}.credentials())?;\n"));
            continue;
        }
        let (mut now, later) = match &field.kind {
            Kind::Headers => (format!("options.{n} = {n};\n"), String::new()),
            _ => assigned(field, &option, name),
        };
        assert!(later.is_empty(), "{name}.{n} cannot be a nested option");
        if is_given {
            now = format!("if let Some({n}) = {n} {{ {now} }}\n");
        }
        set.push_str(&now);
    }
    let names: Vec<&str> = record
        .fields
        .iter()
        .filter(|field| field.kind != Kind::Credentials)
        .map(|field| field.name.as_str())
        .collect();
    let rest = if names.len() == record.fields.len() { "" } else { ", .." };
    let set = set.replace("self.credentials", "credentials");
    let names = match rest {
        "" => names.join(", "),
        _ => record.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", "),
    };
    let py = if set.contains("py") { "py" } else { "_py" };
    format!(
        "/// The fields of `{name}`.\n#[derive(FromPyObject)]\n#[pyo3(from_item_all)]\n\
         pub(crate) struct Given{name} {{\n{fields}}}\n\n\
         impl Given{name} {{\npub(crate) fn value(self, {py}: Python<'_>) -> PyResult<{name}> {{\n\
         let Self {{ {names} }} = self;\n\
         let mut options = {name}::default();\n{set}Ok(options)\n}}\n}}\n"
    )
}

fn results_file(definition: &Definition) -> String {
    let mut code = String::new();
    let mut names: Vec<&str> = Vec::new();
    let results = records::results(definition);
    for record in &results {
        names.push(&record.name);
        code.push_str(&plain(record));
        code.push('\n');
    }
    let words: Vec<&str> = records::enumerations(definition)
        .iter()
        .filter(|e| {
            let fields = results.iter().flat_map(|record| &record.fields);
            fields.filter_map(|field| field.kind.named()).any(|name| name == e.name)
        })
        .map(|enumeration| enumeration.name.as_str())
        .collect();
    for name in &words {
        names.push(name);
        code.push_str(&format!(
            "impl IntoPlain for {name} {{\n\
             fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {{\n\
             self.name().into_plain(py)\n}}\n}}\n\n"
        ));
    }
    names.extend(["StoredIn"]);
    format!(
        "// {NOTICE}\n\n\
         //! The results of operations as plain Python values: a dict with the fields of each.\n\n\
         use ocigraph::{{{}}};\nuse pyo3::{{prelude::*, types::PyDict}};\n\n\
         use crate::values::IntoPlain;\n\n{}\n",
        imported(&code, names),
        code.trim_end()
    )
}

fn plain(record: &Record) -> String {
    let name = &record.name;
    let mut set = String::new();
    // A computed field may borrow others.
    for field in record.fields.iter().filter(|field| field.computed.is_some()) {
        let computed = field.computed.as_deref().unwrap_or_default();
        set.push_str(&format!("dict.set_item(\"{}\", {computed})?;\n", field.name));
    }
    let own: Vec<&Field> = record.fields.iter().filter(|field| field.computed.is_none()).collect();
    for Field { name, kind, .. } in &own {
        if *kind == Kind::Error {
            set.push_str(&format!("dict.set_item(\"code\", {name}.code().name())?;\n"));
            set.push_str(&format!("dict.set_item(\"{name}\", {name}.to_string())?;\n"));
        } else {
            set.push_str(&format!("dict.set_item(\"{name}\", {name}.into_plain(py)?)?;\n"));
        }
    }
    let names: Vec<&str> = own.iter().map(|field| field.name.as_str()).collect();
    format!(
        "impl IntoPlain for {name} {{\n\
         fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {{\n\
         let Self {{ {}, .. }} = self;\nlet dict = PyDict::new(py);\n{set}Ok(dict.into_any())\n}}\n}}\n",
        names.join(", ")
    )
}

fn stub_file(definition: &Definition) -> String {
    let methods: String = definition
        .operations
        .iter()
        .map(|operation| {
            let (first, options) = parameters(operation, definition);
            let declared = |p: &Parameter| format!("{}: {}", p.name, p.stub);
            let mut items = vec!["self".to_owned()];
            items.extend(first.iter().map(declared));
            if !options.is_empty() {
                items.push("*".to_owned());
                items.extend(options.iter().map(declared));
            }
            let tail = match is_rows(operation) {
                true => " -> Rows: ...".to_owned(),
                false => format!(" -> Operation[{}]: ...", stub_result(operation)),
            };
            bracketed(&format!("def {}", operation.name), &items, &tail, 4)
        })
        .collect();
    rendered(STUB, context! { notice => NOTICE, methods })
}

fn stub_result(operation: &Operation) -> String {
    match &operation.result {
        Kind::Nothing => "None".to_owned(),
        Kind::Graph => "Graph".to_owned(),
        Kind::Manifest => "tuple[_Json, bytes]".to_owned(),
        Kind::Stream => "tuple[_Json, BlobStream]".to_owned(),
        Kind::List(kind) if **kind == Kind::Text => "list[str]".to_owned(),
        Kind::List(_) => "list[_Json]".to_owned(),
        _ => "_Json".to_owned(),
    }
}
