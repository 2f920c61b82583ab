//! Both clients: `_sync` for threads and `_async` for event loops, one file for each group of
//! operations.

use minijinja::context;

use super::{
    awaited::awaited,
    dialect::{Docstring, Python, exception},
    kinds::{Parameter, option, parameters},
    layout::{bracketed, import, imports},
    records, rendered,
};
use crate::{
    definition::{Definition, Field, Kind, Operation},
    docs::Doc,
    emit::{NOTICE, Output},
};

const BASE: &str = include_str!("../../templates/python/base.py");
const CLIENT: &str = include_str!("../../templates/python/client.py");

/// A file of operations: the group, the name of the file, the class and its description.
const GROUPS: &[(&str, &str, &str, &str)] = &[
    ("artifact", "operation", "ArtifactOperations", "Operations on artifacts and their graphs"),
    ("tag", "tag", "TagOperations", "Operations on tags, and listings"),
    ("manifest", "manifest", "ManifestOperations", "Operations on single manifests"),
    ("blob", "blob", "BlobOperations", "Operations on single blobs"),
];

/// The group whose operations are in the class of the client itself.
const CLIENT_GROUP: &str = "registry";

/// The names of the client for event loops that differ, with those of the other client.
const ASYNC_NAMES: &[(&str, &str)] = &[
    ("Content", "AsyncContent"),
    ("Credentials", "AsyncCredentials"),
    ("Blob", "AsyncBlob"),
    ("Client | None", "AsyncClient | None"),
];

/// A client: for threads, or for event loops.
#[derive(Clone, Copy, PartialEq)]
struct Form {
    is_async: bool,
}

impl Form {
    fn folder(self) -> &'static str {
        if self.is_async { "_async" } else { "_sync" }
    }

    /// A type as this client has it.
    fn annotation(self, annotation: &str) -> String {
        if let (true, Some(rest)) = (self.is_async, annotation.strip_prefix("Rows[")) {
            return format!("AsyncRows[{rest}");
        }
        let other = ASYNC_NAMES.iter().find(|(name, _)| self.is_async && *name == annotation);
        other.map_or(annotation, |(_, name)| name).to_owned()
    }

    fn declared(self, parameter: &Parameter) -> String {
        let default = parameter.default.iter().map(|default| format!(" = {default}"));
        let annotation = self.annotation(&parameter.annotation);
        format!("{}: {annotation}{}", parameter.name, default.collect::<String>())
    }

    /// A check, which waits for content in an event loop.
    fn passed(self, parameter: &Parameter) -> String {
        match parameter.passed.split_once('(') {
            Some((check @ ("given_content" | "given_file" | "given_files"), rest))
                if self.is_async =>
            {
                format!("await {check}_async({rest}")
            }
            _ => parameter.passed.clone(),
        }
    }

    fn example(self, example: &str, definition: &Definition) -> String {
        if !self.is_async {
            return example.to_owned();
        }
        let rows = definition.operations.iter().filter(|o| matches!(o.result, Kind::Rows { .. }));
        awaited(example, &rows.map(|operation| operation.name.as_str()).collect::<Vec<_>>())
    }
}

pub(super) fn files(definition: &Definition) -> Vec<Output> {
    let known: Vec<&str> = GROUPS.iter().map(|group| group.0).chain([CLIENT_GROUP]).collect();
    for operation in &definition.operations {
        assert!(
            known.contains(&operation.group.as_str()),
            "Python has no file for the group {} of {}",
            operation.group,
            operation.name
        );
    }
    let mut files = Vec::new();
    for form in [Form { is_async: false }, Form { is_async: true }] {
        let path = |file: &str| format!("python/src/ocigraph/{}/{file}.py", form.folder());
        let about =
            if form.is_async { "The client for event loops." } else { "The client for threads." };
        files.push(Output::new(&path("__init__"), format!("# {NOTICE}\n\"\"\"{about}\"\"\"\n")));
        let base = rendered(BASE, context! { notice => NOTICE, is_async => form.is_async });
        files.push(Output::new(&path("base"), base));
        for (group, file, class, about) in GROUPS {
            let text = group_file(definition, group, class, about, form);
            files.push(Output::new(&path(file), text));
        }
        files.push(Output::new(&path("client"), client_file(definition, form)));
    }
    files
}

fn group_file(
    definition: &Definition,
    group: &str,
    class: &str,
    about: &str,
    form: Form,
) -> String {
    let code = methods(definition, group, form);
    let of_group = definition.operations.iter().filter(|operation| operation.group == group);
    let has_client = of_group
        .flat_map(|operation| definition.options_of(operation))
        .any(|field| *field.kind.required() == Kind::Client);
    // The client is a subclass of this class, so that only checkers of types can import it.
    let (typed, client) = match has_client {
        true => {
            let client = if form.is_async { "AsyncClient" } else { "Client" };
            ("TYPE_CHECKING", format!("\nif TYPE_CHECKING:\n    from .client import {client}\n"))
        }
        false => ("", String::new()),
    };
    let imports = imports(&format!("{code}{typed}"), &records::modules(definition), "..");
    format!(
        "# {NOTICE}\n\"\"\"{about}.\"\"\"\n\nfrom __future__ import annotations\n\n{imports}\
         from .base import Base\n{client}\n\nclass {class}(Base):\n    \"\"\"{about}.\"\"\"\n\n{code}"
    )
}

fn client_file(definition: &Definition, form: Form) -> String {
    let name = if form.is_async { "AsyncClient" } else { "Client" };
    let dialect = Python(definition);
    let record = definition.record("ClientConfig");
    let options: Vec<Parameter> =
        record.fields.iter().map(|field| option(field, &record.name, definition)).collect();
    let mut items = vec!["self".to_owned(), "*".to_owned()];
    items.extend(options.iter().map(|option| form.declared(option)));
    let start = bracketed("def __init__", &items, " -> None:", 4);
    let given: Vec<String> = options.iter().map(|o| format!("{}={}", o.name, o.checked)).collect();
    let configuration = bracketed("configuration = Configuration", &given, "", 8);
    let about = vec![
        "Pushes, pulls, discovers, copies, verifies and deletes graphs of artifacts in registries and image layouts."
            .to_owned(),
        format!(
            "A client can be shared between {}. It reuses connections and remembers the capabilities of each registry \
             until it is closed or garbage-collected. A pickled client contains only its configuration.",
            if form.is_async { "tasks" } else { "threads" }
        ),
    ];
    let example = record.examples.get("python").map_or("", String::as_str);
    let docstring = Docstring::new(&about, 4)
        .section("Args", &entries(&options, &dialect))
        .section(
            "Raises",
            &["InvalidArgumentError: a value is invalid, or a file cannot be used.".into()],
        )
        .example(&form.example(example, definition))
        .end();
    let code = format!(
        "{start}{configuration}        self._open(configuration)\n\n{}",
        methods(definition, CLIENT_GROUP, form)
    );
    let mut modules = records::modules(definition);
    modules.push(("_configuration", vec!["Configuration".to_owned()]));
    let modules = records::merged(modules);
    let bases: Vec<String> = GROUPS.iter().map(|group| group.2.to_owned()).collect();
    let mut own: Vec<(&str, &str)> = GROUPS.iter().map(|group| (group.1, group.2)).collect();
    own.sort_unstable();
    let own: String = own
        .iter()
        .map(|(file, class)| import(&format!(".{file}"), &[(*class).to_owned()]))
        .collect();
    rendered(
        CLIENT,
        context! {
            notice => NOTICE,
            imports => imports(&code, &modules, "..") + &own,
            class => bracketed(&format!("class {name}"), &bases, ":", 0),
            about => if form.is_async { "The client for event loops" } else { "The client for threads" },
            docstring => format!("    {}", docstring.trim_start()),
            code,
        },
    )
}

/// The methods of a group, with an empty line between them.
fn methods(definition: &Definition, group: &str, form: Form) -> String {
    let operations = definition.operations.iter().filter(|operation| operation.group == group);
    operations.map(|o| method(o, definition, form)).collect::<Vec<_>>().join("\n")
}

fn method(operation: &Operation, definition: &Definition, form: Form) -> String {
    let (first, options) = parameters(operation, definition);
    let mut items = vec!["self".to_owned()];
    items.extend(first.iter().map(|parameter| form.declared(parameter)));
    if !options.is_empty() {
        items.push("*".to_owned());
        items.extend(options.iter().map(|parameter| form.declared(parameter)));
    }
    let result = form.annotation(&annotation(operation));
    let rows = match &operation.result {
        Kind::Rows { row, summary } => Some((row, summary)),
        _ => None,
    };
    // An iterator is not awaited.
    let def = if form.is_async && rows.is_none() { "async def" } else { "def" };
    let mut text =
        bracketed(&format!("{def} {}", operation.name), &items, &format!(" -> {result}:"), 4);
    text.push_str(&docstring(operation, &first, &options, definition, form));
    text.push_str("        sync_log_level()\n");
    if form.is_async && rows.is_none() {
        text.push_str("        self._callback.use_running_loop()\n");
    }
    let mut given: Vec<String> = first.iter().map(|parameter| form.passed(parameter)).collect();
    given.extend(options.iter().map(|option| format!("{}={}", option.name, form.passed(option))));
    let native = rows.map_or("operation", |_| "rows");
    let native = format!("{native} = self._native.{}", operation.name);
    text.push_str(&bracketed(&native, &given, "", 8));
    if let Some((row, summary)) = rows {
        let (class, before) = match form.is_async {
            true => ("AsyncRows", ", self._callback.use_running_loop"),
            false => ("Rows", ""),
        };
        text.push_str(&format!("        return {class}(rows, {row}._of, {summary}._of{before})\n"));
        return text;
    }
    let progress = options.iter().any(|option| option.kind == Kind::Progress);
    let run = format!(
        "{}(operation{})",
        if form.is_async { "await run_async" } else { "run" },
        if progress { ", progress" } else { "" }
    );
    text.push_str(&returned(operation, &run, progress, form));
    text
}

/// The kind of the result. A pushed blob is described as those of a push are.
fn kind(operation: &Operation) -> Kind {
    match &operation.result {
        Kind::Enumeration(name) if operation.by_hand && name == "Outcome" => {
            Kind::Record("PushedBlob".to_owned())
        }
        kind => kind.clone(),
    }
}

fn annotation(operation: &Operation) -> String {
    match kind(operation) {
        Kind::Nothing => "None".to_owned(),
        Kind::Record(name) => name,
        Kind::Descriptor => "Descriptor".to_owned(),
        Kind::Manifest => "Manifest".to_owned(),
        Kind::Graph => "Graph".to_owned(),
        Kind::Stream => "Blob".to_owned(),
        Kind::Rows { row, summary } => format!("Rows[{row}, {summary}]"),
        Kind::List(kind) => match *kind {
            Kind::Text => "list[str]".to_owned(),
            Kind::Record(name) => format!("list[{name}]"),
            kind => unsupported(operation, &kind),
        },
        kind => unsupported(operation, &kind),
    }
}

fn unsupported(operation: &Operation, kind: &Kind) -> ! {
    panic!("Python has no form of the result of {}: {kind:?}", operation.name)
}

/// The lines that wait for the operation and convert its result.
fn returned(operation: &Operation, run: &str, progress: bool, form: Form) -> String {
    match kind(operation) {
        Kind::Nothing => format!("        {run}\n"),
        Kind::Graph => {
            let reference = &operation.arguments[0].name;
            format!("        return Graph({run}, *named({reference}))\n")
        }
        Kind::Stream => {
            let blob = form.annotation("Blob");
            let progress = if progress { "progress" } else { "None" };
            format!(
                "        descriptor, stream = {run}\n        \
                 return {blob}(Descriptor._of(descriptor), Source(stream, {progress}, self._configuration))\n"
            )
        }
        Kind::List(kind) => match *kind {
            Kind::Record(name) => format!("        return [{name}._of(item) for item in {run}]\n"),
            _ => format!("        return {run}\n"),
        },
        _ => format!("        return {}._of({run})\n", annotation(operation)),
    }
}

fn docstring(
    operation: &Operation,
    first: &[Parameter],
    options: &[Parameter],
    definition: &Definition,
    form: Form,
) -> String {
    let dialect = Python(definition);
    let mut raises = Vec::new();
    for case in &operation.errors {
        let condition = case.condition.without_prefix("if ").unwrap_or(case.condition.clone());
        for code in &case.codes {
            raises.push(format!("{}: {}.", exception(code), dialect.line(&condition)));
        }
    }
    let mut about = dialect.paragraphs(&operation.doc);
    let remarks = dialect.line(&operation.remarks);
    if !remarks.is_empty() {
        about.push(remarks);
    }
    let mut args = entries(first, &dialect);
    args.extend(entries(options, &dialect));
    let mut text = Docstring::new(&about, 8).section("Args", &args);
    if let Kind::Rows { row, summary } = &operation.result {
        let class = form.annotation("Rows[").trim_end_matches('[').to_owned();
        let result = format!(
            "The rows as `{class}` of `{row}`, with a `{summary}` as their ``summary``. Requests are made \
             while a row is waited for, which raises their errors."
        );
        text = text.paragraph("Returns", &result);
    }
    if let Some(result) = result_text(operation, definition) {
        text = text.paragraph("Returns", &result);
    }
    let example = operation.examples.get("python").unwrap_or_else(|| {
        panic!("languages.toml has no examples.python of the operation {}", operation.name)
    });
    text.section("Raises", &raises).example(&form.example(example, definition)).end()
}

/// What the result has. Results of the package that have no fields of their own need no text.
fn result_text(operation: &Operation, definition: &Definition) -> Option<String> {
    let (start, name) = match kind(operation) {
        Kind::Record(name) if name.starts_with(['A', 'E', 'I', 'O', 'U']) => ("An", name),
        Kind::Record(name) => ("A", name),
        Kind::List(kind) => match *kind {
            Kind::Record(name) => ("A list of", name),
            _ => return None,
        },
        _ => return None,
    };
    let fields: Vec<String> = records::ordered(definition.record(&name))
        .iter()
        .map(|field: &&Field| format!("``{}``", field.name))
        .collect();
    let (last, others) = fields.split_last()?;
    let fields = match others {
        [] => last.clone(),
        others => format!("{} and {last}", others.join(", ")),
    };
    let link = if start == "A list of" { "items, each with" } else { "with" };
    Some(format!("{start} `{name}` {link} {fields}."))
}

/// The entries of the section `Args`.
fn entries(parameters: &[Parameter], dialect: &Python<'_>) -> Vec<String> {
    let entry = |parameter: &Parameter| {
        let doc: Doc = records::in_seconds(&parameter.kind, &parameter.doc).lower_first();
        let mut text = dialect.line(&doc);
        text.push_str(match &parameter.kind {
            Kind::Progress => " An exception that it raises cancels the operation.",
            Kind::List(kind) if **kind == Kind::File => {
                " One or several paths or `File` objects."
            }
            Kind::Credentials => {
                " ``\"stored\"`` uses those that ``docker login`` and similar tools stored, including \
                 credential helpers. ``\"anonymous\"`` uses none. A `Credential` is used for every \
                 registry. A function is called with the host and the repository."
            }
            _ => "",
        });
        format!("{}: {text}", parameter.name)
    };
    parameters.iter().map(entry).collect()
}
