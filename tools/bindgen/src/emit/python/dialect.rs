//! How Python writes the parts of a comment, and docstrings.

use crate::{
    definition::{Definition, Role},
    docs::{Dialect, Doc, wrapped},
    emit::pascal,
};

/// Names of objects are in single backticks, which documentation tools link. Everything else that
/// is code is in double backticks.
pub(super) struct Python<'a>(pub(super) &'a Definition);

impl Dialect for Python<'_> {
    fn code(&self, text: &str) -> String {
        match text {
            "true" => "``True``".to_owned(),
            "false" => "``False``".to_owned(),
            text => format!("``{text}``"),
        }
    }

    fn name(&self, name: &str) -> String {
        format!("``{name}``")
    }

    fn error_code(&self, code: &str) -> String {
        format!("`{}`", exception(code))
    }

    fn variant(&self, of: &str, name: &str) -> String {
        if (of, name) == ("Duration", "MAX") {
            return "``math.inf``".to_owned();
        }
        let enumeration = self.0.enumerations.get(of);
        let variant = enumeration.and_then(|e| e.variants.iter().find(|v| v.name == name));
        let word = variant.and_then(|variant| variant.word.clone());
        format!("``{}``", word.unwrap_or_else(|| name.to_lowercase()))
    }

    fn member(&self, of: &str, name: &str) -> String {
        match self.0.records.get(of) {
            Some(record) if record.role == Role::Options => format!("``{name}``"),
            _ => format!("`{of}.{name}`"),
        }
    }

    fn type_name(&self, name: &str) -> String {
        format!("`{name}`")
    }

    fn link(&self, text: &str, url: &str) -> String {
        if text.is_empty() { url.to_owned() } else { format!("[{text}]({url})") }
    }
}

/// `NOT_FOUND` as `NotFoundError`.
pub(super) fn exception(code: &str) -> String {
    format!("{}Error", pascal(&code.to_lowercase()))
}

impl Python<'_> {
    pub(super) fn paragraphs(&self, doc: &Doc) -> Vec<String> {
        let constants = |text: String| {
            text.replace("Default: false", "Default: False")
                .replace("Default: true", "Default: True")
        };
        doc.written(self).into_iter().map(constants).collect()
    }

    pub(super) fn line(&self, doc: &Doc) -> String {
        self.paragraphs(doc).join(" ")
    }
}

const WIDTH: usize = 120;

/// A docstring that consists of paragraphs, such as that of a field.
pub(super) fn short(paragraphs: &[String], indent: usize) -> String {
    let mut paragraphs = paragraphs.to_vec();
    if let Some(first) = paragraphs.first_mut() {
        first.insert_str(0, "\"\"\"");
    }
    if let Some(last) = paragraphs.last_mut() {
        last.push_str("\"\"\"");
    }
    let blocks: Vec<String> = paragraphs.iter().map(|p| block(p, indent, indent)).collect();
    blocks.join("\n")
}

/// A docstring with sections.
#[derive(Default)]
pub(super) struct Docstring {
    text: String,
    indent: usize,
}

impl Docstring {
    pub(super) fn new(paragraphs: &[String], indent: usize) -> Self {
        let mut paragraphs = paragraphs.to_vec();
        if let Some(first) = paragraphs.first_mut() {
            first.insert_str(0, "\"\"\"");
        }
        let blocks: Vec<String> = paragraphs.iter().map(|p| block(p, indent, indent)).collect();
        Self { text: blocks.join("\n"), indent }
    }

    /// Adds a section, if it has entries.
    pub(super) fn section(mut self, title: &str, entries: &[String]) -> Self {
        if entries.is_empty() {
            return self;
        }
        self.text.push_str(&format!("\n{:indent$}{title}:\n", "", indent = self.indent));
        for entry in entries {
            self.text.push_str(&block(entry, self.indent + 4, self.indent + 8));
        }
        self
    }

    /// Adds a section with one paragraph.
    pub(super) fn paragraph(mut self, title: &str, text: &str) -> Self {
        let inner = self.indent + 4;
        self.text.push_str(&format!("\n{:indent$}{title}:\n", "", indent = self.indent));
        self.text.push_str(&block(text, inner, inner));
        self
    }

    pub(super) fn example(mut self, example: &str) -> Self {
        if !example.trim().is_empty() {
            self.text.push_str(&format!("\n{:indent$}Example:\n", "", indent = self.indent));
            for line in example.trim().lines() {
                self.text.push_str(&format!("{:indent$}{line}\n", "", indent = self.indent + 4));
            }
        }
        self
    }

    pub(super) fn end(self) -> String {
        format!("{}{:indent$}\"\"\"\n", self.text, "", indent = self.indent)
    }
}

/// A paragraph as lines, the later ones with an indentation of their own.
pub(super) fn block(paragraph: &str, first: usize, later: usize) -> String {
    let head = wrapped(paragraph, WIDTH - first).swap_remove(0);
    let words = paragraph.split_whitespace().skip(head.split_whitespace().count());
    let tail = words.collect::<Vec<_>>().join(" ");
    let mut text = format!("{:first$}{head}\n", "");
    for line in wrapped(&tail, WIDTH - later).iter().filter(|line| !line.is_empty()) {
        text.push_str(&format!("{:later$}{line}\n", ""));
    }
    text
}
