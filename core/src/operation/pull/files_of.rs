//! The files of the manifests of one pull: each content and path once.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::PathBuf,
    sync::Arc,
};

use crate::{
    content::{
        final_paths::Owner,
        safe_path::{safe_directory, safe_target},
    },
    operation::pull::PullOptions,
};
use ocigraph_types::{Descriptor, Manifest, Result, annotation};

/// A titled blob and where it goes.
#[derive(Debug)]
pub(super) struct TitledFile {
    pub(super) blob: Descriptor,
    pub(super) path: PathBuf,
    /// Whether it is a directory, packed.
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

#[derive(Debug)]
pub(super) struct FilesOf {
    pub(super) all: Arc<[Arc<TitledFile>]>,
    /// For each manifest, its files by their place in `all`, in its own order.
    pub(super) by_manifest: Vec<Vec<usize>>,
}

impl FilesOf {
    /// UNSAFE_PATH for a title that leads out of the output directory.
    pub(super) fn manifests(manifests: &[Manifest], options: &PullOptions) -> Result<Self> {
        let mut all = Vec::new();
        let mut places: HashMap<Owner, usize> = HashMap::new();
        let mut by_manifest = Vec::with_capacity(manifests.len());
        for manifest in manifests {
            let mut files_of = Vec::new();
            for blob in manifest.content() {
                let Some(title) = blob.title() else { continue };
                let packed = blob.annotations.get(annotation::UNPACK).is_some_and(|v| v == "true");
                let target = if packed { safe_directory } else { safe_target };
                let path = target(&options.output, title, options.allow_path_traversal)?;
                let file = TitledFile { blob: blob.clone(), path, packed };
                files_of.push(match places.entry(file.owner()) {
                    Entry::Occupied(place) => *place.get(),
                    Entry::Vacant(place) => {
                        all.push(Arc::new(file));
                        *place.insert(all.len() - 1)
                    }
                });
            }
            by_manifest.push(files_of);
        }
        Ok(Self { all: all.into(), by_manifest })
    }
}
