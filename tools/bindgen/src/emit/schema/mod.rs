//! The documentation that all languages share: the table of operations and options, and the JSON
//! schemas of results and of the arguments of scenarios.

mod arguments;
mod command_line;
mod results;
mod table;

use serde_json::Value;

use super::{Output, camel};
use crate::{definition::Definition, docs::Dialect};

pub(crate) fn files(definition: &Definition) -> Vec<Output> {
    let flags = command_line::Flags::read(definition);
    vec![
        table::file(definition, &flags),
        command_line::file(definition, &flags),
        results::file(definition, Case::Snake),
        results::file(definition, Case::Camel),
        arguments::file(definition),
    ]
}

/// How a schema spells the names of fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Snake,
    Camel,
}

impl Case {
    fn of(self, name: &str) -> String {
        match self {
            Case::Snake => name.to_owned(),
            Case::Camel => camel(name),
        }
    }
}

/// Markdown for readers of every language: options have their names in snake case.
struct Neutral<'a> {
    definition: &'a Definition,
    case: Case,
}

impl Dialect for Neutral<'_> {
    fn code(&self, text: &str) -> String {
        match text {
            "None" => "unset".to_owned(),
            text => format!("`{text}`"),
        }
    }

    fn name(&self, name: &str) -> String {
        format!("`{}`", self.case.of(name))
    }

    fn error_code(&self, code: &str) -> String {
        format!("`{code}`")
    }

    fn variant(&self, of: &str, name: &str) -> String {
        if let ("Duration", "MAX") = (of, name) {
            return "the longest duration".to_owned();
        }
        let variants = self.definition.enumerations.get(of).map(|e| e.variants.as_slice());
        let found = variants.unwrap_or_default().iter().find(|variant| variant.name == name);
        let word = found.and_then(|variant| variant.word.clone());
        format!("`{}`", word.unwrap_or_else(|| name.to_lowercase()))
    }

    fn member(&self, _of: &str, name: &str) -> String {
        format!("`{}`", self.case.of(name))
    }

    fn type_name(&self, name: &str) -> String {
        format!("`{name}`")
    }

    fn link(&self, text: &str, url: &str) -> String {
        match text {
            "" => format!("<{url}>"),
            text => format!("[{text}]({url})"),
        }
    }
}

fn text(schema: &Value) -> String {
    serde_json::to_string_pretty(schema).expect("JSON values are text") + "\n"
}
