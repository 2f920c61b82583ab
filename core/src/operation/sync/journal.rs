//! The checkpoint of a sync: which references are done.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{
    options::OPERATION,
    row::{SyncOutcome, SyncRow},
    summary::SyncSummary,
};
use crate::operation::checkpoint::Checkpoint;
use ocigraph_types::{Algorithm, Code, Error, Result};

/// An entry of the file. Short names, since there is one for each reference.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Entry {
    /// The number of a repository, with the tags that are selected.
    Repository { name: String, number: u32 },
    /// A reference that is done.
    Done {
        /// The number of the repository.
        r: u32,
        /// The tag, or the digest.
        t: String,
        /// The number of the outcome.
        o: u8,
        /// Manifests, blobs and bytes, if some were written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        n: Option<(u64, u64, u64)>,
    },
    /// All of a repository is done.
    Over { over: u32 },
}

/// The checkpoint of a sync, which may have none.
#[derive(Debug, Default)]
pub(super) struct Journal {
    file: Option<Checkpoint>,
    numbers: HashMap<String, u32>,
    over: HashSet<u32>,
    /// What is done, as the first bytes of a digest of repository and tag: a million take 30 MB.
    done: HashSet<[u8; 16]>,
    resumed: SyncSummary,
    pending: Vec<Entry>,
}

impl Journal {
    /// Opens the file of a sync, or creates it. `asked` is what the sync was asked for.
    pub(super) async fn open(path: &Path, asked: &serde_json::Value) -> Result<Self> {
        let mut journal = Self::default();
        let file = Checkpoint::open(path, OPERATION, asked, |entry| {
            let entry = serde_json::from_str(entry).map_err(|e| malformed(&e))?;
            journal.read(entry)
        })
        .await?;
        Ok(Self { file: Some(file), ..journal })
    }

    fn read(&mut self, entry: Entry) -> Result<()> {
        match entry {
            Entry::Repository { name, number } => {
                self.numbers.insert(name, number);
            }
            Entry::Done { r, t, o, n } => {
                let outcome = SyncOutcome::ALL.get(usize::from(o));
                let outcome = *outcome.ok_or_else(|| malformed(&"an outcome is not known"))?;
                self.resumed.add(&SyncRow::new(String::new(), String::new(), outcome));
                let (manifests, blobs, bytes) = n.unwrap_or_default();
                self.resumed.manifests += manifests;
                self.resumed.blobs += blobs;
                self.resumed.bytes += bytes;
                self.resumed.resumed += 1;
                self.done.insert(key(r, &t));
            }
            Entry::Over { over } => {
                self.over.insert(over);
            }
        }
        Ok(())
    }

    pub(super) fn take_resumed(&mut self) -> SyncSummary {
        std::mem::take(&mut self.resumed)
    }

    /// Returns true if all of a repository is done.
    pub(super) fn is_over(&self, name: &str) -> bool {
        self.numbers.get(name).is_some_and(|number| self.over.contains(number))
    }

    /// Returns true if a reference is done.
    pub(super) fn is_done(&self, name: &str, tag: &str) -> bool {
        self.numbers.get(name).is_some_and(|number| self.done.contains(&key(*number, tag)))
    }

    /// Records a reference, if the destination has all of it.
    pub(super) fn add(&mut self, name: &str, tag: &str, row: &SyncRow) {
        if self.file.is_none() || row.outcome.is_failure() {
            return;
        }
        let r = self.number(name);
        let position = SyncOutcome::ALL.iter().position(|outcome| *outcome == row.outcome);
        let n = (row.manifests as u64, row.blobs as u64, row.bytes);
        self.pending.push(Entry::Done {
            r,
            t: tag.to_owned(),
            o: position.unwrap_or_default() as u8,
            n: Some(n).filter(|n| *n != (0, 0, 0)),
        });
    }

    /// Records that all of a repository is done.
    pub(super) fn end(&mut self, name: &str) {
        if self.file.is_some() {
            let over = self.number(name);
            self.pending.push(Entry::Over { over });
        }
    }

    /// Writes what was recorded: the reader has finished with the rows.
    pub(super) async fn finish(&mut self, recorded: usize) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        for entry in self.pending.drain(..recorded) {
            file.append(&entry)?;
        }
        file.flush().await
    }

    /// The number of entries that were recorded and not written.
    pub(super) fn recorded(&self) -> usize {
        self.pending.len()
    }

    /// Ends a sync that reached its end. It is not continued: the next one finds out what has changed since.
    pub(super) async fn end_all(self) -> Result<()> {
        match self.file {
            Some(file) => file.end().await,
            None => Ok(()),
        }
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.numbers.len() as u32;
        self.numbers.insert(name.to_owned(), number);
        self.pending.push(Entry::Repository { name: name.to_owned(), number });
        number
    }
}

fn key(repository: u32, tag: &str) -> [u8; 16] {
    let digest = Algorithm::Sha256.digest(format!("{repository} {tag}").as_bytes());
    let hex = digest.encoded();
    let byte =
        |i: usize| hex.get(2 * i..2 * i + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    std::array::from_fn(|i| byte(i).unwrap_or_default())
}

fn malformed(what: &dyn std::fmt::Display) -> Error {
    Error::new(Code::InvalidArgument, format!("an entry of the checkpoint is malformed: {what}"))
}
