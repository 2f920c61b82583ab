//! Unpacks a packed directory: first into a hidden staging directory, and moves it into place after
//! the whole archive was verified.
//!
//! Relies on [`extract`](super::extract) for the entries and on [`Leftovers`] for the staging
//! directory. An archive that is damaged, hostile or in conflict with existing files never changes
//! anything in the output directory.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    extract::Extraction,
    move_into_place::move_into_place,
    unpack_limits::{Meter, PackedReader, UnpackLimits},
};
use crate::content::{
    final_paths::Claim,
    partial_file::{Leftovers, StagingDirectory},
    paths::{parent, plain},
    safe_path::check_links,
};
use ocigraph_types::{Algorithm, Code, Digest, Error, Result};

/// A packed directory, and where to unpack it.
pub(crate) struct PackedDirectory<'a> {
    /// Must have passed [`safe_directory`](crate::content::safe_path::safe_directory).
    pub(crate) title: &'a str,
    pub(crate) output: &'a Path,
    /// The digest of the uncompressed archive.
    pub(crate) content_digest: Option<&'a Digest>,
    pub(crate) limits: &'a UnpackLimits,
    /// Keeps existing files.
    pub(crate) keep_old: bool,
    pub(crate) claim: &'a Claim,
    pub(crate) leftovers: &'a Leftovers,
}

impl PackedDirectory<'_> {
    /// Unpacks the directory, and merges it into an existing one.
    ///
    /// Reads the archive to its end before it moves anything into place, so that a reader that
    /// fails at the end, for example because of a wrong digest, leaves nothing. Returns the paths
    /// that were written, of a new directory only its own path; an empty list when nothing had to
    /// change.
    pub(crate) fn unpack(&self, archive: impl Read) -> Result<Vec<PathBuf>> {
        let algorithm = self.content_digest.map_or(Ok(Algorithm::Sha256), Digest::algorithm)?;
        let title = self.title;
        let output = plain(self.output);
        let target = plain(&output.join(title));
        check_links(&output, &target).map_err(|link| {
            Error::new(
                Code::UnsafePath,
                format!("the title {title:?} leads through the symbolic link {}", link.display()),
            )
        })?;
        let is_output = target == output;
        let exists = is_output || target.symlink_metadata().is_ok_and(|m| m.is_dir());
        let beside = if exists { &target } else { parent(&target) };
        let staging = StagingDirectory::create(beside, self.leftovers)?;
        let root = staging.path().join("root");
        fs::create_dir(&root).map_err(|e| Error::io("create the directory", &root, e))?;

        let meter = Meter::new(self.limits);
        let mut source = PackedReader { inner: archive, meter: &meter };
        let extraction = Extraction::new(&root, title, &meter);
        let (actual, unpacked) = extraction.run(&mut source, algorithm).inspect_err(|_| {
            if meter.malformed.get() {
                // The reader reports only at its end that the transfer has damaged the archive.
                let _ = io::copy(&mut source, &mut io::sink());
            }
        })?;
        if let Some(expected) = self.content_digest
            && actual != *expected
        {
            return Err(Error::new(
                Code::DigestMismatch,
                format!(
                    "the content of the directory {title:?} has the digest {actual}, and its \
                     annotation says {expected}"
                ),
            )
            .with_hint("the annotation is wrong; ask the publisher to push the artifact again"));
        }
        move_into_place(&unpacked, &target, &output, is_output, self.keep_old, self.claim)
    }
}
