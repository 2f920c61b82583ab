//! What a push takes from ORAS when the command is called as `oras`, so that the same command line gives the same
//! digest.

use std::sync::Arc;

use ocigraph::{
    Annotations, Bytes, Content, Descriptor, EMPTY_JSON, File, ManifestFormat, PushOptions,
    annotation, media_type,
};

/// Completes the options of a push.
pub(crate) fn complete(options: &mut PushOptions) {
    for file in &mut options.files {
        let is_file = matches!(&file.content, Content::Path(path) if !path.is_dir());
        if is_file && file.media_type.is_none() {
            file.media_type = Some(media_type::OCI_LAYER.to_owned());
        }
    }
    if options.source_date_epoch.is_none() {
        options.annotations.entry(annotation::CREATED.to_owned()).or_insert_with(now);
    }
    let is_oci_1_1 = matches!(options.format, ManifestFormat::Auto | ManifestFormat::Oci11);
    if !is_oci_1_1 {
        return;
    }
    let is_empty = |config: &File| config.media_type.as_deref() == Some(media_type::EMPTY);
    let has_no_config = options.config.as_ref().is_none_or(is_empty);
    // A config without an artifact type is an image of version 1.0, which may have no layers.
    if options.files.is_empty() && (has_no_config || options.artifact_type.is_some()) {
        options.files.push(empty());
    }
    if has_no_config && options.artifact_platform.is_none() {
        let annotations = options.config.take().map(|config| config.annotations);
        let mut config = empty();
        config.annotations = annotations.unwrap_or_default();
        options.config = Some(config);
    }
}

/// Content without meaning, which its descriptor repeats: OCI image specification 1.1, guidance for an empty descriptor.
fn empty() -> File {
    let mut descriptor = Descriptor::of(media_type::EMPTY, EMPTY_JSON);
    descriptor.data = Some("e30=".to_owned());
    File {
        content: Content::Source(Box::new(descriptor), Arc::new(Bytes::from_static(EMPTY_JSON))),
        media_type: Some(media_type::EMPTY.to_owned()),
        title: None,
        annotations: Annotations::new(),
    }
}

/// Returns the time in seconds.
fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}
