//! A manifest: its bytes as stored, and what is written in it.

use ocigraph::Manifest;

use crate::{
    boundary::{borrow, free, read},
    results::ocigraph_descriptor,
    text::ocigraph_bytes,
};

/// A manifest as it is stored.
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

/// Ends a manifest, and all that was borrowed from it.
///
/// Ownership: takes `manifest`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_free(manifest: Option<Box<ocigraph_manifest>>) {
    free(manifest);
}

/// Its bytes, exactly as they are stored.
///
/// Ownership: borrowed from `manifest`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_bytes(manifest: Option<&ocigraph_manifest>) -> ocigraph_bytes {
    read(manifest, |r| r.value.bytes().as_ref().into())
}

/// Its type, digest and size, with artifact type and annotations.
///
/// Ownership: borrowed from `manifest`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_descriptor(
    manifest: Option<&ocigraph_manifest>,
) -> Option<&ocigraph_descriptor> {
    borrow(manifest, |r| Some(&r.descriptor))
}

/// Whether it is an index: a list of manifests.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_is_index(manifest: Option<&ocigraph_manifest>) -> bool {
    read(manifest, |r| r.value.is_index())
}

/// Its config; NULL where it has none.
///
/// Ownership: borrowed from `manifest`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_config(
    manifest: Option<&ocigraph_manifest>,
) -> Option<&ocigraph_descriptor> {
    borrow(manifest, |r| r.config.as_ref())
}

/// What it refers to; NULL where it refers to nothing.
///
/// Ownership: borrowed from `manifest`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_subject(
    manifest: Option<&ocigraph_manifest>,
) -> Option<&ocigraph_descriptor> {
    borrow(manifest, |r| r.subject.as_ref())
}

/// How many layers or blobs it has, the config aside.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_blob_count(manifest: Option<&ocigraph_manifest>) -> usize {
    read(manifest, |r| r.blobs.len())
}

/// One of its layers or blobs.
///
/// Ownership: borrowed from `manifest`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_blob(
    manifest: Option<&ocigraph_manifest>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(manifest, |r| r.blobs.get(index))
}

/// How many manifests it lists, as an index.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_manifest_count(manifest: Option<&ocigraph_manifest>) -> usize {
    read(manifest, |r| r.manifests.len())
}

/// One of the manifests that it lists.
///
/// Ownership: borrowed from `manifest`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_manifest(
    manifest: Option<&ocigraph_manifest>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(manifest, |r| r.manifests.get(index))
}
