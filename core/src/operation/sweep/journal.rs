//! The checkpoint of a sweep: what was listed, and which images are done.

use std::{collections::HashMap, path::Path};

use serde::{Deserialize, Serialize};

use super::{
    coverage::{ImageCoverage, Kinds},
    image::SweptImage,
    options::OPERATION,
    repository::{Repository, key},
    row::SweepStatus,
    summary::{SweepSummary, Totals},
};
use crate::operation::{checkpoint::Checkpoint, selection::Names};
use ocigraph_types::{Code, Digest, Error, Host, Result};

/// Names in one entry.
const NAMES: usize = 1000;

/// An entry of the file. Short names, since there is one for each image.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Entry {
    /// Some repositories of a registry. Without any, all were listed.
    Catalog { host: String, repositories: Vec<String> },
    /// Some tags of a repository. Later entries name it by its number. Without tags, the list begins.
    Tags {
        name: String,
        number: u32,
        /// The repository without its tags, if the name has tags.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        tags: Vec<String>,
    },
    /// Some fallback tags of a repository, which are not among its tags.
    Fallback { r: u32, fallback: Vec<String> },
    /// All tags of a repository were listed.
    Listed { listed: u32 },
    /// An image that is done.
    Image {
        /// The number of the repository.
        r: u32,
        /// The numbers of its tags.
        t: Vec<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        d: Option<Digest>,
        /// The number of its status.
        s: u8,
        /// What lies deeper than asked was not looked for.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        c: bool,
        /// The kinds of what is attached, if it is counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        k: Option<u8>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        p: Vec<(String, u8)>,
        /// The number of manifests that are attached.
        #[serde(default, skip_serializing_if = "is_zero")]
        a: u64,
        /// Other manifests that were reached, if they are not to be swept for themselves.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        v: Vec<Digest>,
    },
    /// Further manifests that were reached, of the image in the next entry.
    Visited { r: u32, visited: Vec<Digest> },
    /// Further platforms of the image in the next entry, with its status.
    Platforms { r: u32, s: u8, platforms: Vec<(String, u8)> },
    /// Further tags of the image in the entry before.
    Also { r: u32, also: Vec<u32> },
    /// A repository is done.
    Over { over: u32 },
    /// The rows that were returned with the images before.
    Rows { rows: u64 },
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What the file has of a repository that is not done.
#[derive(Debug, Default)]
pub(super) struct StoredRepository {
    tags: Names,
    fallback: Names,
    is_listed: bool,
    is_over: bool,
    /// Bits of the tags that are done, 64 each. A map, so that a number in the file costs no more than its
    /// entry.
    done: HashMap<usize, u64>,
    walked: Vec<([u8; 16], SweepStatus)>,
    visited: Vec<[u8; 16]>,
}

impl StoredRepository {
    /// Returns true if the image of a tag is done.
    pub(super) fn has(&self, tag: usize) -> bool {
        self.done.get(&(tag / 64)).is_some_and(|bits| bits & 1 << (tag % 64) != 0)
    }

    fn set(&mut self, tag: usize) {
        *self.done.entry(tag / 64).or_default() |= 1 << (tag % 64);
    }
}

/// The repositories in the file by their numbers: the name without tags, and with them.
type Numbered = HashMap<u32, (String, String)>;

/// The totals of what is done.
#[derive(Debug, Default)]
pub(super) struct Resumed {
    pub(super) summary: SweepSummary,
    pub(super) totals: Totals,
}

/// The checkpoint of a sweep, which may have none.
#[derive(Debug, Default)]
pub(super) struct Journal {
    file: Option<Checkpoint>,
    /// The repositories of registries, and whether they are all.
    catalogs: HashMap<String, (Vec<String>, bool)>,
    repositories: HashMap<String, StoredRepository>,
    /// The numbers of repositories in the file.
    numbers: HashMap<String, u32>,
    resumed: Resumed,
    /// What is recorded when the reader has finished with the rows.
    pending: Vec<Entry>,
}

impl Journal {
    /// Opens the file of a sweep, or creates it. `asked` is what the sweep was asked for.
    pub(super) async fn open(path: &Path, asked: &serde_json::Value) -> Result<Self> {
        let mut journal = Self::default();
        let mut names = Numbered::default();
        let file = Checkpoint::open(path, OPERATION, asked, |entry| {
            journal.read(serde_json::from_str(entry).map_err(|e| malformed(&e))?, &mut names)
        })
        .await?;
        Ok(Self { file: Some(file), ..journal })
    }

    fn read(&mut self, entry: Entry, names: &mut Numbered) -> Result<()> {
        match entry {
            Entry::Catalog { host, repositories } => {
                let (names, is_complete) = self.catalogs.entry(host).or_default();
                *is_complete = repositories.is_empty();
                names.extend(repositories);
            }
            Entry::Tags { name, number, of, tags } => {
                self.numbers.insert(name.clone(), number);
                let stored = self.repositories.entry(name.clone()).or_default();
                if tags.is_empty() {
                    (stored.tags, stored.fallback) = (Names::default(), Names::default());
                }
                tags.iter().try_for_each(|tag| stored.tags.push(tag))?;
                names.insert(number, (of.unwrap_or_else(|| name.clone()), name));
            }
            Entry::Fallback { r, fallback } => {
                let stored = self.stored(r, names)?.1;
                fallback.iter().try_for_each(|tag| stored.fallback.push(tag))?;
            }
            Entry::Listed { listed } => self.stored(listed, names)?.1.is_listed = true,
            Entry::Image { r, t, d, s, c, k, p, a, v } => {
                let status = status_of(s)?;
                let (place, stored) = self.stored(r, names)?;
                t.iter().for_each(|tag| stored.set(*tag as usize));
                stored.walked.extend(d.iter().map(|digest| (key(digest), status)));
                stored.visited.extend(v.iter().map(key));
                let summary = &mut self.resumed.summary;
                summary.attached += a;
                if k.is_some() || d.is_none() {
                    summary.images += 1;
                    summary.count(status);
                }
                if let Some(kinds) = k {
                    let coverage = ImageCoverage::new(Kinds::from_bits(kinds), platforms_of(p));
                    let status = if c { SweepStatus::Unknown } else { status };
                    self.resumed.totals.add(place, &coverage, status);
                }
            }
            Entry::Visited { r, visited } => {
                self.stored(r, names)?.1.visited.extend(visited.iter().map(key));
            }
            Entry::Platforms { s, platforms, .. } => {
                let coverage = ImageCoverage::new(Kinds::default(), platforms_of(platforms));
                self.resumed.totals.add_platforms(&coverage, status_of(s)?);
            }
            Entry::Also { r, also } => {
                let stored = self.stored(r, names)?.1;
                also.iter().for_each(|tag| stored.set(*tag as usize));
            }
            Entry::Over { over } => {
                let (_, stored) = self.stored(over, names)?;
                *stored = StoredRepository { is_over: true, ..StoredRepository::default() };
            }
            Entry::Rows { rows } => self.resumed.summary.resumed_rows += rows,
        }
        Ok(())
    }

    /// Returns the name without tags, and what is stored of the repository with a number.
    fn stored<'n>(
        &mut self,
        number: u32,
        names: &'n Numbered,
    ) -> Result<(&'n str, &mut StoredRepository)> {
        let (place, name) =
            names.get(&number).ok_or_else(|| malformed(&"a number is not known"))?;
        Ok((place, self.repositories.entry(name.clone()).or_default()))
    }

    /// Returns true if anything is recorded.
    pub(super) fn records(&self) -> bool {
        self.file.is_some()
    }

    pub(super) fn take_totals(&mut self) -> Resumed {
        std::mem::take(&mut self.resumed)
    }

    /// Returns the repositories of a registry, if they were listed.
    pub(super) fn repositories(&self, host: &Host) -> Option<Vec<String>> {
        let (names, is_complete) = self.catalogs.get(&host.to_string())?;
        is_complete.then(|| names.clone())
    }

    /// Returns true if a repository is done.
    pub(super) fn is_over(&self, name: &str) -> bool {
        self.repositories.get(name).is_some_and(|stored| stored.is_over)
    }

    /// Returns the tags of a repository, and its fallback tags, if all were listed.
    pub(super) fn take_tags(&mut self, name: &str) -> Option<(Names, Names)> {
        let stored = self.repositories.get_mut(name).filter(|stored| stored.is_listed)?;
        Some((std::mem::take(&mut stored.tags), std::mem::take(&mut stored.fallback)))
    }

    /// Returns what is done of a repository, and notes its images there.
    pub(super) fn resume(&mut self, repository: &Repository) -> Option<StoredRepository> {
        let mut stored = self.repositories.remove(&repository.name)?;
        let walked = std::mem::take(&mut stored.walked);
        repository.resume(walked, std::mem::take(&mut stored.visited));
        Some(stored)
    }

    pub(super) fn add_repositories(&mut self, host: &Host, repositories: &[String]) {
        if !self.records() {
            return;
        }
        for part in repositories.chunks(NAMES).chain([[].as_slice()]) {
            let (host, repositories) = (host.to_string(), part.to_vec());
            self.pending.push(Entry::Catalog { host, repositories });
        }
    }

    /// Records all tags of a repository at once, in pieces: there can be a million.
    pub(super) async fn add_tags(&mut self, repository: &Repository, tags: &Names) -> Result<()> {
        let name = &repository.name;
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(name.clone()).or_insert(next);
        let Some(file) = &mut self.file else { return Ok(()) };
        let entry = |tags| Entry::Tags { name: name.clone(), number, of: of(repository), tags };
        file.append(&entry(Vec::new()))?;
        let mut all = tags.iter().peekable();
        while all.peek().is_some() {
            file.append(&entry(all.by_ref().take(NAMES).map(str::to_owned).collect()))?;
            file.flush().await?;
        }
        let fallback = repository.store.listed_fallback_tags().unwrap_or_default();
        for part in fallback.chunks(NAMES) {
            file.append(&Entry::Fallback { r: number, fallback: part.to_vec() })?;
        }
        file.append(&Entry::Listed { listed: number })?;
        file.flush().await
    }

    /// Records an image, if it is known. Returns false if the next sweep asks for it again.
    pub(super) fn add_image(&mut self, repository: &Repository, swept: &SweptImage) -> bool {
        let is_known = swept.status.is_known() && repository.is_complete;
        if !self.records() || !is_known {
            return false;
        }
        let number = self.number(repository);
        self.pending.extend(entries(number, swept));
        true
    }

    /// Records that a repository is done, if everything of it is known.
    pub(super) fn end(&mut self, repository: &Repository) {
        if self.records() && !repository.has_unknown() {
            let over = self.number(repository);
            self.pending.push(Entry::Over { over });
        }
    }

    /// Writes what was recorded: the reader has finished with `rows` rows.
    pub(super) async fn finish(&mut self, rows: usize) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        if rows > 0 {
            // First, so that what is cut off comes again and is not lost.
            self.pending.insert(0, Entry::Rows { rows: rows as u64 });
        }
        if self.pending.is_empty() {
            return Ok(());
        }
        for entry in self.pending.drain(..) {
            file.append(&entry)?;
        }
        file.flush().await
    }

    pub(super) async fn close(self) -> Result<()> {
        match self.file {
            Some(file) => file.close().await,
            None => Ok(()),
        }
    }

    /// Ends a sweep of which nothing is left to ask for: the next one begins again.
    pub(super) async fn end_all(self) -> Result<()> {
        match self.file {
            Some(file) => file.end().await,
            None => Ok(()),
        }
    }

    fn number(&mut self, repository: &Repository) -> u32 {
        if let Some(number) = self.numbers.get(&repository.name) {
            return *number;
        }
        let (name, number) = (repository.name.clone(), self.numbers.len() as u32);
        self.numbers.insert(name.clone(), number);
        self.pending.push(Entry::Tags { name, number, of: of(repository), tags: Vec::new() });
        number
    }
}

/// The entries of an image. None is too long for the file, however many tags, platforms and manifests the
/// image has.
fn entries(r: u32, swept: &SweptImage) -> Vec<Entry> {
    let number =
        |status| SweepStatus::ALL.iter().position(|s| *s == status).unwrap_or_default() as u8;
    let coverage = swept.coverage.as_ref();
    let mut visited = swept.visited.clone();
    let mut tags: Vec<u32> = swept.tags.iter().filter_map(|tag| u32::try_from(*tag).ok()).collect();
    let platforms = coverage.into_iter().flat_map(ImageCoverage::platforms);
    let mut platforms: Vec<_> =
        platforms.map(|(name, kinds)| (name.to_owned(), kinds.bits())).collect();
    let mut entries = Vec::new();
    while visited.len() > NAMES {
        let visited = visited.split_off(visited.len() - NAMES);
        entries.push(Entry::Visited { r, visited });
    }
    while platforms.len() > NAMES {
        let platforms = platforms.split_off(platforms.len() - NAMES);
        entries.push(Entry::Platforms { r, s: number(swept.status_of_all()), platforms });
    }
    let others = tags.split_off(tags.len().min(NAMES));
    entries.push(Entry::Image {
        r,
        t: tags,
        d: swept.digest.clone(),
        s: number(swept.status),
        c: swept.is_cut,
        k: coverage.map(|coverage| coverage.kinds().bits()),
        p: platforms,
        a: swept.attached,
        v: visited,
    });
    entries.extend(others.chunks(NAMES).map(|also| Entry::Also { r, also: also.to_vec() }));
    entries
}

fn status_of(number: u8) -> Result<SweepStatus> {
    let status = SweepStatus::ALL.get(usize::from(number)).copied();
    status.ok_or_else(|| malformed(&"a status is not known"))
}

fn platforms_of(stored: Vec<(String, u8)>) -> Vec<(String, Kinds)> {
    stored.into_iter().map(|(name, bits)| (name, Kinds::from_bits(bits))).collect()
}

/// The name without tags, if the name of the repository has some.
fn of(repository: &Repository) -> Option<String> {
    Some(repository.place.name()).filter(|place| *place != repository.name)
}

fn malformed(what: &dyn std::fmt::Display) -> Error {
    Error::new(Code::InvalidArgument, format!("an entry of the checkpoint is malformed: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::checkpoint::MAX_ENTRY;
    use ocigraph_types::Algorithm;

    fn image() -> SweptImage {
        SweptImage::new(Vec::new(), Vec::new(), SweepStatus::Found)
    }

    /// Reads entries as those of a file.
    fn read(entries: &[Entry]) -> Result<Journal> {
        let (mut journal, mut names) = (Journal::default(), Numbered::default());
        let begin = Entry::Tags { name: "r/app".into(), number: 0, of: None, tags: Vec::new() };
        for entry in [&begin].into_iter().chain(entries) {
            let line = serde_json::to_string(entry).unwrap();
            assert!(line.len() <= MAX_ENTRY, "{} bytes", line.len());
            journal.read(serde_json::from_str(&line).unwrap(), &mut names)?;
        }
        Ok(journal)
    }

    #[test]
    fn an_image_with_very_much_has_entries_that_can_be_read() {
        let digest = |i: usize| Algorithm::Sha256.digest(i.to_string().as_bytes());
        let platforms = (0..30_000).map(|i| (format!("linux/arm64/variant-{i}"), Kinds::default()));
        let swept = SweptImage {
            tags: (0..200_000).collect(),
            digest: Some(digest(0)),
            coverage: Some(ImageCoverage::new(Kinds::default(), platforms.collect())),
            visited: (0..20_000).map(digest).collect(),
            ..image()
        };
        let mut journal = read(&entries(0, &swept)).unwrap();
        let stored = &journal.repositories["r/app"];
        assert!((0..200_000).all(|tag| stored.has(tag)) && !stored.has(200_000));
        assert_eq!((stored.visited.len(), stored.walked.len()), (20_000, 1));
        assert_eq!(journal.take_totals().summary.images, 1);
    }

    #[test]
    fn a_number_in_the_file_takes_no_more_memory_than_its_entry() {
        let journal = read(&entries(0, &SweptImage { tags: vec![u32::MAX as usize], ..image() }));
        let stored = &journal.unwrap().repositories["r/app"];
        assert!(stored.has(u32::MAX as usize));
        assert_eq!(stored.done.len(), 1);
    }
}
