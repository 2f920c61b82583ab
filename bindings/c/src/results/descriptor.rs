//! Descriptors, which most results are made of, and JSON that is written when it is first asked for.

use std::sync::OnceLock;

use ocigraph::{Descriptor, Names, ToJson};

use crate::{
    boundary::{free, read},
    text::ocigraph_str,
};

/// What content is: type, digest and size, and what else is known about it.
pub struct ocigraph_descriptor {
    pub(crate) value: Descriptor,
    // A map gives no entry by its place.
    annotations: Vec<(String, String)>,
    platform: Option<String>,
    json: Json,
}

impl ocigraph_descriptor {
    pub(crate) fn new(value: Descriptor) -> Self {
        Self {
            annotations: value.annotations.clone().into_iter().collect(),
            platform: value.platform.as_ref().map(ToString::to_string),
            json: Json::default(),
            value,
        }
    }

    pub(crate) fn list<'a>(values: impl IntoIterator<Item = &'a Descriptor>) -> Vec<Self> {
        values.into_iter().cloned().map(Self::new).collect()
    }
}

/// Text that is made when it is first asked for and then kept.
#[derive(Default)]
pub(crate) struct Json(OnceLock<String>);

impl Json {
    pub(crate) fn of(&self, value: &(impl ToJson + ?Sized)) -> ocigraph_str {
        self.get(|| value.to_json(Names::Snake).to_string())
    }

    pub(crate) fn get(&self, text: impl FnOnce() -> String) -> ocigraph_str {
        self.0.get_or_init(text).as_str().into()
    }
}

/// Ends a descriptor that a call gave; not one that is borrowed from a result.
///
/// Ownership: takes `descriptor`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_free(descriptor: Option<Box<ocigraph_descriptor>>) {
    free(descriptor);
}

/// The media type of the content.
///
/// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_media_type(
    descriptor: Option<&ocigraph_descriptor>,
) -> ocigraph_str {
    read(descriptor, |r| r.value.media_type.as_str().into())
}

/// The digest of the content, such as "sha256:e3b0...".
///
/// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_digest(
    descriptor: Option<&ocigraph_descriptor>,
) -> ocigraph_str {
    read(descriptor, |r| r.value.digest.as_str().into())
}

/// The length of the content in bytes.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_size(descriptor: Option<&ocigraph_descriptor>) -> u64 {
    read(descriptor, |r| r.value.size)
}

/// The type of the artifact whose manifest this describes; no text where it has none.
///
/// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_artifact_type(
    descriptor: Option<&ocigraph_descriptor>,
) -> ocigraph_str {
    read(descriptor, |r| r.value.artifact_type.as_deref().into())
}

/// The file name that the content was pushed under; no text where it has none.
///
/// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_title(
    descriptor: Option<&ocigraph_descriptor>,
) -> ocigraph_str {
    read(descriptor, |r| r.value.title().into())
}

/// What the image runs on, as "linux/arm64/v8"; no text where that is not known.
///
/// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_platform(
    descriptor: Option<&ocigraph_descriptor>,
) -> ocigraph_str {
    read(descriptor, |r| r.platform.as_deref().into())
}

/// The annotation of that key; no text where there is none.
///
/// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_annotation(
    descriptor: Option<&ocigraph_descriptor>,
    key: ocigraph_str,
) -> ocigraph_str {
    read(descriptor, |r| {
        r.value.annotations.get(&key.text("key").unwrap_or_default()).map(String::as_str).into()
    })
}

/// How many annotations there are.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_annotation_count(
    descriptor: Option<&ocigraph_descriptor>,
) -> usize {
    read(descriptor, |r| r.annotations.len())
}

/// The key of one of the annotations, which are in the order of their keys.
///
/// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_annotation_key(
    descriptor: Option<&ocigraph_descriptor>,
    index: usize,
) -> ocigraph_str {
    read(descriptor, |r| r.annotations.get(index).map(|(key, _)| key.as_str()).into())
}

/// The value of one of the annotations.
///
/// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_annotation_value(
    descriptor: Option<&ocigraph_descriptor>,
    index: usize,
) -> ocigraph_str {
    read(descriptor, |r| r.annotations.get(index).map(|(_, value)| value.as_str()).into())
}

/// All of it as one JSON object.
///
/// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_json(
    descriptor: Option<&ocigraph_descriptor>,
) -> ocigraph_str {
    read(descriptor, |r| r.json.of(&r.value))
}
