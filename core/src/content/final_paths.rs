//! Final paths of one pull, and the content that owns each of them.
//!
//! Several manifests can be pulled together, and a packed directory brings names of its own. If two
//! contents were written to one path, the pull would report a digest for a file that holds something
//! else. Every writer of a pull therefore asks here before it gives a file its final name: a second
//! owner of a path is CONFLICT. Where the file system ignores case, so does the comparison.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry as Slot},
    fs::Metadata,
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::content::paths;
use ocigraph_types::{Code, Digest, Error, Result};

/// Content that a pull writes: a titled file, or a packed directory.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Owner {
    pub(crate) path: PathBuf,
    pub(crate) digest: Digest,
    pub(crate) packed: bool,
}

impl Owner {
    fn describe(&self) -> String {
        let kind = if self.packed { "directory" } else { "file" };
        format!("the {kind} {} ({})", self.path.display(), self.digest)
    }
}

/// What stands at a path, without the path itself: a packed directory can have a million entries.
/// The hash is keyed at random, so nobody can choose two paths that share one.
type Key = (u64, u64);

/// Device and inode of a file.
type Identity = (u64, u64);

/// The paths of one pull. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct FinalPaths(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    owners: Vec<Owner>,
    /// Whether names that differ only in case are one file.
    folds: bool,
    hashers: [RandomState; 2],
    claims: Mutex<Claims>,
}

#[derive(Debug, Default)]
struct Claims {
    /// Owners of files and links.
    files: HashMap<Key, usize>,
    /// The directories that claimed paths need.
    directories: HashMap<Key, Users>,
    /// Titled files that this pull has put in place or found unchanged.
    placed: HashMap<Identity, usize>,
}

/// Two of the owners that need a directory: enough to name one that is not the asking one.
#[derive(Debug, Clone, Copy)]
struct Users {
    first: usize,
    other: Option<usize>,
}

impl Users {
    fn besides(self, owner: usize) -> Option<usize> {
        if self.first == owner { self.other } else { Some(self.first) }
    }
}

impl Claims {
    /// Notes that an owner needs a directory. Whether that was known already.
    fn need(&mut self, key: Key, owner: usize) -> bool {
        let users = match self.directories.entry(key) {
            Slot::Vacant(slot) => {
                slot.insert(Users { first: owner, other: None });
                return false;
            }
            Slot::Occupied(slot) => slot.into_mut(),
        };
        let known = users.first == owner || users.other.is_some();
        if !known {
            users.other = Some(owner);
        }
        known
    }

    fn file_besides(&self, key: Key, owner: usize) -> Option<usize> {
        self.files.get(&key).copied().filter(|other| *other != owner)
    }
}

impl FinalPaths {
    /// Claims the path of each owner. CONFLICT when two of them exclude each other.
    pub(crate) fn claim(output: &Path, owners: Vec<Owner>) -> Result<Self> {
        let exact = Self::with_folding(owners, false)?;
        if exact.0.owners.len() < 2 || !folding_would_matter(&exact.0.owners) {
            return Ok(exact);
        }
        if paths::ignores_case(output) {
            return Self::with_folding(exact.0.owners.clone(), true);
        }
        Ok(exact)
    }

    fn with_folding(owners: Vec<Owner>, folds: bool) -> Result<Self> {
        let paths = Self(Arc::new(Inner {
            owners,
            folds,
            hashers: Default::default(),
            claims: Mutex::default(),
        }));
        for (owner, Owner { path, packed, .. }) in paths.0.owners.iter().enumerate() {
            let mut claims = paths.lock();
            if *packed {
                paths.claim_directory(&mut claims, owner, path)?;
            } else {
                paths.claim_file(&mut claims, owner, path)?;
            }
        }
        Ok(paths)
    }

    /// The right of one owner to write.
    pub(crate) fn of(&self, owner: usize) -> Claim {
        Claim { paths: self.clone(), owner }
    }

    fn lock(&self) -> MutexGuard<'_, Claims> {
        self.0.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, path: &Path) -> Key {
        let [a, b] = &self.0.hashers;
        if self.0.folds {
            let folded = folded(path);
            (a.hash_one(&folded), b.hash_one(&folded))
        } else {
            (a.hash_one(path), b.hash_one(path))
        }
    }

    /// Gives an owner a file or link.
    fn claim_file(&self, claims: &mut Claims, owner: usize, path: &Path) -> Result<()> {
        let key = self.key(path);
        let directory = claims.directories.get(&key).and_then(|users| users.besides(owner));
        if let Some(other) = claims.file_besides(key, owner).or(directory) {
            return Err(self.conflict(path, owner, other));
        }
        self.claim_parents(claims, owner, path)?;
        claims.files.insert(key, owner);
        Ok(())
    }

    /// Directories are shared: only a file or link in their place is a conflict.
    fn claim_directory(&self, claims: &mut Claims, owner: usize, path: &Path) -> Result<()> {
        for directory in path.ancestors().filter(|path| !path.as_os_str().is_empty()) {
            let key = self.key(directory);
            if let Some(other) = claims.file_besides(key, owner) {
                return Err(self.conflict(directory, owner, other));
            }
            // Its own parents were claimed with it.
            if claims.need(key, owner) {
                break;
            }
        }
        Ok(())
    }

    fn claim_parents(&self, claims: &mut Claims, owner: usize, path: &Path) -> Result<()> {
        path.parent().map_or(Ok(()), |parent| self.claim_directory(claims, owner, parent))
    }

    fn conflict(&self, path: &Path, owner: usize, other: usize) -> Error {
        let [owner, other] = [owner, other].map(|owner| self.0.owners[owner].describe());
        Error::new(
            Code::Conflict,
            format!("{} would be written twice: by {other} and by {owner}", path.display()),
        )
        .with_hint("pull the artifacts one by one, by digest, into folders of their own")
    }
}

/// The right of one owner to write its paths.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    paths: FinalPaths,
    owner: usize,
}

impl Claim {
    #[cfg(test)]
    pub(crate) fn sole(path: &Path, digest: Digest, packed: bool) -> Self {
        let owner = Owner { path: path.to_path_buf(), digest, packed };
        FinalPaths::with_folding(vec![owner], false).unwrap().of(0)
    }

    /// Whether nothing else is written by this pull: then nothing needs to be compared.
    pub(crate) fn is_sole(&self) -> bool {
        self.paths.0.owners.len() == 1
    }

    /// Holds the paths while this owner looks at what is there and writes.
    pub(crate) fn writing(&self) -> Writing<'_> {
        Writing { claim: self, claims: self.paths.lock() }
    }
}

/// What stands at the path of an entry of a packed directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Nothing of another owner: it may be placed.
    Free,
    /// A file of another owner, which is being pulled, with the same content.
    Same,
}

/// Exclusive use of the paths of a pull.
pub(crate) struct Writing<'a> {
    claim: &'a Claim,
    claims: MutexGuard<'a, Claims>,
}

impl Writing<'_> {
    /// CONFLICT when the file at `path` is one that another owner has put in place, under a name
    /// that the file system takes for the same.
    pub(crate) fn check_not_placed(&self, path: &Path, found: &Metadata) -> Result<()> {
        let Some(identity) = identity(found) else { return Ok(()) };
        let Some(other) = self.claims.placed.get(&identity) else { return Ok(()) };
        let paths = &self.claim.paths;
        // The inode may have been used again since another process replaced the other file.
        let still_there = paths.0.owners[*other].path.symlink_metadata();
        let [own, others] = [self.claim.owner, *other].map(|owner| &paths.0.owners[owner]);
        if (own.digest == others.digest && own.packed == others.packed)
            || still_there.ok().and_then(|m| self::identity(&m)) != Some(identity)
        {
            return Ok(());
        }
        Err(paths.conflict(path, self.claim.owner, *other))
    }

    /// Notes the file that this owner has put in place or found unchanged.
    pub(crate) fn placed(&mut self, file: &Metadata) {
        if let Some(identity) = identity(file) {
            self.claims.placed.insert(identity, self.claim.owner);
        }
    }

    /// Claims a directory of a packed directory.
    pub(crate) fn directory(&mut self, path: &Path) -> Result<()> {
        self.claim.paths.claim_directory(&mut self.claims, self.claim.owner, path)
    }

    /// Claims a file or link of a packed directory. Another owner whose content there is the same is
    /// no conflict: the file holds what both say. `is_same` compares with what that owner brings.
    pub(crate) fn file(
        &mut self,
        path: &Path,
        is_same: impl FnOnce(&Owner) -> bool,
    ) -> Result<Entry> {
        let paths = &self.claim.paths;
        let key = paths.key(path);
        match self.claims.files.get(&key) {
            Some(other) if *other != self.claim.owner => {
                let owner = &paths.0.owners[*other];
                if is_same(owner) {
                    return Ok(Entry::Same);
                }
                Err(paths.conflict(path, self.claim.owner, *other))
            }
            _ => {
                paths.claim_file(&mut self.claims, self.claim.owner, path)?;
                Ok(Entry::Free)
            }
        }
    }
}

fn folding_would_matter(owners: &[Owner]) -> bool {
    // What a packed directory holds is not known before it is unpacked.
    let mut seen = HashSet::new();
    owners.iter().any(|owner| owner.packed || !seen.insert(folded(&owner.path)))
}

/// The path as a file system that ignores case compares it: letter by letter, so that no letter becomes
/// two.
fn folded(path: &Path) -> Vec<u8> {
    fn one(mut letters: impl Iterator<Item = char>) -> Option<char> {
        let first = letters.next()?;
        letters.next().is_none().then_some(first)
    }
    let Some(text) = path.to_str() else {
        return path.as_os_str().as_encoded_bytes().to_ascii_lowercase();
    };
    // By way of the upper case, so that letters with two lower-case forms are one.
    let fold = |c: char| {
        let upper = one(c.to_uppercase()).unwrap_or(c);
        one(upper.to_lowercase()).unwrap_or(upper)
    };
    text.chars().map(fold).collect::<String>().into_bytes()
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<Identity> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use ocigraph_types::Algorithm;

    fn owner(path: &str, content: &str, packed: bool) -> Owner {
        let digest = Algorithm::Sha256.digest(content.as_bytes());
        Owner { path: path.into(), digest, packed }
    }

    fn conflict(result: Result<impl Sized>) -> String {
        let error = result.err().expect("there is a conflict");
        assert_eq!(error.code(), Code::Conflict);
        error.message().to_owned()
    }

    #[test]
    fn two_owners_of_one_path_are_both_named() {
        let owners = vec![owner("out/a", "1", false), owner("out/a", "2", false)];
        let digests = [owners[0].digest.to_string(), owners[1].digest.to_string()];
        let message = conflict(FinalPaths::with_folding(owners, false));
        assert!(message.contains("out/a") && digests.iter().all(|d| message.contains(d)));
    }

    #[test]
    fn a_file_excludes_what_would_lie_below_it() {
        for (a, b) in [
            (owner("out/a", "1", false), owner("out/a/b", "2", false)),
            (owner("out/a", "1", false), owner("out/a/b/c", "2", true)),
            (owner("out/a", "1", false), owner("out/a", "2", true)),
            (owner("out/a", "1", false), owner("out/a", "1", true)),
        ] {
            conflict(FinalPaths::with_folding(vec![a.clone(), b.clone()], false));
            conflict(FinalPaths::with_folding(vec![b, a], false));
        }
        let shared = vec![owner("out/d", "1", true), owner("out/d", "2", true)];
        FinalPaths::with_folding(shared, false).unwrap();
        let beside = vec![owner("out/d/a", "1", false), owner("out/d", "2", true)];
        FinalPaths::with_folding(beside, false).unwrap();
    }

    #[test]
    fn case_counts_where_the_file_system_says_so() {
        let owners = || vec![owner("out/README", "1", false), owner("out/readme", "2", false)];
        FinalPaths::with_folding(owners(), false).unwrap();
        conflict(FinalPaths::with_folding(owners(), true));
        let apart = vec![owner("out/straße", "1", false), owner("out/strasse", "2", false)];
        FinalPaths::with_folding(apart, true).unwrap();
        let below = vec![owner("out/Ä", "1", false), owner("out/ä/x", "2", false)];
        conflict(FinalPaths::with_folding(below, true));
    }

    #[test]
    fn entries_of_a_directory_meet_titled_files() {
        let owners = vec![owner("out/d/x", "1", false), owner("out/d", "2", true)];
        let paths = FinalPaths::with_folding(owners, false).unwrap();
        let claim = paths.of(1);
        let mut writing = claim.writing();
        let digest_of = |content: &'static str| {
            move |other: &Owner| other.digest == Algorithm::Sha256.digest(content.as_bytes())
        };
        let at = |name: &str| Path::new("out/d").join(name);
        assert_eq!(writing.file(&at("y"), digest_of("1")).unwrap(), Entry::Free);
        assert_eq!(writing.file(&at("y"), digest_of("1")).unwrap(), Entry::Free);
        assert_eq!(writing.file(&at("x"), digest_of("1")).unwrap(), Entry::Same);
        conflict(writing.file(&at("x"), digest_of("3")));
        conflict(writing.file(&at("x"), |_| false));
        conflict(writing.directory(&at("x")));
        conflict(writing.directory(&at("x/y")));
        // A link here would lead the titled file elsewhere.
        conflict(writing.file(Path::new("out/d"), |_| false));
    }
}
