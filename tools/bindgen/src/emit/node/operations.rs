//! The methods of the native client, one file for each group of operations.

use super::{
    Output, argument_name, has_files, has_progress, is_client, options_type, passed, unknown,
};
use crate::{
    definition::{Argument, Definition, Field, Kind, Operation},
    emit::{NOTICE, snake},
};

/// The groups, with their file and its comment. The operations that stream blobs are written by hand.
const GROUPS: [(&str, &str, &str); 5] = [
    ("artifact", "operation", "Operations on artifacts and their graphs."),
    ("manifest", "manifest", "Operations on single manifests."),
    ("blob", "blob_operation", "Operations on single blobs that transfer no content."),
    ("tag", "tag", "Operations on tags, and the lists of a repository."),
    ("registry", "registry", "Operations on whole registries, and on stored credentials."),
];

pub(super) fn files(definition: &Definition) -> Vec<Output> {
    for operation in definition.operations.iter().filter(|operation| !operation.by_hand) {
        let known = GROUPS.iter().any(|(group, ..)| *group == operation.group);
        assert!(known, "Node.js: no file for the group {} of {}", operation.group, operation.name);
    }
    let file = |(group, file, comment): &(&str, &str, &str)| {
        let operations = definition.operations.iter().filter(|o| !o.by_hand && o.group == *group);
        let methods: String = operations.map(|o| method(o, definition)).collect();
        let imports = imports(&methods);
        let text = format!(
            "// {NOTICE}\n\n//! {comment}\n\n{imports}\n#[napi]\nimpl Client {{\n{}}}\n",
            methods.trim_start()
        );
        Output::new(&format!("bindings/node/src/{file}.rs"), text)
    };
    GROUPS.iter().map(file).collect()
}

/// The imports of the names that the methods use.
fn imports(methods: &str) -> String {
    let used = |names: &[&str]| -> Vec<String> {
        let used = names.iter().filter(|name| {
            methods.match_indices(**name).any(|(at, _)| {
                let before = methods[..at].chars().next_back();
                let after = methods[at + name.len()..].chars().next();
                let part = |c: char| c.is_alphanumeric() || c == '_' || c == '"';
                !before.is_some_and(|c| part(c) || c == '.' || c == ':') && !after.is_some_and(part)
            })
        });
        used.map(|name| (*name).to_owned()).collect()
    };
    let list = |path: &str, names: Vec<String>| match names.as_slice() {
        [] => String::new(),
        [name] => format!("use {path}::{name};\n"),
        names => format!("use {path}::{{{}}};\n", names.join(", ")),
    };
    let mut napi = vec!["Env".to_owned()];
    match used(&["Buffer", "ClassInstance"]).as_slice() {
        [] => {}
        [name] => napi.push(format!("bindgen_prelude::{name}")),
        names => napi.push(format!("bindgen_prelude::{{{}}}", names.join(", "))),
    }
    let error = used(&["ErrorContext", "JsResult", "js_result", "json"]);
    let mut own = vec!["call::Call".to_owned(), "client::{Client, Started}".to_owned()];
    match used(&["BufferedContent", "file"]).as_slice() {
        [] => {}
        names => own.push(format!("content::{{{}}}", names.join(", "))),
    }
    if methods.contains("credential::") {
        own.push("credential".to_owned());
    }
    own.push(format!("error::{{{}}}", error.join(", ")));
    if methods.contains("Graph::") {
        own.push("graph::Graph".to_owned());
    }
    own.push("options::{self, read}".to_owned());
    if methods.contains("JsResult<Rows>") {
        own.push("rows::Rows".to_owned());
    }
    let std = if methods.contains("PathBuf") { "use std::path::PathBuf;\n\n" } else { "" };
    std.to_owned()
        + &list("napi", napi)
        + "use napi_derive::napi;\n"
        + &list(
            "ocigraph",
            used(&[
                "Bytes",
                "File",
                "Host",
                "LoginTarget",
                "Manifest",
                "Progress",
                "Reference",
                "ResolveOptions",
                "Result",
            ]),
        )
        + if methods.contains("json!(") { "use serde_json::json;\n" } else { "" }
        + "\n"
        + &list("crate", own)
}

fn method(operation: &Operation, definition: &Definition) -> String {
    let options = definition.options_of(operation);
    let mut text = String::new();
    if has_files(&options) {
        text.push_str(&check(operation, definition));
    }
    let parameters: String = operation.arguments.iter().map(parameter).collect();
    let clients = options.iter().filter(|field| is_client(field));
    let clients: String = clients
        .map(|field| format!("{}: Option<ClassInstance<'env, Client>>,\n", field.name))
        .collect();
    if let Kind::Rows { .. } = operation.result {
        let (converted, arguments) = arguments(operation, definition);
        let clients = clients.replace("'env", "'_");
        text.push_str(&format!(
            "\n/// Opens the rows of the operation. Sends no request.\n#[napi(catch_unwind)]\n\
             pub fn {name}(&self, {parameters}options: String,\n{clients}) -> JsResult<Rows> {{\n\
             self.rows({context}, |core| {{\n{converted}core.{name}({arguments})\n}})\n}}\n",
            name = operation.name,
            context = context(operation),
        ));
        return text;
    }
    let contents = match has_files(&options) {
        true => "contents: Vec<ClassInstance<'env, BufferedContent>>,\n",
        false => "",
    };
    text.push_str(&format!(
        "\n/// Starts the operation. Resolves to {}.\n#[napi(catch_unwind)]\n\
         pub fn {name}<'env>(\n&self,\nenv: &'env Env,\ncall: &Call,\n{parameters}options: String,\n\
         {contents}{clients}) -> Started<'env> {{\n\
         self.start(env, call, {context}, |core, _| {{\n{body}}})\n}}\n",
        resolved(operation),
        name = operation.name,
        context = context(operation),
        body = body(operation, definition),
    ));
    text
}

/// What the promise of an operation resolves to, for its comment.
fn resolved(operation: &Operation) -> &'static str {
    match &operation.result {
        Kind::Nothing => "nothing",
        Kind::Graph => "the graph",
        Kind::Manifest => "the descriptor as JSON, and the bytes",
        _ => "the result as JSON",
    }
}

/// The Rust name of an argument, which is that of JavaScript in snake case.
fn local(argument: &Argument) -> String {
    snake(&argument_name(&argument.name, &argument.kind))
}

fn parameter(argument: &Argument) -> String {
    let kind = match &argument.kind {
        Kind::Reference
        | Kind::Host
        | Kind::LoginTarget
        | Kind::Credential
        | Kind::Text
        | Kind::Path => "String",
        Kind::List(kind) if matches!(**kind, Kind::Text | Kind::Reference | Kind::Path) => {
            "Vec<String>"
        }
        Kind::Bytes => "&[u8]",
        kind => unknown("argument", &argument.name, kind),
    };
    format!("{}: {kind},\n", local(argument))
}

/// The operation and what it is called on, for errors.
fn context(operation: &Operation) -> String {
    let on: Vec<String> = operation
        .arguments
        .iter()
        .filter(|argument| {
            matches!(argument.kind, Kind::Reference | Kind::Host | Kind::LoginTarget)
        })
        .map(local)
        .collect();
    let title = &operation.title;
    match on.as_slice() {
        // Lists come first, and the place that they lead to follows.
        [] => match operation.arguments.as_slice() {
            [list, to, ..] => {
                let (list, to) = (local(list), local(to));
                format!(
                    "ErrorContext::new({title:?}, format!(\"{{}} to {{{to}}}\", {list}.join(\" \")))"
                )
            }
            [list] => format!("ErrorContext::new({title:?}, {}.join(\" \"))", local(list)),
            [] => panic!("Node.js: {} is called on nothing", operation.name),
        },
        [on] => format!("ErrorContext::new({title:?}, &{on})"),
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
            format!("ErrorContext::new({title:?}, format!({:?}))", names.join(" to "))
        }
    }
}

/// The method that checks the arguments before content is buffered.
fn check(operation: &Operation, definition: &Definition) -> String {
    let options = definition.options_of(operation);
    let parameters: String = operation.arguments.iter().map(parameter).collect();
    let parsed: String = operation
        .arguments
        .iter()
        .filter(|argument| argument.kind == Kind::Reference)
        .map(|argument| format!("{}.parse::<Reference>()?;\n", local(argument)))
        .collect();
    let progress = if has_progress(&options) { "Progress::default(), " } else { "" };
    format!(
        "\n/// Checks the arguments before the content of files is buffered. Returns the error, if any.\n\
         #[napi(catch_unwind)]\n\
         pub fn check_{name}(&self, {parameters}options: String) -> JsResult<()> {{\n\
         let check = || -> Result<()> {{\n{parsed}\
         let options = read::<options::{kind}>(&options)?;\n\
         options.into_core({progress}|_| Ok(File::path(\"\"))).map(drop)\n}};\n\
         js_result(check().map_err(|error| {context}.apply(error)))\n}}\n",
        name = operation.name,
        kind =
            options_type(operation).unwrap_or_else(|| panic!("{} has no options", operation.name)),
        context = context(operation),
    )
}

/// The statements that convert the arguments and the options, and the arguments of the core.
fn arguments(operation: &Operation, definition: &Definition) -> (String, String) {
    let mut text = String::new();
    let mut arguments = Vec::new();
    for argument in &operation.arguments {
        let name = local(argument);
        match &argument.kind {
            // A graph keeps the text of the reference as its name.
            Kind::Reference if operation.result == Kind::Graph => {
                text.push_str(&format!("let reference: Reference = {name}.parse()?;\n"));
                arguments.push("&reference".to_owned());
            }
            Kind::Reference => {
                text.push_str(&format!("let {name}: Reference = {name}.parse()?;\n"));
                arguments.push(format!("&{name}"));
            }
            Kind::Host => {
                text.push_str(&format!("let {name}: Host = {name}.parse()?;\n"));
                arguments.push(format!("&{name}"));
            }
            Kind::LoginTarget => {
                text.push_str(&format!("let {name}: LoginTarget = {name}.parse()?;\n"));
                arguments.push(format!("&{name}"));
            }
            Kind::Path => {
                text.push_str(&format!("let {name} = PathBuf::from({name});\n"));
                arguments.push(format!("&{name}"));
            }
            Kind::List(kind) if **kind == Kind::Reference => {
                text.push_str(&format!(
                    "let {name}: Vec<Reference> =\n\
                     {name}.iter().map(|text| text.parse()).collect::<Result<_>>()?;\n"
                ));
                arguments.push(format!("&{name}"));
            }
            Kind::List(kind) if **kind == Kind::Path => {
                text.push_str(&format!(
                    "let {name}: Vec<PathBuf> = {name}.into_iter().map(PathBuf::from).collect();\n"
                ));
                arguments.push(format!("&{name}"));
            }
            Kind::Credential => {
                text.push_str(&format!("let {name} = credential::parse(&{name})?;\n"));
                arguments.push(name);
            }
            _ => arguments.push(format!("&{name}")),
        }
    }
    text.push_str(&read_options(operation, definition));
    if operation.options.is_some() {
        arguments.push("options".to_owned());
    }
    (text, arguments.join(", "))
}

fn body(operation: &Operation, definition: &Definition) -> String {
    let (mut text, arguments) = arguments(operation, definition);
    let call = match operation.name.as_str() {
        // The core takes a parsed manifest: its media type and digest are found here.
        "push_manifest" => {
            return text
                + "let (bytes, algorithm) = (Bytes::copy_from_slice(manifest), target.algorithm()?);\n\
                   let manifest = Manifest::parse(bytes, options.media_type.as_deref(), algorithm)?;\n\
                   Ok(async move {\ncore.push_manifest(&target, &manifest).await?;\n\
                   Ok(json(&manifest.descriptor()))\n})\n";
        }
        // The core deletes a manifest that was fetched.
        "delete_manifest" => {
            return text
                + "Ok(async move {\n\
                   let manifest = core.fetch_manifest(&target, ResolveOptions::default()).await?;\n\
                   core.delete_manifest(&target, &manifest).await?;\n\
                   Ok(json(&manifest.descriptor()))\n})\n";
        }
        name => format!("core.{name}({arguments}).await"),
    };
    text.push_str("Ok(async move {");
    text.push_str(&match &operation.result {
        Kind::Nothing => call,
        Kind::Descriptor | Kind::Record(_) => format!("Ok(json(&{call}?))"),
        Kind::List(kind) if matches!(**kind, Kind::Record(_) | Kind::Descriptor) => {
            format!("Ok(json({call}?.as_slice()))")
        }
        Kind::List(kind) if **kind == Kind::Text => format!("Ok(json!({call}?).to_string())"),
        Kind::Graph => {
            format!("let graph = {call}?;\nOk(Graph::new(graph, target, &reference))")
        }
        Kind::Manifest => format!(
            "let manifest = {call}?;\nlet bytes = Buffer::from(manifest.bytes().to_vec());\n\
             Ok((json(&manifest.descriptor()), bytes))"
        ),
        kind => unknown("result of", &operation.name, kind),
    });
    text.push_str("})\n");
    text
}

fn read_options(operation: &Operation, definition: &Definition) -> String {
    let all = definition.options_of(operation);
    let Some(kind) = options_type(operation).filter(|_| !passed(&all).is_empty()) else {
        return "read::<options::NoOptions>(&options)?;\n".to_owned();
    };
    if !operation.own_options.is_empty() {
        return format!("let options = read::<options::{kind}>(&options)?;\n");
    }
    let mut arguments = Vec::new();
    if has_progress(&all) {
        arguments.push("call.progress()");
    }
    if has_files(&all) {
        arguments.push("|described| file(described, &contents)");
    }
    let clients: Vec<&&Field> = all.iter().filter(|field| is_client(field)).collect();
    let set = clients.iter().map(|Field { name, .. }| {
        format!("options.{name} = {name}.map(|client| client.shared()).transpose()?;\n")
    });
    format!(
        "let {}options = read::<options::{kind}>(&options)?.into_core({})?;\n{}",
        if clients.is_empty() { "" } else { "mut " },
        arguments.join(", "),
        set.collect::<String>(),
    )
}
