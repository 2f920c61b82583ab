//! Comments in TSDoc.

use super::{argument_name, type_name};
use crate::{
    definition::{Definition, Field, Kind, Operation, Record},
    docs::{Dialect, Doc, Inline, comment},
    emit::camel,
};

/// Maximum width of a line.
pub(super) const WIDTH: usize = 120;

/// The indentation of an item after its first line.
const ITEM: &str = "  ";

/// A space at which no line is broken, because not every editor reads a link of two lines.
const FIXED: &str = "\u{1}";

/// TSDoc, with the names of a record's fields or of an operation's arguments.
pub(super) struct TsDoc<'a> {
    pub(super) definition: &'a Definition,
    /// The operation whose arguments the comment names.
    pub(super) operation: Option<&'a Operation>,
}

impl Dialect for TsDoc<'_> {
    fn code(&self, text: &str) -> String {
        match text {
            "None" => "`undefined`".to_owned(),
            text if self.is_operation(text) => self.member("Client", text),
            text => format!("`{text}`"),
        }
    }

    fn name(&self, name: &str) -> String {
        let arguments = self.operation.iter().flat_map(|operation| &operation.arguments);
        let argument = arguments.into_iter().find(|argument| argument.name == name);
        let name =
            argument.map_or(camel(name), |argument| argument_name(&argument.name, &argument.kind));
        format!("`{name}`")
    }

    fn error_code(&self, code: &str) -> String {
        format!("`{code}`")
    }

    fn variant(&self, of: &str, name: &str) -> String {
        if let ("Duration", "MAX") = (of, name) {
            return "`Infinity`".to_owned();
        }
        let variants = self.definition.enumerations.get(of).map(|e| e.variants.as_slice());
        let found = variants.unwrap_or_default().iter().find(|variant| variant.name == name);
        let word = found.and_then(|variant| variant.word.clone());
        format!("`{}`", word.unwrap_or_else(|| name.to_lowercase()))
    }

    fn member(&self, of: &str, name: &str) -> String {
        if of == "Client" && !self.is_operation(name) {
            panic!("Node.js: a comment names Client::{name}, which only Rust has");
        }
        format!("{{@link{FIXED}{}.{}}}", type_name(of), camel(name))
    }

    fn type_name(&self, name: &str) -> String {
        format!("{{@link{FIXED}{}}}", type_name(name))
    }

    fn link(&self, text: &str, url: &str) -> String {
        match text {
            "" => format!("{{@link{FIXED}{url}}}"),
            text => format!("{{@link {url} | {text}}}").replace(' ', FIXED),
        }
    }
}

impl TsDoc<'_> {
    fn is_operation(&self, name: &str) -> bool {
        self.definition.operations.iter().any(|operation| operation.name == name)
    }

    pub(super) fn record(&self, record: &Record, indent: &str) -> String {
        block(&record.doc.written(self), indent)
    }

    pub(super) fn field(&self, field: &Field, indent: &str) -> String {
        let mut paragraphs = field.doc.written(self);
        if *field.kind.required() == Kind::Duration {
            paragraphs = paragraphs.iter().map(|text| in_milliseconds(text, &field.name)).collect();
        }
        block(&paragraphs, indent)
    }

    /// The comment of a method: its behaviour, arguments, result, errors and example.
    pub(super) fn method(
        &self,
        operation: &Operation,
        options: &str,
        result: Option<String>,
    ) -> String {
        let mut paragraphs = operation.doc.written(self);
        let mut tags = Vec::new();
        for argument in &operation.arguments {
            let name = argument_name(&argument.name, &argument.kind);
            tags.push(format!("@param {name} - {}", argument.doc.line(self)));
        }
        tags.push(format!("@param options - See {{@link{FIXED}{options}}}."));
        tags.extend(result.map(|result| format!("@returns {result}")));
        let remarks = operation.remarks.line(self);
        for case in &operation.errors {
            let codes: Vec<String> = case.codes.iter().map(|code| format!("`{code}`")).collect();
            let condition = without_reference_to_rust(&case.condition, self.definition).line(self);
            tags.push(format!(
                "@throws {{@link{FIXED}OcigraphError}} {} {condition}.",
                codes.join(" or ")
            ));
        }
        if !remarks.is_empty() {
            paragraphs.push(remarks);
        }
        let indent = "  ";
        let prefix = format!("{indent} * ");
        let mut lines = comment(&paragraphs, &prefix, WIDTH);
        lines.push(format!("{indent} *"));
        lines.extend(tags.iter().flat_map(|tag| item(tag, &prefix)));
        if let Some(example) = operation.examples.get("node") {
            lines.push(format!("{indent} *"));
            lines.push(format!("{prefix}@example"));
            lines.push(format!("{prefix}```ts"));
            lines.extend(
                example.trim().lines().map(|line| format!("{prefix}{line}").trim_end().to_owned()),
            );
            lines.push(format!("{prefix}```"));
        }
        closed(&lines, indent)
    }
}

/// A comment on one line if it fits, else a block.
pub(super) fn block(paragraphs: &[String], indent: &str) -> String {
    let prefix = format!("{indent} * ");
    if let [text] = paragraphs {
        let line = format!("{indent}/** {text} */\n");
        if line.chars().count() <= WIDTH + 1 {
            return line.replace(FIXED, " ");
        }
    }
    closed(&comment(paragraphs, &prefix, WIDTH), indent)
}

/// A comment with a list.
pub(super) fn listed(paragraphs: &[String], items: &[String]) -> String {
    let mut lines = comment(paragraphs, " * ", WIDTH);
    lines.push(" *".to_owned());
    lines.extend(items.iter().flat_map(|text| item(&format!("- {text}"), " * ")));
    closed(&lines, "")
}

/// The lines of an item, whose further lines are indented.
fn item(text: &str, prefix: &str) -> Vec<String> {
    let lines = crate::docs::wrapped(text, WIDTH - prefix.len() - ITEM.len());
    let line = |(i, line): (usize, String)| match i {
        0 => format!("{prefix}{line}"),
        _ => format!("{prefix}{ITEM}{line}"),
    };
    lines.into_iter().enumerate().map(line).collect()
}

fn closed(lines: &[String], indent: &str) -> String {
    format!("{indent}/**\n{}\n{indent} */\n", lines.join("\n")).replace(FIXED, " ")
}

/// The comment of a time: with its unit, and with the default as Node.js has it.
fn in_milliseconds(text: &str, name: &str) -> String {
    let (before, default) = text
        .split_once("Default: ")
        .unwrap_or_else(|| panic!("Node.js: the time {name} has no default in its comment"));
    let seconds: Option<u64> = default.strip_suffix(" s.").and_then(|text| text.parse().ok());
    let seconds = seconds.unwrap_or_else(|| {
        panic!("Node.js: the default of {name} is not written as a number of seconds: {default}")
    });
    let (first, rest) = match before.trim_end().split_once(". ") {
        Some((first, rest)) => (first, format!(" {rest}")),
        None => (before.trim_end().trim_end_matches('.'), String::new()),
    };
    let thousands = match seconds {
        0 => "0".to_owned(),
        seconds => format!("{seconds},000"),
    };
    format!("{first}, in milliseconds.{rest} Default: {thousands}.")
}

/// The condition without ": see" and a method that only the client of Rust has.
fn without_reference_to_rust(condition: &Doc, definition: &Definition) -> Doc {
    let mut condition = condition.clone();
    let Some(parts) = condition.paragraphs.last_mut() else { return condition };
    let only_rust = |part: &Inline| {
        matches!(part, Inline::Member { of, name } if of == "Client"
            && !definition.operations.iter().any(|operation| operation.name == *name))
    };
    if let Some(at) = parts.iter().position(only_rust) {
        parts.truncate(at);
        if let Some(Inline::Text { text }) = parts.last_mut() {
            *text = text.trim_end_matches(": see ").to_owned();
        }
    }
    condition
}
