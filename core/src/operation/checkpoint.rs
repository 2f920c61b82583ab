//! A file that records what an operation has done, so that a later one continues where a killed one stopped.
//!
//! It has one entry a line, as JSON. The first line says which operation it belongs to, and what was asked: of
//! a long list its digest.
//! Entries are only added, and one system call writes those of a step: a process that is killed leaves at
//! most a torn last line, which is dropped.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::blocking::spawn_blocking;
use ocigraph_types::{Algorithm, Code, Error, Result, excerpt};

/// Maximum bytes of an entry. A file is read in pieces of this size.
pub(crate) const MAX_ENTRY: usize = 1 << 20;

/// Maximum bytes of an argument that the first line has as it is.
const MAX_ARGUMENT: usize = 1024;

/// The version of the form of the file.
const VERSION: u32 = 1;

/// The last line of an operation that reached its end.
const END: &str = "{\"end\":true}\n";

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    schema_version: u32,
    operation: String,
    /// What the operation was asked for.
    asked: Value,
}

/// An open checkpoint, which no other process uses.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    path: PathBuf,
    /// `None` while a thread writes.
    file: Option<File>,
    /// Entries that were added and not written.
    pending: Vec<u8>,
}

impl Checkpoint {
    /// Opens the checkpoint of an operation, or creates it, and passes its entries to `receive` in their
    /// order.
    ///
    /// `CONFLICT` if another process uses it. `INVALID_ARGUMENT` if it is of another operation or of other
    /// arguments, or if it is malformed.
    pub(crate) async fn open(
        path: &Path,
        operation: &str,
        asked: &Value,
        mut receive: impl FnMut(&str) -> Result<()>,
    ) -> Result<Self> {
        let header = header(operation, asked);
        let owned = path.to_owned();
        let of = header.operation.clone();
        let mut file = spawn_blocking(move || {
            let file = open_locked(&owned)?;
            forget_ended(&file, &of).map_err(|e| Error::io("read", &owned, e))?;
            Ok(file)
        })
        .await?;
        let mut lines = Lines::default();
        let mut is_new = true;
        loop {
            let owned = path.to_owned();
            let (read, piece) = spawn_blocking(move || {
                let mut piece = Vec::with_capacity(MAX_ENTRY);
                (&file)
                    .take(MAX_ENTRY as u64)
                    .read_to_end(&mut piece)
                    .map_err(|e| Error::io("read", &owned, e))?;
                Ok((file, piece))
            })
            .await?;
            file = read;
            if piece.is_empty() {
                break;
            }
            lines.add(&piece, |number, line| {
                let at = |e: Error| {
                    let message = format!("line {number} of {}: {}", path.display(), e.message());
                    Error::new(e.code(), message)
                        .with_hint("remove the file to begin again, or name another")
                };
                if number > 1 {
                    return receive(line).map_err(at);
                }
                is_new = false;
                check(line, &header).map_err(at)
            })?;
        }
        // A killed process leaves a part of the first line at the worst, and never another text.
        let expected = serde_json::to_vec(&header).unwrap_or_default();
        if is_new && !expected.starts_with(&lines.torn) {
            lines.number += 1;
            return Err(lines.malformed("is not the first line of a checkpoint"));
        }
        let end = lines.complete;
        let mut checkpoint = Self { path: path.to_owned(), file: Some(file), pending: Vec::new() };
        checkpoint
            .blocking(move |mut file| {
                file.set_len(end)?;
                file.seek(SeekFrom::Start(end))?;
                Ok(file)
            })
            .await?;
        if is_new {
            checkpoint.append(&header)?;
            checkpoint.flush().await?;
        }
        Ok(checkpoint)
    }

    /// Marks the end: nothing is left to continue. The next operation of the same kind begins again, also
    /// with other arguments.
    pub(crate) async fn end(mut self) -> Result<()> {
        self.pending.extend_from_slice(END.as_bytes());
        self.close().await
    }

    /// Adds an entry, which the next [`flush`](Self::flush) writes.
    pub(crate) fn append(&mut self, entry: &impl Serialize) -> Result<()> {
        serde_json::to_writer(&mut self.pending, entry)
            .map_err(|e| Error::new(Code::Internal, format!("an entry cannot be written: {e}")))?;
        self.pending.push(b'\n');
        Ok(())
    }

    /// Writes the entries that were added.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.pending);
        self.blocking(move |mut file| file.write_all(&pending).map(|()| file)).await
    }

    /// Writes what was added, and waits until the disk has all of it.
    pub(crate) async fn close(mut self) -> Result<()> {
        self.flush().await?;
        self.blocking(|file| file.sync_data().map(|()| file)).await
    }

    async fn blocking(
        &mut self,
        work: impl FnOnce(File) -> io::Result<File> + Send + 'static,
    ) -> Result<()> {
        let path = self.path.clone();
        let file = self.file.take().ok_or_else(|| {
            Error::new(Code::Internal, "the checkpoint is used after a write that was cancelled")
        })?;
        let file =
            spawn_blocking(move || work(file).map_err(|e| Error::io("write", &path, e))).await?;
        self.file = Some(file);
        Ok(())
    }
}

fn header(operation: &str, asked: &Value) -> Header {
    Header { schema_version: VERSION, operation: operation.to_owned(), asked: condensed(asked) }
}

/// Replaces the arguments that are long: 40,000 targets would make a line that is too long to read.
fn condensed(asked: &Value) -> Value {
    let Value::Object(members) = asked else { return asked.clone() };
    let condense = |value: &Value| {
        let text = value.to_string();
        if text.len() <= MAX_ARGUMENT {
            return value.clone();
        }
        let digest = Algorithm::Sha256.digest(text.as_bytes()).to_string();
        match value {
            Value::Array(items) => {
                let first = items.first().map(|item| excerpt(item.as_str().unwrap_or_default()));
                json!({ "count": items.len(), "first": first, "digest": digest })
            }
            _ => json!({ "digest": digest }),
        }
    };
    members.iter().map(|(name, value)| (name.clone(), condense(value))).collect()
}

fn open_locked(path: &Path) -> Result<File> {
    let mut options = File::options();
    let opened = options.read(true).write(true).create(true).truncate(false).open(path);
    let file = opened.map_err(|e| Error::io("open", path, e))?;
    match fs4::FileExt::try_lock(&file) {
        Ok(()) => Ok(file),
        Err(fs4::TryLockError::WouldBlock) => {
            let message = format!("another process uses the checkpoint {}", path.display());
            Err(Error::new(Code::Conflict, message)
                .with_hint("wait for its end, or name another file"))
        }
        // Some file systems have no locks.
        Err(fs4::TryLockError::Error(_)) => Ok(file),
    }
}

/// Empties the checkpoint of an operation that reached its end.
fn forget_ended(mut file: &File, operation: &str) -> io::Result<()> {
    let length = file.metadata()?.len();
    let Some(start) = length.checked_sub(END.len() as u64 + 1) else { return Ok(()) };
    file.seek(SeekFrom::Start(start))?;
    let mut end = Vec::with_capacity(END.len() + 1);
    file.take(END.len() as u64 + 1).read_to_end(&mut end)?;
    file.seek(SeekFrom::Start(0))?;
    if end.strip_prefix(b"\n") != Some(END.as_bytes()) {
        return Ok(());
    }
    let mut line = Vec::with_capacity(MAX_ENTRY);
    file.take(MAX_ENTRY as u64).read_to_end(&mut line)?;
    file.seek(SeekFrom::Start(0))?;
    let first = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_same = serde_json::from_slice::<Header>(first)
        .is_ok_and(|header| header.schema_version == VERSION && header.operation == operation);
    if is_same { file.set_len(0) } else { Ok(()) }
}

fn check(line: &str, expected: &Header) -> Result<()> {
    let invalid = |message: String| Error::new(Code::InvalidArgument, message);
    let header: Header = serde_json::from_str(line)
        .map_err(|_| invalid("this is not the first line of a checkpoint".to_owned()))?;
    if header.schema_version != VERSION {
        return Err(invalid(format!(
            "the checkpoint has version {}, and this version of ocigraph reads {VERSION}",
            header.schema_version
        )));
    }
    if header.operation != expected.operation {
        return Err(invalid(format!("this is the checkpoint of {}", excerpt(&header.operation))));
    }
    let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let (before, now) = (members(&header.asked), members(&expected.asked));
    let differs = now.iter().find(|(name, value)| before.get(*name) != Some(*value));
    match differs {
        None if before.len() == now.len() => Ok(()),
        None => Err(invalid("the checkpoint has other arguments".to_owned())),
        Some((name, value)) => {
            let old = before.get(name).unwrap_or(&Value::Null);
            Err(invalid(format!(
                "the checkpoint is of other {name}: {} and not {}",
                excerpt(&old.to_string()),
                excerpt(&value.to_string())
            )))
        }
    }
}

/// Splits pieces of a file into lines.
#[derive(Default)]
struct Lines {
    /// The beginning of a line that is not complete.
    torn: Vec<u8>,
    number: u64,
    /// The bytes of the complete lines.
    complete: u64,
}

impl Lines {
    fn add(
        &mut self,
        piece: &[u8],
        mut receive: impl FnMut(u64, &str) -> Result<()>,
    ) -> Result<()> {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            let whole = std::mem::take(&mut self.torn);
            let line = if whole.is_empty() { line.into() } else { [&whole, line].concat() };
            self.number += 1;
            self.complete += line.len() as u64 + 1;
            let text = std::str::from_utf8(&line).map_err(|_| self.malformed("is not UTF-8"))?;
            receive(self.number, text)?;
            rest = after;
        }
        self.torn.extend_from_slice(rest);
        if self.torn.len() > MAX_ENTRY {
            self.number += 1;
            return Err(self.malformed("is too long"));
        }
        Ok(())
    }

    fn malformed(&self, what: &str) -> Error {
        let message = format!("line {} of the checkpoint {what}", self.number);
        Error::new(Code::InvalidArgument, message)
            .with_hint("remove the file to begin again, or name another")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    async fn open(path: &Path, asked: &Value) -> Result<(Checkpoint, Vec<String>)> {
        let mut entries = Vec::new();
        let opened = Checkpoint::open(path, "sweep", asked, |entry| {
            entries.push(entry.to_owned());
            Ok(())
        })
        .await?;
        Ok((opened, entries))
    }

    #[tokio::test]
    async fn entries_come_back_and_a_torn_line_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("checkpoint");
        let asked = json!({ "targets": ["a"] });
        let (mut checkpoint, entries) = open(&path, &asked).await.unwrap();
        assert_eq!(entries, Vec::<String>::new());
        checkpoint.append(&json!({ "n": 1 })).unwrap();
        checkpoint.append(&json!({ "n": 2 })).unwrap();
        checkpoint.close().await.unwrap();
        let mut torn = File::options().append(true).open(&path).unwrap();
        torn.write_all(b"{\"n\":").unwrap();
        let (mut checkpoint, entries) = open(&path, &asked).await.unwrap();
        assert_eq!(entries, [r#"{"n":1}"#, r#"{"n":2}"#]);
        checkpoint.append(&json!({ "n": 3 })).unwrap();
        checkpoint.close().await.unwrap();
        assert_eq!(open(&path, &asked).await.unwrap().1.len(), 3);
    }

    #[tokio::test]
    async fn an_operation_that_reached_its_end_is_not_continued() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("checkpoint");
        let (mut checkpoint, _) = open(&path, &json!({ "targets": ["a"] })).await.unwrap();
        checkpoint.append(&json!({ "n": 1 })).unwrap();
        checkpoint.end().await.unwrap();
        let ended = std::fs::read(&path).unwrap();
        let other = Checkpoint::open(&path, "sync", &json!({}), |_| Ok(())).await.unwrap_err();
        assert!(other.message().contains("checkpoint of sweep"), "{other}");
        assert_eq!(std::fs::read(&path).unwrap(), ended);
        let (checkpoint, entries) = open(&path, &json!({ "targets": ["b"] })).await.unwrap();
        assert!(entries.is_empty());
        checkpoint.close().await.unwrap();
        assert!(open(&path, &json!({ "targets": ["a"] })).await.is_err());
        // Another file with such a last line is kept.
        let notes = dir.path().join("notes.txt");
        std::fs::write(&notes, format!("notes\n{END}")).unwrap();
        assert!(open(&notes, &json!({})).await.is_err());
        assert_eq!(std::fs::read_to_string(&notes).unwrap(), format!("notes\n{END}"));
    }

    #[tokio::test]
    async fn a_checkpoint_of_something_else_is_refused_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("checkpoint");
        let (first, _) = open(&path, &json!({ "targets": ["a"], "depth": null })).await.unwrap();
        let busy = open(&path, &json!({ "targets": ["a"], "depth": null })).await.unwrap_err();
        assert_eq!(busy.code(), Code::Conflict);
        first.close().await.unwrap();
        let before = std::fs::read(&path).unwrap();
        for (asked, message) in [
            (json!({ "targets": ["b"], "depth": null }), "other targets"),
            (json!({ "targets": ["a"], "depth": 1 }), "other depth"),
        ] {
            let error = open(&path, &asked).await.unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument);
            assert!(error.message().contains(message), "{error}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), before);
        let other = dir.path().join("notes.txt");
        std::fs::write(&other, "notes\n").unwrap();
        let error = open(&other, &json!({})).await.unwrap_err();
        assert!(error.message().contains("not the first line"), "{error}");
        assert_eq!(std::fs::read(&other).unwrap(), b"notes\n");
        std::fs::write(&other, vec![b'x'; 2 * MAX_ENTRY]).unwrap();
        assert_eq!(open(&other, &json!({})).await.unwrap_err().code(), Code::InvalidArgument);
        // A file without a line end is not a torn checkpoint.
        std::fs::write(&other, "notes").unwrap();
        assert_eq!(open(&other, &json!({})).await.unwrap_err().code(), Code::InvalidArgument);
        assert_eq!(std::fs::read(&other).unwrap(), b"notes");
    }

    #[tokio::test]
    async fn a_long_list_of_arguments_makes_a_short_line_and_a_short_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("checkpoint");
        let targets = |n: usize| -> Vec<String> {
            (0..n).map(|i| format!("registry.example.com/team/app{i}:v1")).collect()
        };
        let asked = json!({ "targets": targets(50_000) });
        let (mut checkpoint, _) = open(&path, &asked).await.unwrap();
        checkpoint.append(&json!({ "n": 1 })).unwrap();
        checkpoint.close().await.unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() < 1_000);
        assert_eq!(open(&path, &asked).await.unwrap().1.len(), 1);
        let error = open(&path, &json!({ "targets": targets(50_001) })).await.unwrap_err();
        assert!(error.message().contains("other targets"), "{error}");
        assert!(error.message().len() < 1_000, "{error}");
    }

    #[tokio::test]
    async fn a_line_may_cross_the_pieces_that_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("checkpoint");
        let (mut checkpoint, _) = open(&path, &json!({})).await.unwrap();
        for n in 0..100_000 {
            checkpoint.append(&json!({ "number": n })).unwrap();
        }
        checkpoint.close().await.unwrap();
        let (_, entries) = open(&path, &json!({})).await.unwrap();
        assert_eq!(entries.len(), 100_000);
        assert_eq!(entries[99_999], r#"{"number":99999}"#);
    }
}
