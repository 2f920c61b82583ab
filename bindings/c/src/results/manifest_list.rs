// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The manifest list.

use ocigraph::ManifestInfo;

use crate::{
    boundary::{borrow, free, read},
    numbers::attributes_flags,
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The result of `ocigraph_client_manifests`: a list of manifests.
pub struct ocigraph_manifest_list {
    value: Vec<ManifestInfo>,
    parts: Vec<ManifestInfoParts>,
    json: Json,
}

impl From<Vec<ManifestInfo>> for ocigraph_manifest_list {
    fn from(value: Vec<ManifestInfo>) -> Self {
        Self {
            parts: value.iter().map(ManifestInfoParts::new).collect(),
            json: Json::default(),
            value,
        }
    }
}

struct ManifestInfoParts {
    descriptor: ocigraph_descriptor,
}

impl ManifestInfoParts {
    fn new(value: &ManifestInfo) -> Self {
        Self { descriptor: ocigraph_descriptor::new(value.descriptor.clone()) }
    }
}

/// Frees a manifest list and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_free(result: Option<Box<ocigraph_manifest_list>>) {
    free(result);
}

/// Returns the number of manifests.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_count(result: Option<&ocigraph_manifest_list>) -> usize {
    read(result, |r| r.value.len())
}

/// Returns the manifest. Its size is 0 if the list of the registry does not contain it.
///
/// `index`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_descriptor(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.get(index).map(|p| &p.descriptor))
}

/// Returns the number of tags that name the manifest.
///
/// `index`: the manifest, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_tag_count(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> usize {
    read(result, |r| r.value.get(index).map_or(0, |v| v.tags.len()))
}

/// Returns the tag at `index`.
///
/// `manifest`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_tag(
    result: Option<&ocigraph_manifest_list>,
    manifest: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value.get(manifest).and_then(|v| v.tags.get(index)).map(String::as_str).into()
    })
}

/// Returns the digest of the subject. No text if it has none.
///
/// `index`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_subject(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.subject.as_ref().map(|d| d.as_str())).into())
}

/// Returns the creation time, RFC 3339: from Azure's list, else from the annotation
/// `org.opencontainers.image.created`, else from the config of the image. No text if it is unknown.
///
/// `index`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_created(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.created.as_deref()).into())
}

/// Returns the time of the last change of the manifest or its tags, RFC 3339. Azure only. No text
/// if it is unknown.
///
/// `index`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_last_updated(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.last_updated.as_deref()).into())
}

/// Returns the CPU architecture, from the config of an image. No text if it is unknown.
///
/// `index`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_architecture(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.architecture.as_deref()).into())
}

/// Returns the operating system, from the config of an image. No text if it is unknown.
///
/// `index`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_os(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.os.as_deref()).into())
}

/// Returns the media type of the config. No text if it is unknown.
///
/// `index`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_config_media_type(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.config_media_type.as_deref()).into())
}

/// Returns the total size of config, layers and blobs, in bytes. 0 if it is unknown.
///
/// `index`: the manifest, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_image_size(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> u64 {
    read(result, |r| r.value.get(index).and_then(|v| v.image_size).unwrap_or(0))
}

/// Returns the permitted actions. Azure only. The bits are `OCIGRAPH_ATTRIBUTES_*`. 0 if they are
/// unknown.
///
/// `index`: the manifest, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_attributes(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> i32 {
    read(result, |r| attributes_flags(r.value.get(index).and_then(|v| v.attributes)))
}

/// Returns the what prevents that the manifest or its config is read, as a phrase for users: it is
/// malformed, or the registry refuses to serve it. The details are not known then. No text if it is
/// unknown.
///
/// `index`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_problem(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.problem.as_deref()).into())
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_json(
    result: Option<&ocigraph_manifest_list>,
) -> ocigraph_str {
    read(result, |r| r.json.of(r.value.as_slice()))
}
