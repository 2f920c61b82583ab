//! Manifests: their bytes as stored, and the descriptors that they contain.

use ocigraph::Manifest;

use crate::{
    boundary::{borrow, free, read},
    results::ocigraph_descriptor,
    text::ocigraph_bytes,
};

/// A manifest: its bytes as stored, and the descriptors that it contains.
pub struct ocigraph_manifest {
    value: Manifest,
    descriptor: ocigraph_descriptor,
    config: Option<ocigraph_descriptor>,
    subject: Option<ocigraph_descriptor>,
    blobs: Vec<ocigraph_descriptor>,
    manifests: Vec<ocigraph_descriptor>,
}

impl From<Manifest> for ocigraph_manifest {
    fn from(value: Manifest) -> Self {
        let one = |d: Option<&ocigraph::Descriptor>| d.cloned().map(ocigraph_descriptor::new);
        Self {
            descriptor: ocigraph_descriptor::new(value.descriptor()),
            config: one(value.config()),
            subject: one(value.subject()),
            blobs: ocigraph_descriptor::list(value.blobs()),
            manifests: ocigraph_descriptor::list(value.manifests()),
            value,
        }
    }
}

/// Frees a manifest and everything borrowed from it.
///
/// Ownership: takes `manifest`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_free(manifest: Option<Box<ocigraph_manifest>>) {
    free(manifest);
}

/// Returns the bytes of the manifest, exactly as stored.
///
/// Ownership: borrowed from `manifest`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_bytes(manifest: Option<&ocigraph_manifest>) -> ocigraph_bytes {
    read(manifest, |r| r.value.bytes().as_ref().into())
}

/// Returns the descriptor of the manifest, with its artifact type and annotations.
///
/// Ownership: borrowed from `manifest`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_descriptor(
    manifest: Option<&ocigraph_manifest>,
) -> Option<&ocigraph_descriptor> {
    borrow(manifest, |r| Some(&r.descriptor))
}

/// Returns true if the manifest is an index (a list of manifests).
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_is_index(manifest: Option<&ocigraph_manifest>) -> bool {
    read(manifest, |r| r.value.is_index())
}

/// Returns the config, or NULL if the manifest has none.
///
/// Ownership: borrowed from `manifest`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_config(
    manifest: Option<&ocigraph_manifest>,
) -> Option<&ocigraph_descriptor> {
    borrow(manifest, |r| r.config.as_ref())
}

/// Returns the subject, or NULL if the manifest has none.
///
/// Ownership: borrowed from `manifest`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_subject(
    manifest: Option<&ocigraph_manifest>,
) -> Option<&ocigraph_descriptor> {
    borrow(manifest, |r| r.subject.as_ref())
}

/// Returns the number of layers or blobs. The config does not count.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_blob_count(manifest: Option<&ocigraph_manifest>) -> usize {
    read(manifest, |r| r.blobs.len())
}

/// Returns the layer or blob at `index`.
///
/// Ownership: borrowed from `manifest`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_blob(
    manifest: Option<&ocigraph_manifest>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(manifest, |r| r.blobs.get(index))
}

/// Returns the number of manifests that the index lists, or 0 if the manifest is not an index.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_manifest_count(manifest: Option<&ocigraph_manifest>) -> usize {
    read(manifest, |r| r.manifests.len())
}

/// Returns the manifest at `index` of the index.
///
/// Ownership: borrowed from `manifest`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_manifest(
    manifest: Option<&ocigraph_manifest>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(manifest, |r| r.manifests.get(index))
}
