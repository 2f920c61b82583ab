//! `node/lib/client.js`: the class `Client`, whose methods check their arguments and call the native
//! operation of the same name.

use super::{
    Output, argument_name, has_files, has_progress, is_client, is_file, rendered, unknown,
};
use crate::{
    definition::{Argument, Definition, Field, Kind, Operation},
    emit::{NOTICE, camel, pascal},
};

const TEMPLATE: &str = include_str!("../../templates/node/client.js");

pub(super) fn file(definition: &Definition) -> Output {
    let operations = definition.operations.iter().filter(|operation| !operation.by_hand);
    let methods: Vec<String> = operations.map(|o| method(o, definition)).collect();
    let client: Vec<&Field> = definition.record("ClientConfig").fields.iter().collect();
    let values = minijinja::context! {
        notice => NOTICE,
        client_paths => names(&client, |kind| *kind == Kind::Path),
        methods => methods.join("\n"),
    };
    Output::new("node/lib/client.js", rendered(TEMPLATE, values))
}

/// The names of the options of a kind as an array of JavaScript: `['authFile', 'caFile']`.
fn names(options: &[&Field], wanted: impl Fn(&Kind) -> bool) -> String {
    let names = options.iter().filter(|field| wanted(field.kind.required()));
    let names: Vec<String> = names.map(|field| format!("'{}'", camel(&field.name))).collect();
    format!("[{}]", names.join(", "))
}

fn method(operation: &Operation, definition: &Definition) -> String {
    let name = camel(&operation.name);
    let options = definition.options_of(operation);
    let parameters: Vec<String> =
        operation.arguments.iter().map(|a| argument_name(&a.name, &a.kind)).collect();
    let arguments: Vec<String> = operation.arguments.iter().map(checked).collect();
    let rows = matches!(operation.result, Kind::Rows { .. });
    let start = if rows { "" } else { "async " };
    let mut lines = vec![format!("  {start}{name}({}, options) {{", parameters.join(", "))];
    let mut line = |text: String| lines.push(format!("    {text}"));
    line(format!("Client.#check(this, '{name}');"));
    let arguments = format!("const args = [{}];", arguments.join(", "));
    if has_files(&options) {
        let lists = names(&options, |kind| matches!(kind, Kind::List(_)) && is_file(kind));
        let single = names(&options, |kind| *kind == Kind::File);
        line(format!("const given = takeFiles(options, {lists}, {single});"));
        line("try {".to_owned());
        line(format!("  {arguments}"));
        line(format!(
            "  const check = (rest) => this.#native.check{}(...args, rest);",
            pascal(&operation.name)
        ));
        line(format!(
            "  const begin = (call, rest, contents) => this.#native.{name}(call, ...args, rest, contents);"
        ));
        line(format!(
            "  return await this.#transferFiles('{}', args[0], given, check, begin);",
            operation.title
        ));
        line("} finally {".to_owned());
        line("  given.files.release();".to_owned());
        line("}".to_owned());
    } else {
        let clients: Vec<String> = options
            .iter()
            .filter(|field| is_client(field))
            .map(|field| camel(&field.name))
            .collect();
        let paths = names(&options, |kind| *kind == Kind::Path);
        let given = if !clients.is_empty() {
            let own = if paths == "[]" { "all" } else { "own" };
            line(format!("const {{ {}, ...{own} }} = plain(options);", clients.join(", ")));
            if own == "own" {
                line(format!("const all = withPaths(own, {paths});"));
            }
            "all".to_owned()
        } else if paths == "[]" {
            "options".to_owned()
        } else {
            line(format!("const all = withPaths(options, {paths});"));
            "all".to_owned()
        };
        line(arguments);
        if rows {
            let (mut others, mut kept) = (String::new(), "this".to_owned());
            if !clients.is_empty() {
                let natives = clients.iter().map(|name| format!("Client.#other({name}, '{name}')"));
                line(format!("const others = [{}];", natives.collect::<Vec<_>>().join(", ")));
                others.push_str(", ...others");
                kept = format!("[this, {}]", clients.join(", "));
            }
            line(format!("const open = (rest) => this.#native.{name}(...args, rest{others});"));
            line(format!("return new Rows({given}, open, {kept});"));
            lines.push("  }\n".to_owned());
            return lines.join("\n");
        }
        if clients.is_empty() {
            line(format!(
                "const begin = (call, rest) => this.#native.{name}(call, ...args, rest);"
            ));
        } else {
            let natives = clients.iter().map(|name| format!("Client.#other({name}, '{name}')"));
            line(format!("const others = [{}];", natives.collect::<Vec<_>>().join(", ")));
            line(format!(
                "const begin = (call, rest) => this.#native.{name}(call, ...args, rest, ...others);"
            ));
        }
        let perform = match has_progress(&options) {
            true => format!("perform({given}, begin, {{ progress: true }})"),
            false => format!("perform({given}, begin)"),
        };
        let perform = match clients.as_slice() {
            [] => perform,
            clients => format!("Client.#keeping([{}], {perform})", clients.join(", ")),
        };
        match &operation.result {
            Kind::Nothing => line(format!("await {perform};")),
            Kind::Graph => line(format!("return new Graph(await {perform});")),
            Kind::Manifest => {
                line(format!("const [descriptor, bytes] = await {perform};"));
                line("return { descriptor: JSON.parse(descriptor), bytes };".to_owned());
            }
            Kind::Descriptor | Kind::Record(_) | Kind::List(_) => {
                line(format!("return JSON.parse(await {perform});"));
            }
            kind => unknown("result of", &operation.name, kind),
        }
    }
    lines.push("  }\n".to_owned());
    lines.join("\n")
}

/// The expression that checks an argument.
fn checked(argument: &Argument) -> String {
    let name = argument_name(&argument.name, &argument.kind);
    match &argument.kind {
        Kind::Reference | Kind::Host | Kind::LoginTarget | Kind::Text => {
            format!("text({name}, '{name}')")
        }
        Kind::List(kind) if matches!(**kind, Kind::Text | Kind::Reference) => {
            format!("texts({name}, '{name}')")
        }
        Kind::Path => format!("toPath({name}, '{name}')"),
        Kind::List(kind) if **kind == Kind::Path => format!("toPaths({name}, '{name}')"),
        Kind::Bytes => format!("toBytes({name}, '{name}')"),
        Kind::Credential => format!("toCredential({name})"),
        kind => unknown("argument", &argument.name, kind),
    }
}
