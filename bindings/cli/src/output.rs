//! Output of the command: results go to standard output, everything else to standard error.
//!
//! Control characters in text from a registry are escaped, because they could control the terminal.

use std::{
    fmt::Display,
    io::{self, BufWriter, ErrorKind, StdoutLock, Write},
};

use ocigraph::{Code, Descriptor, Error, KeyCase, ListProblem, ToJson, json_text, printable};
use serde_json::Value;

use crate::ExitCode;

/// Prints one line of a result.
pub(crate) fn line(text: &str) {
    bytes(format!("{text}\n").as_bytes());
}

/// Prints a result unchanged. Exits with 0 if the reader has closed the pipe, and with 1 after any
/// other error.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    ended(out.write_all(bytes).and_then(|()| out.flush()));
}

fn ended(written: io::Result<()>) {
    match written {
        Ok(()) => {}
        Err(e) if e.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(e) => {
            error(&Error::new(Code::Io, format!("cannot write to standard output: {e}")));
            std::process::exit(1);
        }
    }
}

/// Prints a long result piece by piece. Ends as [`bytes`] does.
pub(crate) fn written(write: impl FnOnce(&mut BufWriter<StdoutLock<'_>>) -> io::Result<()>) {
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    ended(write(&mut out).and_then(|()| out.flush()));
}

/// Prints a JSON result.
pub(crate) fn json(value: &Value) {
    let mut text = json_text(value);
    text.push('\n');
    bytes(text.as_bytes());
}

/// Prints a result of the library as JSON.
pub(crate) fn result(value: &(impl ToJson + ?Sized)) {
    json(&value.to_json(KeyCase::Camel));
}

/// Prints a line to standard error.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints an error on one line and its hint, if it has one, on the next.
pub(crate) fn error(error: &Error) {
    let whole = error.to_string();
    let hint = error.hint().map(|hint| format!("; {hint}"));
    let text = hint.as_deref().and_then(|hint| whole.strip_suffix(hint)).unwrap_or(&whole);
    note(&format!("Error: {} [{}]", printable(text), error.code().name()));
    if let Some(hint) = error.hint() {
        note(&printable(hint));
    }
}

/// Prints the problems of a list. Returns `FAILURE` if there is one.
pub(crate) fn problems(operation: &str, of: impl Display, problems: &[ListProblem]) -> ExitCode {
    let (warnings, lacking): (Vec<_>, Vec<_>) = problems.iter().partition(|p| p.is_warning());
    for problem in warnings {
        note(&format!("Warning: {}", printable(&problem.to_string())));
    }
    for problem in &lacking {
        error(&Error::from((*problem).clone()).with_operation(operation, &of));
    }
    if lacking.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns the artifact type or, without one, the media type.
pub(crate) fn kind(descriptor: &Descriptor) -> String {
    printable(descriptor.artifact_type.as_deref().unwrap_or(&descriptor.media_type))
}
