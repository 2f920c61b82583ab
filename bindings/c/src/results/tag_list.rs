// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The tag list.

use ocigraph::TagInfo;

use crate::{
    boundary::{free, read},
    numbers::{attributes_flags, signed_number},
    results::Json,
    text::ocigraph_str,
};

/// The result of `ocigraph_client_tag_details`: a list of tags.
pub struct ocigraph_tag_list {
    value: Vec<TagInfo>,
    json: Json,
}

impl From<Vec<TagInfo>> for ocigraph_tag_list {
    fn from(value: Vec<TagInfo>) -> Self {
        Self { json: Json::default(), value }
    }
}

/// Frees a tag list and everything borrowed from it.
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

/// Returns the tag itself.
///
/// `index`: the tag, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_name(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(|v| v.name.as_str()).into())
}

/// Returns the digest of the manifest that the tag names, unless the registry does not say it: see
/// `problem`. No text if it has none.
///
/// `index`: the tag, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_digest(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.digest.as_ref().map(|d| d.as_str())).into())
}

/// Returns the time of the first push under this tag, RFC 3339. Azure only. No text if it is
/// unknown.
///
/// `index`: the tag, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_created(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.created.as_deref()).into())
}

/// Returns the time of the last change, RFC 3339. Azure only. No text if it is unknown.
///
/// `index`: the tag, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_last_updated(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.last_updated.as_deref()).into())
}

/// Returns true if content trust signed the tag. Azure only. The number is one of
/// `OCIGRAPH_SIGNED_*`.
///
/// `index`: the tag, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_signed(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> i32 {
    read(result, |r| signed_number(r.value.get(index).and_then(|v| v.signed)))
}

/// Returns the permitted actions. Azure only. The bits are `OCIGRAPH_ATTRIBUTES_*`. 0 if they are
/// unknown.
///
/// `index`: the tag, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_attributes(
    result: Option<&ocigraph_tag_list>,
    index: usize,
) -> i32 {
    read(result, |r| attributes_flags(r.value.get(index).and_then(|v| v.attributes)))
}

/// Returns the what prevents that the tag is resolved, as a phrase for users: its manifest is
/// malformed, or the registry refuses to serve it. No text if it is unknown.
///
/// `index`: the tag, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_tag_list_problem(
    result: Option<&ocigraph_tag_list>,
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
pub extern "C" fn ocigraph_tag_list_json(result: Option<&ocigraph_tag_list>) -> ocigraph_str {
    read(result, |r| r.json.of(r.value.as_slice()))
}
