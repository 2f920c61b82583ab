//! Listings: manifests and tags with what is known of each, and plain texts such as tags.

use ocigraph::{Attributes, ManifestInfo, TagInfo};
use serde_json::json;

use crate::{
    boundary::{borrow, free, read},
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// Attributes: what may be done with a manifest or tag is known; without it nothing is.
pub const OCIGRAPH_ATTRIBUTES_KNOWN: i32 = 1;
/// Attributes: it can be deleted.
pub const OCIGRAPH_ATTRIBUTES_DELETE: i32 = 2;
/// Attributes: it is shown in lists.
pub const OCIGRAPH_ATTRIBUTES_LIST: i32 = 4;
/// Attributes: it can be pulled.
pub const OCIGRAPH_ATTRIBUTES_READ: i32 = 8;
/// Attributes: it can be changed.
pub const OCIGRAPH_ATTRIBUTES_WRITE: i32 = 16;

/// The registry does not tell whether a tag is signed.
pub const OCIGRAPH_SIGNED_UNKNOWN: i32 = 0;
/// The tag is signed by content trust.
pub const OCIGRAPH_SIGNED_YES: i32 = 1;
/// The tag is not signed by content trust.
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

/// Manifests, with what is known of each.
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

/// Ends a list of manifests, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_free(result: Option<Box<ocigraph_manifest_list>>) {
    free(result);
}

/// How many manifests there are.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_count(result: Option<&ocigraph_manifest_list>) -> usize {
    read(result, |r| r.value.len())
}

/// One of the manifests.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_descriptor(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.descriptors.get(index))
}

/// How many tags it has.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_tag_count(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> usize {
    read(result, |r| r.value.get(index).map_or(0, |m| m.tags.len()))
}

/// One of its tags.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_tag(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
    tag: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.tags.get(tag)).map(String::as_str).into())
}

/// The digest of what it refers to; no text where it refers to nothing.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_subject(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.subject.as_ref()).map(|d| d.as_str()).into())
}

/// When it was made, RFC 3339, as its annotations or its config have it; no text where it is not known.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_created(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.created.as_deref()).into())
}

/// When it or its tags were last changed, RFC 3339; no text where the registry does not tell.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_last_updated(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.last_updated.as_deref()).into())
}

/// CPU architecture, from an image's config; no text where it is not known.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_architecture(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.architecture.as_deref()).into())
}

/// Operating system, from an image's config; no text where it is not known.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_os(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.os.as_deref()).into())
}

/// The media type of its config; no text where it has none.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_config_media_type(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|m| m.config_media_type.as_deref()).into())
}

/// Bytes of its config, layers and blobs together; 0 where that is not known.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_image_size(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> u64 {
    read(result, |r| r.value.get(index).and_then(|m| m.image_size).unwrap_or(0))
}

/// What the registry lets anyone do with it: `OCIGRAPH_ATTRIBUTES_*`, put together with `|`; 0 where
/// the registry does not tell. A locked manifest lacks `OCIGRAPH_ATTRIBUTES_DELETE` or `*_WRITE`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_attributes(
    result: Option<&ocigraph_manifest_list>,
    index: usize,
) -> i32 {
    read(result, |r| flags(r.value.get(index).and_then(|m| m.attributes)))
}

/// All of it as one JSON text, in the shape that the command line prints, with names in snake case.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_manifest_list_json(
    result: Option<&ocigraph_manifest_list>,
) -> ocigraph_str {
    read(result, |r| r.json.of(r.value.as_slice()))
}

/// Tags, with what is known of each.
pub struct ocigraph_tag_list {
    value: Vec<TagInfo>,
    json: Json,
}

impl From<Vec<TagInfo>> for ocigraph_tag_list {
    fn from(value: Vec<TagInfo>) -> Self {
        Self { value, json: Json::default() }
    }
}

/// Ends a list of tags, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_free(result: Option<Box<ocigraph_tag_list>>) {
    free(result);
}

/// How many tags there are.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_count(result: Option<&ocigraph_tag_list>) -> usize {
    read(result, |r| r.value.len())
}

/// One of the tags.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_name(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(|t| t.name.as_str()).into())
}

/// The digest of what it names.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_digest(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(|t| t.digest.as_str()).into())
}

/// When it was first written, RFC 3339; no text where the registry does not tell.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_created(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|t| t.created.as_deref()).into())
}

/// When it was last changed, RFC 3339; no text where the registry does not tell.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_last_updated(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|t| t.last_updated.as_deref()).into())
}

/// Whether it is signed by content trust: `OCIGRAPH_SIGNED_*`.
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

/// What the registry lets anyone do with it: `OCIGRAPH_ATTRIBUTES_*`, put together with `|`; 0 where
/// the registry does not tell.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_attributes(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> i32 {
    read(result, |r| flags(r.value.get(index).and_then(|t| t.attributes)))
}

/// All of it as one JSON text, a list of objects, with names in snake case.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_json(result: Option<&ocigraph_tag_list>) -> ocigraph_str {
    read(result, |r| r.json.of(r.value.as_slice()))
}

/// Texts: tags, or repositories.
pub struct ocigraph_text_list {
    name: &'static str,
    value: Vec<String>,
    json: Json,
}

impl ocigraph_text_list {
    /// `name` is that of the list in JSON.
    pub(crate) fn new(name: &'static str, value: Vec<String>) -> Self {
        Self { name, value, json: Json::default() }
    }
}

/// Ends a list of texts, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_text_list_free(result: Option<Box<ocigraph_text_list>>) {
    free(result);
}

/// How many texts there are.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_text_list_count(result: Option<&ocigraph_text_list>) -> usize {
    read(result, |r| r.value.len())
}

/// One of the texts.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_text_list_get(
    result: Option<&ocigraph_text_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(String::as_str).into())
}

/// All of it as one JSON object, in the shape that the command line prints: `{"tags": [...]}`.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_text_list_json(result: Option<&ocigraph_text_list>) -> ocigraph_str {
    read(result, |r| r.json.get(|| json!({ r.name: r.value }).to_string()))
}
