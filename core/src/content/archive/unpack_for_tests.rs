//! Unpacks a packed directory that is all that a pull writes. Only tests use it.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use super::{packed_directory::PackedDirectory, unpack_limits::UnpackLimits};
use crate::content::{final_paths::Claim, partial_file::Leftovers, paths::plain};
use ocigraph_types::{Algorithm, Digest, Result};

pub(crate) fn unpack(
    archive: impl Read,
    title: &str,
    output: &Path,
    content_digest: Option<&Digest>,
    limits: &UnpackLimits,
    keep_old: bool,
) -> Result<Vec<PathBuf>> {
    let target = plain(&output.join(title));
    let claim = Claim::sole(&target, Algorithm::Sha256.digest(b"the archive"), true);
    let leftovers = Leftovers::default();
    let (claim, leftovers) = (&claim, &leftovers);
    let directory =
        PackedDirectory { title, output, content_digest, limits, keep_old, claim, leftovers };
    let placed = directory.unpack(archive)?;
    leftovers.all_written(std::iter::empty());
    Ok(placed)
}
