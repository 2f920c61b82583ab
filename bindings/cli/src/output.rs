//! What is printed: results to standard output, all else to standard error.
//!
//! Text that came from a registry is printed without control characters, which could drive the
//! terminal.

use std::{
    fmt::Display,
    fs::File,
    io::{self, ErrorKind, Write},
    path::Path,
};

use ocigraph::{Code, Descriptor, Error, ListProblem, Names, Result, ToJson, json_text, printable};
use serde_json::Value;
use tempfile::{Builder, NamedTempFile};

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
        error(&Error::from(problem.clone()).during(operation, &of));
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What an artifact is, in a word.
pub(crate) fn kind(descriptor: &Descriptor) -> String {
    printable(descriptor.artifact_type.as_deref().unwrap_or(&descriptor.media_type))
}

/// A file that has its name only when it is whole: it is written beside it first. What is no file,
/// such as a pipe or `/dev/stdout`, is written to as it is.
pub(crate) struct Staged<'a> {
    file: Destination,
    path: &'a Path,
}

enum Destination {
    Beside(NamedTempFile<File>),
    Itself(File),
}

impl<'a> Staged<'a> {
    /// IO when nothing can be written there.
    pub(crate) fn new(path: &'a Path) -> Result<Self> {
        let file = match path.metadata() {
            Ok(there) if !there.is_file() => File::options().write(true).open(path),
            _ => return Self::beside(path),
        };
        let file = file.map_err(|e| Error::io("write", path, e))?;
        Ok(Self { file: Destination::Itself(file), path })
    }

    fn beside(path: &'a Path) -> Result<Self> {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Readable for whom the process's mask says, as any file is.
        let create = |path: &Path| File::options().write(true).create_new(true).open(path);
        let file =
            Builder::new().make_in(folder, create).map_err(|e| Error::io("write", path, e))?;
        Ok(Self { file: Destination::Beside(file), path })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match &mut self.file {
            Destination::Beside(file) => file.write_all(bytes),
            Destination::Itself(file) => file.write_all(bytes),
        };
        written.map_err(|e| Error::io("write", self.path, e))
    }

    pub(crate) fn commit(self) -> Result<()> {
        if let Destination::Beside(file) = self.file {
            file.persist(self.path).map_err(|e| Error::io("write", self.path, e.error))?;
        }
        Ok(())
    }
}
