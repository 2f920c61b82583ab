//! Lists of manifests and tags with metadata, and lists of texts.

use ocigraph::{Attributes, ManifestInfo, TagInfo};
use serde_json::json;

use crate::{
    boundary::{borrow, free, read},
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The registry reports attributes. If this bit is clear, the other bits have no meaning.
pub const OCIGRAPH_ATTRIBUTES_KNOWN: i32 = 1;
/// The manifest or tag can be deleted.
pub const OCIGRAPH_ATTRIBUTES_DELETE: i32 = 2;
/// The manifest or tag appears in lists.
pub const OCIGRAPH_ATTRIBUTES_LIST: i32 = 4;
/// The manifest or tag can be pulled.
pub const OCIGRAPH_ATTRIBUTES_READ: i32 = 8;
/// The manifest or tag can be changed.
pub const OCIGRAPH_ATTRIBUTES_WRITE: i32 = 16;

/// The registry does not report whether the tag is signed.
pub const OCIGRAPH_SIGNED_UNKNOWN: i32 = 0;
/// The tag is signed with Docker Content Trust.
pub const OCIGRAPH_SIGNED_YES: i32 = 1;
/// The tag is not signed with Docker Content Trust.
pub const OCIGRAPH_SIGNED_NO: i32 = 2;

fn flags(attributes: Option<Attributes>) -> i32 {
    let Some(attributes) = attributes else { return 0 };
    let allowed = [
        (attributes.delete_enabled, OCIGRAPH_ATTRIBUTES_DELETE),
        (attributes.list_enabled, OCIGRAPH_ATTRIBUTES_LIST),
        (attributes.read_enabled, OCIGRAPH_ATTRIBUTES_READ),
        (attributes.write_enabled, OCIGRAPH_ATTRIBUTES_WRITE),
    ];
    let allowed = allowed.into_iter().filter(|(allowed, _)| *allowed);
    allowed.fold(OCIGRAPH_ATTRIBUTES_KNOWN, |all, (_, flag)| all | flag)
}

/// A list of manifests with their tags and metadata.
pub struct ocigraph_manifest_list {
    value: Vec<ManifestInfo>,
    descriptors: Vec<ocigraph_descriptor>,
    json: Json,
}

impl From<Vec<ManifestInfo>> for ocigraph_manifest_list {
    fn from(value: Vec<ManifestInfo>) -> Self {
        let descriptors = ocigraph_descriptor::list(value.iter().map(|m| &m.descriptor));
        Self { descriptors, json: Json::default(), value }
    }
}

/// Frees a list of manifests and everything borrowed from it.
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

/// Returns the descriptor of the manifest at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_descriptor(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.descriptors.get(index))
}

/// Returns the number of tags of the manifest at `index`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_tag_count(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> usize {
    read(result, |r| r.value.get(index).map_or(0, |m| m.tags.len()))
}

/// Returns tag number `tag` of the manifest at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_tag(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
    tag: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.tags.get(tag)).map(String::as_str).into())
}

/// Returns the digest of the subject of the manifest at `index`, or no text if it has no subject.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_subject(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.subject.as_ref()).map(|d| d.as_str()).into())
}

/// Returns the creation time of the manifest at `index` in RFC 3339 format, from its annotations or
/// its config, or no text if it is unknown.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_created(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.created.as_deref()).into())
}

/// Returns when the manifest at `index` or its tags last changed, in RFC 3339 format, or no text if
/// the registry does not report it.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_last_updated(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.last_updated.as_deref()).into())
}

/// Returns the CPU architecture in the config of the image at `index`, or no text if it is unknown.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_architecture(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.architecture.as_deref()).into())
}

/// Returns the operating system in the config of the image at `index`, or no text if it is unknown.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_os(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.os.as_deref()).into())
}

/// Returns the media type of the config of the manifest at `index`, or no text if it has no config.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_config_media_type(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.config_media_type.as_deref()).into())
}

/// Returns the total size of config, layers and blobs of the manifest at `index` in bytes, or 0 if
/// it is unknown.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_image_size(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> u64 {
    read(result, |r| r.value.get(index).and_then(|m| m.image_size).unwrap_or(0))
}

/// Returns what the registry permits for the manifest at `index`: `OCIGRAPH_ATTRIBUTES_*` bits, or
/// 0 if the registry does not report it. A locked manifest lacks `OCIGRAPH_ATTRIBUTES_DELETE` or
/// `OCIGRAPH_ATTRIBUTES_WRITE`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_attributes(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> i32 {
    read(result, |r| flags(r.value.get(index).and_then(|m| m.attributes)))
}

/// Returns the complete list as JSON text, in the format of the command line with field names in
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

/// A list of tags with their digests and metadata.
pub struct ocigraph_tag_list {
    value: Vec<TagInfo>,
    json: Json,
}

impl From<Vec<TagInfo>> for ocigraph_tag_list {
    fn from(value: Vec<TagInfo>) -> Self {
        Self { value, json: Json::default() }
    }
}

/// Frees a list of tags and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_free(result: Option<Box<ocigraph_tag_list>>) {
    free(result);
}

/// Returns the number of tags.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_count(result: Option<&ocigraph_tag_list>) -> usize {
    read(result, |r| r.value.len())
}

/// Returns the tag at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_name(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(|t| t.name.as_str()).into())
}

/// Returns the digest of the manifest that the tag at `index` names.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_digest(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(|t| t.digest.as_str()).into())
}

/// Returns when the tag at `index` was created, in RFC 3339 format, or no text if the registry does
/// not report it.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_created(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|t| t.created.as_deref()).into())
}

/// Returns when the tag at `index` last changed, in RFC 3339 format, or no text if the registry
/// does not report it.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_last_updated(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|t| t.last_updated.as_deref()).into())
}

/// Returns whether the tag at `index` is signed with Docker Content Trust: `OCIGRAPH_SIGNED_*`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_signed(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> i32 {
    read(result, |r| match r.value.get(index).and_then(|t| t.signed) {
        None => OCIGRAPH_SIGNED_UNKNOWN,
        Some(true) => OCIGRAPH_SIGNED_YES,
        Some(false) => OCIGRAPH_SIGNED_NO,
    })
}

/// Returns what the registry permits for the tag at `index`: `OCIGRAPH_ATTRIBUTES_*` bits, or 0 if
/// the registry does not report it.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_attributes(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> i32 {
    read(result, |r| flags(r.value.get(index).and_then(|t| t.attributes)))
}

/// Returns the complete list as a JSON array of objects with field names in snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_json(result: Option<&ocigraph_tag_list>) -> ocigraph_str {
    read(result, |r| r.json.of(r.value.as_slice()))
}

/// A list of texts: tags or repositories.
pub struct ocigraph_text_list {
    name: &'static str,
    value: Vec<String>,
    json: Json,
}

impl ocigraph_text_list {
    /// Creates a list. `name` is the field of the list in its JSON object.
    pub(crate) fn new(name: &'static str, value: Vec<String>) -> Self {
        Self { name, value, json: Json::default() }
    }
}

/// Frees a list of texts and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_text_list_free(result: Option<Box<ocigraph_text_list>>) {
    free(result);
}

/// Returns the number of texts.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_text_list_count(result: Option<&ocigraph_text_list>) -> usize {
    read(result, |r| r.value.len())
}

/// Returns the text at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_text_list_get(
    result: Option<&ocigraph_text_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(String::as_str).into())
}

/// Returns the complete list as a JSON object, in the format of the command line: `{"tags": [...]}`
/// or `{"repositories": [...]}`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_text_list_json(result: Option<&ocigraph_text_list>) -> ocigraph_str {
    read(result, |r| r.json.get(|| json!({ r.name: r.value }).to_string()))
}
