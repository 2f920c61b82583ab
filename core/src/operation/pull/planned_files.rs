//! Plans which files a pull writes: the blobs of all its manifests that have a name. Two manifests
//! that share a blob and a path share the file. This module writes nothing.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet, hash_map::Entry},
    path::PathBuf,
    sync::Arc,
};

use super::options::PullOptions;
use crate::content::{
    final_paths::Owner,
    safe_path::{safe_directory, safe_target},
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Manifest, Result, annotation, media_type};

/// A blob, and the path to write it to.
#[derive(Debug)]
pub(super) struct PlannedFile {
    pub(super) blob: Descriptor,
    /// The title, or what takes its place.
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// True if the blob is the archive of a directory.
    pub(super) packed: bool,
}

impl PlannedFile {
    pub(super) fn owner(&self) -> Owner {
        Owner { path: self.path.clone(), digest: self.blob.digest.clone(), packed: self.packed }
    }
}

/// What a pull does with the blobs of one manifest.
#[derive(Debug, Default)]
pub(super) struct ManifestPlan {
    /// The positions of its files in [`PlannedFiles::all`], in the order of the manifest.
    pub(super) files: Vec<usize>,
    /// The blobs without a file. The config and the empty blob are not among them.
    pub(super) skipped: Vec<Descriptor>,
}

/// The files of all manifests of a pull.
#[derive(Debug)]
pub(super) struct PlannedFiles {
    pub(super) all: Arc<[Arc<PlannedFile>]>,
    pub(super) by_manifest: Vec<ManifestPlan>,
}

impl PlannedFiles {
    /// Collects the files of `manifests`. UNSAFE_PATH for a name that leads out of the output
    /// directory, unless the caller gave it.
    pub(super) fn of(manifests: &[Manifest], options: &PullOptions) -> Result<Self> {
        let mut all = Vec::new();
        let mut positions: HashMap<Owner, usize> = HashMap::new();
        let mut add = |file: PlannedFile, plan: &mut ManifestPlan| {
            plan.files.push(match positions.entry(file.owner()) {
                Entry::Occupied(position) => *position.get(),
                Entry::Vacant(position) => {
                    all.push(Arc::new(file));
                    *position.insert(all.len() - 1)
                }
            });
        };
        let config_path = config_path(options)?;
        let subjects: HashSet<&Digest> = match options.include_subject {
            true => manifests.iter().filter_map(Manifest::subject).map(|s| &s.digest).collect(),
            false => HashSet::new(),
        };
        let mut by_manifest = Vec::with_capacity(manifests.len());
        for manifest in manifests {
            let mut plan = ManifestPlan::default();
            let config = config_path.filter(|_| !subjects.contains(manifest.digest()));
            let configs = usize::from(manifest.config().is_some());
            for (at, blob) in manifest.content().enumerate() {
                let is_config = at < configs;
                if let Some(name) = config.filter(|_| is_config && fits_config(blob, options)) {
                    let path = safe_target(&options.output, name, true)?;
                    let (blob, name, packed) = (blob.clone(), name.to_owned(), false);
                    add(PlannedFile { blob, name, path, packed }, &mut plan);
                    continue;
                }
                let Some(name) = name_of(blob, options.all && !is_config) else {
                    if !is_config && blob.media_type != media_type::EMPTY {
                        plan.skipped.push(blob.clone());
                    }
                    continue;
                };
                let packed = blob.annotations.get(annotation::UNPACK).is_some_and(|v| v == "true");
                let target = if packed { safe_directory } else { safe_target };
                let path = target(&options.output, &name, options.allow_path_traversal)?;
                let file =
                    PlannedFile { blob: blob.clone(), name: name.into_owned(), path, packed };
                add(file, &mut plan);
            }
            by_manifest.push(plan);
        }
        Ok(Self { all: all.into(), by_manifest })
    }
}

/// Returns the path that the caller gave for the config.
fn config_path(options: &PullOptions) -> Result<Option<&str>> {
    let invalid = |message: &str| Error::new(Code::InvalidArgument, message);
    let Some(path) = &options.config_file else {
        return match options.config_media_type {
            Some(_) => Err(invalid("a media type of the config was given, and no file for it")),
            None => Ok(None),
        };
    };
    options.config_media_type.as_deref().map_or(Ok(()), media_type::check)?;
    path.to_str().map(Some).ok_or_else(|| invalid("the path of the config is not UTF-8"))
}

fn fits_config(config: &Descriptor, options: &PullOptions) -> bool {
    let wanted = options.config_media_type.as_deref();
    wanted.is_none_or(|text| media_type::essence(text) == media_type::essence(&config.media_type))
}

/// Returns the name of the file for a blob: its title or, if blobs without a title are written, the
/// path that model-spec gives it, or a name made from its digest. Foreign layers are not expected in a
/// registry.
fn name_of(blob: &Descriptor, writes_untitled: bool) -> Option<Cow<'_, str>> {
    if let Some(title) = blob.title() {
        return Some(title.into());
    }
    if !writes_untitled || blob.media_type == media_type::EMPTY || blob.is_foreign() {
        return None;
    }
    // `:` is not valid in a file name on Windows.
    let digest = || format!("{}-{}", blob.digest.algorithm_name(), blob.digest.encoded()).into();
    Some(model_path(blob).map_or_else(digest, Cow::from))
}

/// Returns the path of a file of a model. For a layer that is an archive, the path is that of the file
/// in the archive: modctl ignores it and takes the names in the archive.
fn model_path(blob: &Descriptor) -> Option<&str> {
    let is_archive = blob.media_type.ends_with(".tar") || blob.media_type.contains(".tar+");
    let keys = [annotation::MODEL_FILE_PATH, annotation::OLD_MODEL_FILE_PATH];
    let mut paths = keys.iter().filter_map(|key| blob.annotations.get(*key));
    paths.find(|path| !path.is_empty() && !is_archive).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(media_type: &str, annotations: &[(&str, &str)]) -> Descriptor {
        let mut blob = Descriptor::of(media_type, b"x");
        blob.annotations = annotations.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        blob
    }

    #[test]
    fn a_title_comes_before_the_path_of_a_model_and_that_before_the_digest() {
        let digest = "sha256-2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
        let (title, path) = ((annotation::TITLE, "t"), (annotation::MODEL_FILE_PATH, "dir/m"));
        let old = (annotation::OLD_MODEL_FILE_PATH, "old");
        let raw = "application/vnd.cncf.model.weight.v1.raw";
        for (media_type, annotations, expected) in [
            (raw, &[title, path][..], Some("t")),
            (raw, &[old, path], Some("dir/m")),
            (raw, &[old], Some("old")),
            (raw, &[(annotation::MODEL_FILE_PATH, ""), old], Some("old")),
            (raw, &[], Some(digest)),
            ("application/vnd.cncf.model.weight.v1.tar", &[path], Some(digest)),
            ("application/vnd.cncf.model.doc.v1.tar+zstd", &[path], Some(digest)),
            (media_type::EMPTY, &[], None),
            (media_type::EMPTY, &[title], Some("t")),
            ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", &[], None),
        ] {
            let blob = blob(media_type, annotations);
            assert_eq!(name_of(&blob, true).as_deref(), expected, "{media_type} {annotations:?}");
            let titled = annotations.contains(&title).then_some("t");
            assert_eq!(name_of(&blob, false).as_deref(), titled);
        }
    }

    #[test]
    fn a_media_type_of_the_config_needs_a_file_and_must_be_one() {
        let options = PullOptions::default().config_media_type("a/b");
        let error = PlannedFiles::of(&[], &options).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument, "{error}");
        let options = options.config_file("c.json").config_media_type("config");
        let error = PlannedFiles::of(&[], &options).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument, "{error}");
    }
}
