//! A layout in a tar archive, read in place.
//!
//! The headers of the archive are read once, for as long as the file has the same metadata and the
//! same `index.json`. Nothing is unpacked, and an archive is never changed. Tools write such
//! archives as `oci-archive:`, `docker save` does since Docker 25.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use super::{
    dir_handle::refusal_error,
    directory::{BLOBS, INDEX, MARKER, MAX_MARKER, blob_path, check_marker, not_a_layout},
    index_cache::{MAX_BYTES, Snapshot, too_large},
    index_text,
    sync::lock,
};
use crate::content::{
    archive::{Extent, TarFile},
    regular_file::{Kind, Refused, open_regular},
    source::ByteStream,
    transfer_buffers::Transfer,
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, media_type};

/// The entry by which an archive of Docker's older format is recognized.
const DOCKER_MANIFEST: &str = "manifest.json";
/// The same before Docker 1.10.
const DOCKER_REPOSITORIES: &str = "repositories";

/// An open archive.
#[derive(Debug)]
pub(super) struct Archive {
    tar: Arc<TarFile>,
    path: PathBuf,
    /// The index, once it was read.
    snapshot: Mutex<Option<Arc<Snapshot>>>,
}

/// The archive that was opened last.
#[derive(Debug, Default)]
pub(super) struct ArchiveCache(Mutex<Option<Arc<Archive>>>);

impl ArchiveCache {
    /// Returns the archive at `path`, or `None` if no file is there. Reads its headers again if the
    /// file has changed.
    pub(super) fn load(&self, path: &Path, max_entries: usize) -> Result<Option<Arc<Archive>>> {
        match path.metadata().map(|m| Kind::from(m.file_type())) {
            Ok(Kind::File) => {}
            // An error is reported where the directory is read.
            Ok(Kind::Directory) | Err(_) => return Ok(None),
            Ok(kind) => return Err(not_a_layout(path, kind)),
        }
        let mut cached = lock(&self.0);
        if let Some(archive) = &*cached
            && archive.is_current()
        {
            return Ok(Some(Arc::clone(archive)));
        }
        let file = open_regular(path).map_err(|refused| match refused {
            Refused::Is(kind) => not_a_layout(path, kind),
            other => other.named(path),
        })?;
        let archive = Arc::new(Archive::new(TarFile::open(file, path, max_entries)?, path)?);
        *cached = Some(Arc::clone(&archive));
        Ok(Some(archive))
    }
}

impl Archive {
    fn new(tar: TarFile, path: &Path) -> Result<Self> {
        let archive =
            Self { tar: Arc::new(tar), path: path.to_path_buf(), snapshot: Mutex::default() };
        let marker = match archive.tar.find(MARKER) {
            Ok(marker) => marker,
            Err(Refused::Missing) => return Err(archive.no_layout()),
            Err(e) => return Err(refusal_error("read", &path.join(MARKER), "file", e)),
        };
        let bytes = match marker.length > MAX_MARKER {
            true => Vec::new(),
            false => archive.tar.read(marker)?,
        };
        check_marker(path, &bytes)?;
        if !archive.tar.is_reliable() {
            // `is_current` compares it.
            let _ = archive.snapshot();
        }
        Ok(archive)
    }

    /// Returns true if the file has not changed since its headers were read. A file that was
    /// written a moment ago can change without a new time: then `index.json` is compared too.
    fn is_current(&self) -> bool {
        let same_index = || match (&*lock(&self.snapshot), self.index_bytes()) {
            (Some(snapshot), Ok(bytes)) => snapshot.bytes == bytes,
            _ => false,
        };
        self.tar.is_still_at(&self.path) && (self.tar.is_reliable() || same_index())
    }

    /// Returns the index of the archive. An error is not kept: it can be that of a call that was
    /// dropped.
    pub(super) fn snapshot(&self) -> Result<Arc<Snapshot>> {
        let mut known = lock(&self.snapshot);
        if let Some(snapshot) = &*known {
            return Ok(Arc::clone(snapshot));
        }
        let size_of = |digest: &Digest| self.find(digest).ok().map(|found| found.length);
        let bytes = self.index_bytes()?;
        let snapshot = Arc::new(Snapshot::parse(bytes, &self.path.join(INDEX), size_of)?);
        *known = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    fn index_bytes(&self) -> Result<Vec<u8>> {
        let path = self.path.join(INDEX);
        match self.tar.find(INDEX) {
            Ok(index) if index.length > MAX_BYTES => Err(too_large(&path)),
            Ok(index) => self.tar.read(index),
            // As in a directory: some tools write it only once there is a manifest to list.
            Err(Refused::Missing) => Ok(index_text::empty().into_bytes()),
            Err(e) => Err(refusal_error("read", &path, "file", e)),
        }
    }

    /// Returns where the content of a blob or manifest is.
    pub(super) fn find(&self, digest: &Digest) -> Result<Extent, Refused> {
        self.tar.find(&format!("{BLOBS}/{}/{}", digest.algorithm_name(), digest.encoded()))
    }

    /// Reads a file whose length was checked.
    pub(super) fn read(&self, extent: Extent) -> Result<Vec<u8>> {
        self.tar.read(extent)
    }

    /// Returns true if the blob exists with the right size.
    pub(super) fn has_blob(&self, blob: &Descriptor) -> bool {
        self.find(&blob.digest).is_ok_and(|found| found.length == blob.size)
    }

    /// Returns the size of a blob, with the media type `application/octet-stream`.
    pub(super) fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        let found = self.find(digest).map_err(|e| self.no_blob(digest, e))?;
        Ok(Descriptor::new(media_type::OCTET_STREAM, digest.clone(), found.length))
    }

    /// Streams a blob from `offset` on. NOT_FOUND if it does not exist, SIZE_MISMATCH if it has
    /// another size.
    pub(super) fn fetch_blob(
        &self,
        blob: &Descriptor,
        offset: u64,
        transfer: Transfer,
    ) -> Result<ByteStream> {
        let found = self.find(&blob.digest).map_err(|e| self.no_blob(&blob.digest, e))?;
        if found.length != blob.size {
            let path = blob_path(&self.path, &blob.digest);
            let message =
                format!("{} has {} bytes, not {}", path.display(), found.length, blob.size);
            return Err(Error::new(Code::SizeMismatch, message));
        }
        Ok(Arc::clone(&self.tar).stream(found, offset, move || transfer.buffer_size()))
    }

    fn no_blob(&self, digest: &Digest, refused: Refused) -> Error {
        match refused {
            Refused::Missing | Refused::Is(Kind::Dangling) => {
                Error::new(Code::NotFound, format!("{} has no blob {digest}", self.path.display()))
            }
            other => refusal_error("read", &blob_path(&self.path, digest), "file", other),
        }
    }

    /// Returns the error for an archive without the file `oci-layout`, which says what it is.
    fn no_layout(&self) -> Error {
        let path = self.path.display();
        let has = |name| self.tar.find(name).is_ok();
        if has(DOCKER_MANIFEST) || has(DOCKER_REPOSITORIES) {
            let what = format!(
                "{path} is a Docker archive, not an image layout: `docker save` before Docker 25, \
                 `podman save`, `crane pull` and Jib write this format"
            );
            return Error::new(Code::Unsupported, what).with_hint(format!(
                "convert it: `skopeo copy docker-archive:{path} oci-archive:FILE.tar:TAG`"
            ));
        }
        let error = Error::new(
            Code::NotFound,
            format!("{path} is not an image layout: the archive has no file {MARKER}"),
        );
        let nested = |name: &str| name.ends_with(&format!("/{MARKER}"));
        match self.tar.names(nested).min() {
            Some(name) => {
                let folder = name.strip_suffix(MARKER).unwrap_or(name).trim_end_matches('/');
                let folder = ocigraph_types::excerpt(folder);
                error.with_hint(format!(
                    "the layout is in the folder {folder:?} of the archive: unpack it, or write the \
                     archive from within that folder"
                ))
            }
            None => error.with_hint("name an archive that `oras backup` or `skopeo copy … oci-archive:FILE.tar` has written"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        time::{Duration, SystemTime},
    };

    use serde_json::json;

    use super::*;
    use crate::{
        blocking::CancelFlag,
        store::{layout::inner::Inner, limits::Limits},
    };

    #[test]
    fn a_cancelled_call_leaves_a_handle_usable() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.tar");
        let manifest = json!({ "schemaVersion": 2, "manifests": [] }).to_string();
        let listed = Descriptor::of(media_type::OCI_INDEX, manifest.as_bytes());
        let file = File::create(&path).unwrap();
        let mut tar = tar::Builder::new(&file);
        for (name, content) in [
            (MARKER.to_owned(), r#"{"imageLayoutVersion":"1.0.0"}"#.to_owned()),
            (INDEX.to_owned(), json!({ "schemaVersion": 2, "manifests": [listed] }).to_string()),
            (format!("{BLOBS}/sha256/{}", listed.digest.encoded()), manifest),
        ] {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            tar.append_data(&mut header, name, content.as_bytes()).unwrap();
        }
        tar.finish().unwrap();
        // An age at which the time can be relied on: the archive is then opened once.
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();

        let layout = Inner::new(path, &Limits::default());
        layout.archive().unwrap();
        assert!(CancelFlag::cancelled().run(|| layout.snapshot()).is_err());
        let snapshot = layout.snapshot().unwrap();
        let cancelled = CancelFlag::cancelled().run(|| layout.listed(&snapshot)).unwrap();
        assert!(cancelled.unread.is_some());
        assert!(layout.listed(&snapshot).unwrap().unread.is_none());
    }
}
