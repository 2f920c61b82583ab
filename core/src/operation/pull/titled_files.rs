//! Plans which files a pull writes: the titled blobs of all its manifests. Two manifests that share
//! a blob and a path share the file. This module writes nothing.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::PathBuf,
    sync::Arc,
};

use super::options::PullOptions;
use crate::content::{
    final_paths::Owner,
    safe_path::{safe_directory, safe_target},
};
use ocigraph_types::{Descriptor, Manifest, Result, annotation};

/// A blob with a title, and the path to write it to.
#[derive(Debug)]
pub(super) struct TitledFile {
    pub(super) blob: Descriptor,
    pub(super) path: PathBuf,
    /// True if the blob is the archive of a directory.
    pub(super) packed: bool,
}

impl TitledFile {
    pub(super) fn title(&self) -> &str {
        self.blob.title().unwrap_or_default()
    }

    pub(super) fn owner(&self) -> Owner {
        Owner { path: self.path.clone(), digest: self.blob.digest.clone(), packed: self.packed }
    }
}

/// The files of all manifests of a pull.
#[derive(Debug)]
pub(super) struct TitledFiles {
    pub(super) all: Arc<[Arc<TitledFile>]>,
    /// For each manifest, the positions of its files in `all`, in the order of the manifest.
    pub(super) by_manifest: Vec<Vec<usize>>,
}

impl TitledFiles {
    /// Collects the files of `manifests`. UNSAFE_PATH for a title that leads out of the output
    /// directory.
    pub(super) fn of(manifests: &[Manifest], options: &PullOptions) -> Result<Self> {
        let mut all = Vec::new();
        let mut positions: HashMap<Owner, usize> = HashMap::new();
        let mut by_manifest = Vec::with_capacity(manifests.len());
        for manifest in manifests {
            let mut files = Vec::new();
            for blob in manifest.content() {
                let Some(title) = blob.title() else { continue };
                let packed = blob.annotations.get(annotation::UNPACK).is_some_and(|v| v == "true");
                let target = if packed { safe_directory } else { safe_target };
                let path = target(&options.output, title, options.allow_path_traversal)?;
                let file = TitledFile { blob: blob.clone(), path, packed };
                files.push(match positions.entry(file.owner()) {
                    Entry::Occupied(position) => *position.get(),
                    Entry::Vacant(position) => {
                        all.push(Arc::new(file));
                        *position.insert(all.len() - 1)
                    }
                });
            }
            by_manifest.push(files);
        }
        Ok(Self { all: all.into(), by_manifest })
    }
}
