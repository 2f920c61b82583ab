//! The final paths of one pull, and which content owns each of them.
//!
//! Several manifests can be pulled together, and a packed directory brings names of its own. If two
//! contents were written to one path, the pull would report a digest for a file that holds
//! something else. Every writer of a pull therefore claims a path here before it gives a file its
//! final name; a second owner of a path is CONFLICT. Paths are compared without regard to case
//! where the file system ignores it. This module writes no files except one to probe the file
//! system.

mod case;

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    fs::Metadata,
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use case::{fold_case, ignores_case};
use ocigraph_types::{Code, Digest, Error, Result};

/// Content that a pull writes: a file with a title, or a packed directory.
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

/// A hash in place of the path, to save memory: a packed directory can have a million entries. The
/// hash is keyed at random, so nobody can craft two paths that share one.
type PathHash = (u64, u64);

/// Device and inode of a file.
type Identity = (u64, u64);

/// The paths of one pull. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct FinalPaths(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    owners: Vec<Owner>,
    /// Whether names that differ only in case are one file.
    ignores_case: bool,
    hashers: [RandomState; 2],
    claims: Mutex<Claims>,
}

/// Owners are given by their index in [`Inner::owners`].
#[derive(Debug, Default)]
struct Claims {
    /// Owners of files and links.
    files: HashMap<PathHash, usize>,
    /// Directories that lead to claimed paths.
    directories: HashMap<PathHash, DirectoryUsers>,
    /// Files with a title that this pull has written or found unchanged.
    placed: HashMap<Identity, usize>,
}

/// Up to two owners that need a directory: enough to name one that is not the asking owner.
#[derive(Debug, Clone, Copy)]
struct DirectoryUsers {
    first: usize,
    second: Option<usize>,
}

impl DirectoryUsers {
    fn other_than(self, owner: usize) -> Option<usize> {
        if self.first == owner { self.second } else { Some(self.first) }
    }
}

impl Claims {
    /// Records that an owner needs a directory. Returns whether that was recorded already.
    fn add_directory(&mut self, key: PathHash, owner: usize) -> bool {
        let users = match self.directories.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(DirectoryUsers { first: owner, second: None });
                return false;
            }
            Entry::Occupied(entry) => entry.into_mut(),
        };
        let known = users.first == owner || users.second.is_some();
        if !known {
            users.second = Some(owner);
        }
        known
    }

    fn other_file_owner(&self, key: PathHash, owner: usize) -> Option<usize> {
        self.files.get(&key).copied().filter(|other| *other != owner)
    }
}

impl FinalPaths {
    /// Claims the path of each owner. CONFLICT when two owners cannot both be written.
    pub(crate) fn claim(output: &Path, owners: Vec<Owner>) -> Result<Self> {
        let exact = Self::with_case(owners, false)?;
        if exact.0.owners.len() < 2 || !case_could_matter(&exact.0.owners) {
            return Ok(exact);
        }
        if ignores_case(output) {
            return Self::with_case(exact.0.owners.clone(), true);
        }
        Ok(exact)
    }

    fn with_case(owners: Vec<Owner>, ignores_case: bool) -> Result<Self> {
        let paths = Self(Arc::new(Inner {
            owners,
            ignores_case,
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

    /// Returns the claim of the owner with this index in the list given to [`claim`](Self::claim).
    pub(crate) fn of(&self, owner: usize) -> Claim {
        Claim { paths: self.clone(), owner }
    }

    fn lock(&self) -> MutexGuard<'_, Claims> {
        self.0.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, path: &Path) -> PathHash {
        let [a, b] = &self.0.hashers;
        if self.0.ignores_case {
            let folded = fold_case(path);
            (a.hash_one(&folded), b.hash_one(&folded))
        } else {
            (a.hash_one(path), b.hash_one(path))
        }
    }

    /// Claims a file or link for one owner.
    fn claim_file(&self, claims: &mut Claims, owner: usize, path: &Path) -> Result<()> {
        let key = self.key(path);
        let directory = claims.directories.get(&key).and_then(|users| users.other_than(owner));
        if let Some(other) = claims.other_file_owner(key, owner).or(directory) {
            return Err(self.conflict(path, owner, other));
        }
        self.claim_parents(claims, owner, path)?;
        claims.files.insert(key, owner);
        Ok(())
    }

    /// Claims a directory and its ancestors. Owners share directories: only a file or link at the
    /// same path is a conflict.
    fn claim_directory(&self, claims: &mut Claims, owner: usize, path: &Path) -> Result<()> {
        for directory in path.ancestors().filter(|path| !path.as_os_str().is_empty()) {
            let key = self.key(directory);
            if let Some(other) = claims.other_file_owner(key, owner) {
                return Err(self.conflict(directory, owner, other));
            }
            // Its ancestors were claimed with it.
            if claims.add_directory(key, owner) {
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
        .with_hint("pull the artifacts one at a time, by digest, into separate directories")
    }
}

/// One owner's right to write its paths.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    paths: FinalPaths,
    owner: usize,
}

impl Claim {
    #[cfg(test)]
    pub(crate) fn sole(path: &Path, digest: Digest, packed: bool) -> Self {
        let owner = Owner { path: path.to_path_buf(), digest, packed };
        FinalPaths::with_case(vec![owner], false).unwrap().of(0)
    }

    /// Returns whether this pull has no other owner, so that no conflict is possible.
    pub(crate) fn is_sole(&self) -> bool {
        self.paths.0.owners.len() == 1
    }

    /// Locks the paths of the pull while this owner inspects and writes its files.
    pub(crate) fn writing(&self) -> Writing<'_> {
        Writing { claim: self, claims: self.paths.lock() }
    }
}

/// The result of claiming an entry of a packed directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryClaim {
    /// The entry belongs to this owner, which may write it.
    Granted,
    /// Another owner of this pull writes the same content there.
    SameContent,
}

/// Exclusive use of the paths of a pull.
pub(crate) struct Writing<'a> {
    claim: &'a Claim,
    claims: MutexGuard<'a, Claims>,
}

impl Writing<'_> {
    /// CONFLICT when another owner has written the file at `path`, under a name that the file
    /// system treats as the same.
    pub(crate) fn check_not_placed(&self, path: &Path, found: &Metadata) -> Result<()> {
        let Some(identity) = identity(found) else { return Ok(()) };
        let Some(other) = self.claims.placed.get(&identity) else { return Ok(()) };
        let paths = &self.claim.paths;
        let others_file = paths.0.owners[*other].path.symlink_metadata();
        let [own, others] = [self.claim.owner, *other].map(|owner| &paths.0.owners[owner]);
        // If another process has replaced the other owner's file, its inode may be in use again.
        if (own.digest == others.digest && own.packed == others.packed)
            || others_file.ok().and_then(|m| self::identity(&m)) != Some(identity)
        {
            return Ok(());
        }
        Err(paths.conflict(path, self.claim.owner, *other))
    }

    /// Records a file that this owner has written or found unchanged.
    pub(crate) fn record_placed(&mut self, file: &Metadata) {
        if let Some(identity) = identity(file) {
            self.claims.placed.insert(identity, self.claim.owner);
        }
    }

    /// Claims a directory inside a packed directory.
    pub(crate) fn claim_directory(&mut self, path: &Path) -> Result<()> {
        self.claim.paths.claim_directory(&mut self.claims, self.claim.owner, path)
    }

    /// Claims a file or link inside a packed directory. CONFLICT when another owner has the path,
    /// unless `is_same` says that the other owner's content is the same.
    pub(crate) fn claim_file(
        &mut self,
        path: &Path,
        is_same: impl FnOnce(&Owner) -> bool,
    ) -> Result<EntryClaim> {
        let paths = &self.claim.paths;
        let key = paths.key(path);
        match self.claims.files.get(&key) {
            Some(other) if *other != self.claim.owner => {
                let owner = &paths.0.owners[*other];
                if is_same(owner) {
                    return Ok(EntryClaim::SameContent);
                }
                Err(paths.conflict(path, self.claim.owner, *other))
            }
            _ => {
                paths.claim_file(&mut self.claims, self.claim.owner, path)?;
                Ok(EntryClaim::Granted)
            }
        }
    }
}

fn case_could_matter(owners: &[Owner]) -> bool {
    // The names inside a packed directory are unknown until it is unpacked.
    let mut seen = HashSet::new();
    owners.iter().any(|owner| owner.packed || !seen.insert(fold_case(&owner.path)))
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
        let error = result.err().expect("expected a conflict");
        assert_eq!(error.code(), Code::Conflict);
        error.message().to_owned()
    }

    #[test]
    fn a_conflict_names_both_owners_of_the_path() {
        let owners = vec![owner("out/a", "1", false), owner("out/a", "2", false)];
        let digests = [owners[0].digest.to_string(), owners[1].digest.to_string()];
        let message = conflict(FinalPaths::with_case(owners, false));
        assert!(message.contains("out/a") && digests.iter().all(|d| message.contains(d)));
    }

    #[test]
    fn a_file_conflicts_with_paths_below_it() {
        for (a, b) in [
            (owner("out/a", "1", false), owner("out/a/b", "2", false)),
            (owner("out/a", "1", false), owner("out/a/b/c", "2", true)),
            (owner("out/a", "1", false), owner("out/a", "2", true)),
            (owner("out/a", "1", false), owner("out/a", "1", true)),
        ] {
            conflict(FinalPaths::with_case(vec![a.clone(), b.clone()], false));
            conflict(FinalPaths::with_case(vec![b, a], false));
        }
        let shared = vec![owner("out/d", "1", true), owner("out/d", "2", true)];
        FinalPaths::with_case(shared, false).unwrap();
        let beside = vec![owner("out/d/a", "1", false), owner("out/d", "2", true)];
        FinalPaths::with_case(beside, false).unwrap();
    }

    #[test]
    fn case_is_ignored_only_where_the_file_system_ignores_it() {
        let owners = || vec![owner("out/README", "1", false), owner("out/readme", "2", false)];
        FinalPaths::with_case(owners(), false).unwrap();
        conflict(FinalPaths::with_case(owners(), true));
        let distinct = vec![owner("out/straße", "1", false), owner("out/strasse", "2", false)];
        FinalPaths::with_case(distinct, true).unwrap();
        let below = vec![owner("out/Ä", "1", false), owner("out/ä/x", "2", false)];
        conflict(FinalPaths::with_case(below, true));
    }

    #[test]
    fn entries_of_a_packed_directory_may_only_repeat_the_content_of_a_titled_file() {
        let owners = vec![owner("out/d/x", "1", false), owner("out/d", "2", true)];
        let paths = FinalPaths::with_case(owners, false).unwrap();
        let claim = paths.of(1);
        let mut writing = claim.writing();
        let has_content = |content: &'static str| {
            move |other: &Owner| other.digest == Algorithm::Sha256.digest(content.as_bytes())
        };
        let path = |name: &str| Path::new("out/d").join(name);
        let mut claim_file = |name, content| writing.claim_file(&path(name), has_content(content));
        assert_eq!(claim_file("y", "1").unwrap(), EntryClaim::Granted);
        assert_eq!(claim_file("y", "1").unwrap(), EntryClaim::Granted);
        assert_eq!(claim_file("x", "1").unwrap(), EntryClaim::SameContent);
        conflict(claim_file("x", "3"));
        conflict(writing.claim_file(&path("x"), |_| false));
        conflict(writing.claim_directory(&path("x")));
        conflict(writing.claim_directory(&path("x/y")));
        // A link at this path would redirect the titled file.
        conflict(writing.claim_file(Path::new("out/d"), |_| false));
    }
}
