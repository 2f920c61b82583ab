//! Errors of templates, with the place in the text of the template.

/// An error in a template, or of its evaluation.
///
/// It displays as `line 1, column 5: …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TemplateError {
    line: usize,
    column: usize,
    message: String,
}

impl TemplateError {
    /// Returns the line of the template, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column in the line, in characters, counted from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns the message without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// A message, and the offset in the text of the template to which it refers.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) message: String,
}

pub(crate) type Outcome<T> = Result<T, Box<Fault>>;

pub(crate) fn fault<T>(at: usize, message: impl Into<String>) -> Outcome<T> {
    Err(Box::new(Fault { at, message: message.into() }))
}

impl Fault {
    pub(crate) fn in_text(self, text: &str) -> TemplateError {
        let before = &text[..boundary(text, self.at)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        TemplateError {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: self.message,
        }
    }
}

/// `str::floor_char_boundary` needs a later version of Rust than this crate.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0)
}
