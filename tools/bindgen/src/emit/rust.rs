//! The methods of the core's client: `core/src/client/operations.rs`.
//!
//! An operation is a function over a store in `core/src/operation`. The method of the client opens
//! the store of the reference and runs the function.

use super::{NOTICE, Output, pascal};
use crate::{
    definition::{Definition, Function, Operation},
    docs::wrapped,
    table::Action,
};

pub(crate) fn files(definition: &Definition) -> Vec<Output> {
    let mut methods = String::new();
    let mut modules = Vec::new();
    for operation in &definition.operations {
        let Some(function) = &operation.function else { continue };
        if !modules.contains(&function.module) {
            modules.push(function.module.clone());
        }
        methods.push('\n');
        methods.push_str(&method(operation, function));
    }
    modules.sort();
    let text = format!(
        "// {NOTICE}\n\n\
         //! One method of the client for each operation.\n\n\
         use std::sync::Arc;\n\n\
         use ocigraph_types::{{Descriptor, Graph, Manifest, Reference, Result}};\n\n\
         use super::{{Client, DELETE, PUSH}};\n\
         #[cfg(doc)]\nuse crate::Code;\n\
         use crate::{{\n    content::{{progress::Outcome, source::{{ByteStream, Source}}}},\n    \
         operation::{{self, {}}},\n}};\n\n\
         impl Client {{{}}}\n",
        modules.iter().map(|m| import(m, definition)).collect::<Vec<_>>().join(", "),
        methods.trim_start_matches('\n').lines().fold(String::from("\n"), |mut text, line| {
            if !line.is_empty() {
                text.push_str("    ");
            }
            text.push_str(line);
            text.push('\n');
            text
        }),
    );
    vec![Output::new("core/src/client/operations.rs", text)]
}

/// `push::{self, PushOptions, PushResult}`.
fn import(module: &str, definition: &Definition) -> String {
    let mut types = vec!["self".to_owned()];
    for operation in &definition.operations {
        let Some(function) = operation.function.as_ref().filter(|f| f.module == module) else {
            continue;
        };
        let named = [operation.options.as_deref(), operation.result.named()];
        // A result such as `PushResult` can be that of another operation.
        let is_foreign = |name: &str| {
            let modules =
                definition.operations.iter().filter_map(|o| Some(&o.function.as_ref()?.module));
            modules.into_iter().any(|other| other != module && name.starts_with(&pascal(other)))
        };
        let own = |name: &&str| *name != "Outcome" && mentions(function, name) && !is_foreign(name);
        for name in named.into_iter().flatten().filter(own) {
            if !types.iter().any(|t| t == name) {
                types.push(name.to_owned());
            }
        }
    }
    types[1..].sort();
    match types.as_slice() {
        [_] => module.to_owned(),
        _ => format!("{module}::{{{}}}", types.join(", ")),
    }
}

fn mentions(function: &Function, name: &str) -> bool {
    function.result.contains(name)
        || function.parameters.iter().any(|(_, kind)| kind.contains(name))
}

fn method(operation: &Operation, function: &Function) -> String {
    let mut text = String::new();
    for line in reflowed(&function.comment) {
        text.push_str(&line);
        text.push('\n');
    }
    let mut parameters = vec!["&self".to_owned()];
    let mut arguments = vec![if function.shared_store { "store" } else { "&*store" }.to_owned()];
    for (name, kind) in &function.parameters {
        let kind = kind
            .replace(' ', "")
            .replace("Arc<dynSource>", "Arc<dyn Source>")
            .replace("crate::", "");
        // The client takes the options as a value, although not every function needs one.
        match kind.strip_prefix('&').filter(|_| name == "options") {
            Some(value) => {
                parameters.push(format!("{name}: {value}"));
                arguments.push(format!("&{name}"));
            }
            None => {
                parameters.push(format!("{name}: {kind}"));
                arguments.push(name.clone());
            }
        }
    }
    let action = match operation.action {
        Action::Push => "&PUSH",
        Action::Delete => "&DELETE",
        Action::Pull => "&[]",
    };
    text.push_str(&format!(
        "pub async fn {name}({parameters}) -> {result} {{\n    \
         let store = self.open_for({module}::{constant}, reference, {action})?;\n    \
         operation::{name}({arguments}).await\n}}\n",
        name = operation.name,
        parameters = parameters.join(", "),
        result = function
            .result
            .replace(" <", "<")
            .replace("< ", "<")
            .replace(" >", ">")
            .replace(" ,", ","),
        module = function.module,
        constant = function.constant,
        arguments = arguments.join(", "),
    ));
    text
}

/// The comment with its lines broken for the indentation of a method.
fn reflowed(comment: &[String]) -> Vec<String> {
    const WIDTH: usize = 100 - "    /// ".len();
    let (mut lines, mut paragraph) = (Vec::new(), String::new());
    let end = |paragraph: &mut String, lines: &mut Vec<String>| {
        if !paragraph.is_empty() {
            lines.extend(wrapped(paragraph, WIDTH).iter().map(|line| format!("/// {line}")));
            paragraph.clear();
        }
    };
    for line in comment {
        let line = line.trim();
        let stays = line.is_empty() || line.starts_with("# ") || line.contains("]: http");
        if stays {
            end(&mut paragraph, &mut lines);
            lines.push(format!("/// {line}").trim_end().to_owned());
        } else {
            paragraph.push(' ');
            paragraph.push_str(line);
        }
    }
    end(&mut paragraph, &mut lines);
    lines
}
