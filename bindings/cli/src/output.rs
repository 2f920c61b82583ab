//! Output of the command: results go to standard output, everything else to standard error.
//!
//! Control characters in text from a registry are escaped, because they could control the terminal.

use std::{
    fmt::Display,
    io::{self, BufWriter, ErrorKind, IsTerminal, StdoutLock, Write},
};

use ocigraph::{
    Code, Descriptor, Error, KeyCase, ListProblem, ToJson, json_line, json_text, printable,
};
use serde_json::Value;

use crate::{ExitCode, target::Target};

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

/// Prints a JSON value on one line or, if `pretty`, indented. On one line, it has a line break only on a
/// terminal: scripts compare it with the output of ORAS.
pub(crate) fn compact_or_pretty(value: &Value, pretty: bool) {
    match pretty {
        true => json(value),
        false if io::stdout().is_terminal() => line(&json_line(value)),
        false => bytes(json_line(value).as_bytes()),
    }
}

/// Prints where content was pushed: a line for the target with its first tag, then one for each other tag.
pub(crate) fn pushed(what: &str, target: &Target) {
    let (first, others) = target.with_kind_and_tags();
    line(&format!("{what} {first}"));
    others.iter().for_each(|tag| line(&format!("Tagged {tag}")));
}

/// Prints a result of the library as JSON.
pub(crate) fn result(value: &(impl ToJson + ?Sized)) {
    json(&value.to_json(KeyCase::Camel));
}

/// Prints a line about the progress of a command to standard output. A reader that has closed the
/// pipe does not end the command, which has not done its work yet.
pub(crate) fn status(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
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
