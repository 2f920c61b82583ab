//! `index.json`: read whole, changed under the lock, replaced by rename.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use serde_json::{Map, Value};
use tempfile::NamedTempFile;

use super::Inner;
use crate::{
    descriptor::{Descriptor, annotation},
    digest::Digest,
    error::{Code, Error, Result},
    reference::check_tag,
};

const LAYOUT: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;

/// The entries, and every field that is not ours.
#[derive(Debug, Clone)]
pub(super) struct Index {
    fields: Map<String, Value>,
    pub(super) entries: Vec<Descriptor>,
}

impl Index {
    /// Reads the index of the layout at `path`.
    pub(super) fn read(path: &Path) -> Result<Self> {
        check_version(path)?;
        let file = path.join("index.json");
        let malformed = |why: String| {
            Error::new(
                Code::InvalidManifest,
                format!("{} is no image index: {why}", file.display()),
            )
        };
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            // Killed between creating the two files: nothing is listed yet.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::empty()),
            Err(e) => return Err(Error::io("read", &file, e)),
        };
        let mut fields: Map<String, Value> =
            serde_json::from_slice(&bytes).map_err(|e| malformed(e.to_string()))?;
        let entries = match fields.get_mut("manifests").map(Value::take) {
            None | Some(Value::Null) => Vec::new(),
            Some(list) => serde_json::from_value(list).map_err(|e| malformed(e.to_string()))?,
        };
        Ok(Self { fields, entries })
    }

    fn empty() -> Self {
        let fields = Map::from_iter([
            ("schemaVersion".to_owned(), Value::from(2)),
            ("manifests".to_owned(), Value::Null),
        ]);
        Self { fields, entries: Vec::new() }
    }

    /// What a tag names. Of two entries with one tag the later counts, as for ORAS.
    pub(super) fn tagged(&self, tag: &str) -> Option<&Digest> {
        self.entries.iter().rev().find(|e| name_of(e) == Some(tag)).map(|e| &e.digest)
    }

    /// The media type an entry gives for a digest.
    pub(super) fn media_type(&self, digest: &Digest) -> Option<&str> {
        self.entries.iter().find(|e| e.digest == *digest).map(|e| e.media_type.as_str())
    }

    /// The names that are tags; other tools write whole references there too.
    pub(super) fn tags(&self) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        for name in self.entries.iter().filter_map(name_of).filter(|name| check_tag(name).is_ok()) {
            if !tags.iter().any(|tag| tag == name) {
                tags.push(name.to_owned());
            }
        }
        tags
    }

    /// Entries that have no tag, here or in another entry.
    pub(super) fn untagged(&self) -> Vec<Descriptor> {
        let is_tagged = |digest: &Digest| {
            self.entries
                .iter()
                .any(|e| e.digest == *digest && name_of(e).is_some_and(|n| check_tag(n).is_ok()))
        };
        self.entries.iter().filter(|e| !is_tagged(&e.digest)).cloned().collect()
    }

    /// Lists a manifest under `tags`, or without one unless it is listed already.
    pub(super) fn add(&mut self, entry: &Descriptor, tags: &[String]) {
        for tag in tags {
            self.untag(tag);
            let mut tagged = entry.clone();
            tagged.annotations.insert(annotation::REF_NAME.into(), tag.clone());
            // The entry without a tag becomes the tagged one.
            self.entries.retain(|e| e.digest != entry.digest || name_of(e).is_some());
            self.entries.push(tagged);
        }
        if tags.is_empty() && !self.entries.iter().any(|e| e.digest == entry.digest) {
            self.entries.push(entry.clone());
        }
    }

    /// Takes a tag away; what it named stays listed. Whether it was there.
    pub(super) fn untag(&mut self, tag: &str) -> bool {
        let Some(digest) = self.tagged(tag).cloned() else { return false };
        let Some(place) = self.entries.iter().position(|e| name_of(e) == Some(tag)) else {
            return false;
        };
        let elsewhere = self.entries.iter().any(|e| e.digest == digest && name_of(e) != Some(tag));
        let mut kept = self.entries[place].clone();
        kept.annotations.remove(annotation::REF_NAME);
        self.entries.retain(|e| name_of(e) != Some(tag));
        if !elsewhere {
            self.entries.insert(place.min(self.entries.len()), kept);
        }
        true
    }

    fn write(&self) -> Result<Vec<u8>> {
        let mut fields = self.fields.clone();
        let value = serde_json::to_value(&self.entries);
        value
            .and_then(|entries| {
                fields.insert("manifests".into(), entries);
                serde_json::to_vec(&fields)
            })
            .map_err(|e| {
                Error::new(Code::Internal, "index.json could not be written").with_source(e)
            })
    }
}

fn name_of(entry: &Descriptor) -> Option<&str> {
    entry.annotations.get(annotation::REF_NAME).map(String::as_str)
}

fn check_version(path: &Path) -> Result<()> {
    let file = path.join("oci-layout");
    let bytes = fs::read(&file).map_err(|e| Error::io("read", &file, e))?;
    let version = serde_json::from_slice::<Value>(&bytes)
        .ok()
        .and_then(|v| v.get("imageLayoutVersion")?.as_str().map(str::to_owned));
    match version {
        Some(version) if version.starts_with("1.") => Ok(()),
        Some(version) => Err(Error::new(
            Code::Unsupported,
            format!(
                "{} is an image layout of version {version}; 1.0.0 is known here",
                path.display()
            ),
        )),
        None => Err(Error::new(
            Code::InvalidManifest,
            format!("{} does not say imageLayoutVersion", file.display()),
        )),
    }
}

impl Inner {
    pub(super) fn own_folder(&self) -> std::path::PathBuf {
        self.path.join(".ocigraph")
    }

    /// Makes the directory a layout unless it is one.
    pub(super) fn create(&self) -> Result<()> {
        let marker = self.path.join("oci-layout");
        // A push that was killed early leaves our own folder, blobs, or a marker without an index.
        let ours = |name: &std::ffi::OsStr| name == ".ocigraph" || name == "blobs";
        if !marker.exists()
            && let Ok(mut entries) = fs::read_dir(&self.path)
            && entries.any(|entry| entry.is_ok_and(|entry| !ours(&entry.file_name())))
            && !marker.exists()
        {
            return Err(Error::new(
                Code::AlreadyExists,
                format!(
                    "{} is a directory with other things in it, and no image layout",
                    self.path.display()
                ),
            )
            .with_hint("name an empty directory, or one that is not there yet"));
        }
        let own = self.own_folder();
        fs::create_dir_all(&own).map_err(|e| Error::io("create", &own, e))?;
        if !marker.exists() {
            self.replace(&marker, LAYOUT.as_bytes())?;
        }
        Ok(())
    }

    /// Changes the index, alone among all processes, once what was written is durable.
    pub(super) fn change_index(&self, change: impl FnOnce(&mut Index) -> Result<()>) -> Result<()> {
        self.create()?;
        self.sync_blobs()?;
        let _lock = self.lock_index()?;
        let mut index = Index::read(&self.path)?;
        change(&mut index)?;
        self.replace_index(&index)
    }

    pub(super) fn replace_index(&self, index: &Index) -> Result<()> {
        self.replace(&self.path.join("index.json"), &index.write()?)
    }

    pub(super) fn lock_index(&self) -> Result<File> {
        let path = self.own_folder().join("lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .and_then(|file| fs4::FileExt::lock(&file).map(|()| file));
        lock.map_err(|e| Error::io("lock", &path, e))
    }

    pub(super) fn replace(&self, target: &Path, bytes: &[u8]) -> Result<()> {
        let fail = |e| Error::io("write", target, e);
        let mut file = NamedTempFile::new_in(self.own_folder()).map_err(fail)?;
        file.write_all(bytes).map_err(fail)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            file.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(fail)?;
        }
        file.as_file().sync_all().map_err(fail)?;
        file.persist(target).map_err(|e| fail(e.error))?;
        sync_directory(&self.path)
    }
}

/// A rename is durable once its directory is.
pub(super) fn sync_directory(path: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(path).and_then(|d| d.sync_all()).map_err(|e| Error::io("write", path, e))?;
    }
    Ok(())
}
