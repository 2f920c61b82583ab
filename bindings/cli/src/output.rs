//! What is printed: results to standard output, all else to standard error.
//!
//! Text that came from a registry is printed without control characters, which could drive the
//! terminal.

use std::{
    fmt::Display,
    io::{self, ErrorKind, Write},
};

use ocigraph::{Code, Descriptor, Error, ListProblem, Names, ToJson, json_text, printable};
use serde_json::Value;

use crate::ExitCode;

/// Prints a line of a result.
pub(crate) fn line(text: &str) {
    bytes(format!("{text}\n").as_bytes());
}

/// Prints a result as it is. A reader that has gone away ends the program quietly, a full disk does
/// not.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(e) if e.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(e) => {
            error(&Error::new(Code::Io, format!("the result cannot be printed: {e}")));
            std::process::exit(1);
        }
    }
}

/// Prints a JSON result.
pub(crate) fn json(value: &Value) {
    let mut text = json_text(value);
    text.push('\n');
    bytes(text.as_bytes());
}

/// Prints a result of the library as JSON.
pub(crate) fn result(value: &(impl ToJson + ?Sized)) {
    json(&value.to_json(Names::Camel));
}

/// Prints what is not a result.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints an error as two lines: what went wrong, and what to try.
pub(crate) fn error(error: &Error) {
    let whole = error.to_string();
    let hint = error.hint().map(|hint| format!("; {hint}"));
    let text = hint.as_deref().and_then(|hint| whole.strip_suffix(hint)).unwrap_or(&whole);
    note(&format!("Error: {} [{}]", printable(text), error.code().name()));
    if let Some(hint) = error.hint() {
        note(&printable(hint));
    }
}

/// Prints each thing that could not be read of lists; with one, the command fails.
pub(crate) fn problems(operation: &str, of: impl Display, problems: &[ListProblem]) -> ExitCode {
    for problem in problems {
        error(&Error::from(problem.clone()).with_operation(operation, &of));
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What an artifact is, in a word.
pub(crate) fn kind(descriptor: &Descriptor) -> String {
    printable(descriptor.artifact_type.as_deref().unwrap_or(&descriptor.media_type))
}
