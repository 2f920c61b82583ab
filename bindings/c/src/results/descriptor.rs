//! Descriptors, and JSON text that is created on first access.

use std::sync::OnceLock;

use ocigraph::{Descriptor, KeyCase, ToJson};

use crate::{
    boundary::{free, read},
    text::ocigraph_str,
};

/// An OCI content descriptor: media type, digest, size, artifact type, annotations and platform.
/// See https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md.
pub struct ocigraph_descriptor {
    pub(crate) value: Descriptor,
    // A list, since C accesses annotations by index.
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

/// Text that is created on first access and then cached.
#[derive(Default)]
pub(crate) struct Json(OnceLock<String>);

impl Json {
    pub(crate) fn of(&self, value: &(impl ToJson + ?Sized)) -> ocigraph_str {
        self.get(|| value.to_json(KeyCase::Snake).to_string())
    }

    pub(crate) fn get(&self, text: impl FnOnce() -> String) -> ocigraph_str {
        self.0.get_or_init(text).as_str().into()
    }
}

/// Frees a descriptor that a call returned in `out`. Do not free a descriptor that is borrowed from
/// a result.
///
/// Ownership: takes `descriptor`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_free(descriptor: Option<Box<ocigraph_descriptor>>) {
    free(descriptor);
}

/// Returns the media type of the content.
///
/// Ownership: borrowed from `descriptor`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_media_type(
    descriptor: Option<&ocigraph_descriptor>,
) -> ocigraph_str {
    read(descriptor, |r| r.value.media_type.as_str().into())
}

/// Returns the digest of the content, such as "sha256:e3b0...".
///
/// Ownership: borrowed from `descriptor`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_digest(
    descriptor: Option<&ocigraph_descriptor>,
) -> ocigraph_str {
    read(descriptor, |r| r.value.digest.as_str().into())
}

/// Returns the size of the content in bytes.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_size(descriptor: Option<&ocigraph_descriptor>) -> u64 {
    read(descriptor, |r| r.value.size)
}

/// Returns the artifact type of the manifest that the descriptor names, or no text if it has none.
///
/// Ownership: borrowed from `descriptor`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_artifact_type(
    descriptor: Option<&ocigraph_descriptor>,
) -> ocigraph_str {
    read(descriptor, |r| r.value.artifact_type.as_deref().into())
}

/// Returns the annotation `org.opencontainers.image.title`, which is the file name of the content,
/// or no text.
///
/// Ownership: borrowed from `descriptor`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_title(
    descriptor: Option<&ocigraph_descriptor>,
) -> ocigraph_str {
    read(descriptor, |r| r.value.title().into())
}

/// Returns the platform of the image, such as "linux/arm64/v8", or no text if it is unknown.
///
/// Ownership: borrowed from `descriptor`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_platform(
    descriptor: Option<&ocigraph_descriptor>,
) -> ocigraph_str {
    read(descriptor, |r| r.platform.as_deref().into())
}

/// Returns the value of the annotation `key`, or no text if the descriptor does not have it.
///
/// Ownership: borrowed from `descriptor`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_annotation(
    descriptor: Option<&ocigraph_descriptor>,
    key: ocigraph_str,
) -> ocigraph_str {
    read(descriptor, |r| {
        r.value.annotations.get(&key.text("key").unwrap_or_default()).map(String::as_str).into()
    })
}

/// Returns the number of annotations.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_annotation_count(
    descriptor: Option<&ocigraph_descriptor>,
) -> usize {
    read(descriptor, |r| r.annotations.len())
}

/// Returns the key of the annotation at `index`. Annotations are sorted by key.
///
/// Ownership: borrowed from `descriptor`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_annotation_key(
    descriptor: Option<&ocigraph_descriptor>,
    index: usize,
) -> ocigraph_str {
    read(descriptor, |r| r.annotations.get(index).map(|(key, _)| key.as_str()).into())
}

/// Returns the value of the annotation at `index`.
///
/// Ownership: borrowed from `descriptor`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_annotation_value(
    descriptor: Option<&ocigraph_descriptor>,
    index: usize,
) -> ocigraph_str {
    read(descriptor, |r| r.annotations.get(index).map(|(_, value)| value.as_str()).into())
}

/// Returns the descriptor as a JSON object with field names in snake case.
///
/// Ownership: borrowed from `descriptor`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_descriptor_json(
    descriptor: Option<&ocigraph_descriptor>,
) -> ocigraph_str {
    read(descriptor, |r| r.json.of(&r.value))
}
