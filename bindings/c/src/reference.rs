//! Parsing and building of references.

use std::mem::MaybeUninit;

use ocigraph::{Digest, Location, Reference};

use crate::{
    boundary::{call, free, read, require},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// A parsed reference: a location (repository or image layout) with optional tags and digest.
pub struct ocigraph_reference {
    value: Reference,
    text: String,
    location: String,
    host: Option<String>,
    path: Option<String>,
}

impl From<Reference> for ocigraph_reference {
    fn from(value: Reference) -> Self {
        let (host, path) = match value.location() {
            Location::Registry { host, .. } => (Some(host.to_string()), None),
            Location::Layout(path) => (None, Some(path.to_string_lossy().into_owned())),
        };
        let location = Reference::new(value.location().clone()).to_string();
        Self { text: value.to_string(), location, host, path, value }
    }
}

/// Parses a reference: "host[:port]/repository[:tag[,tag...]][@digest]" or
/// "oci:PATH[:tag][@digest]". The tag of a layout can be any name, such as
/// "docker.io/library/hello:1.0": PATH is the longest part before a colon that is a layout or a
/// file; without one, it ends at the first colon after the directories that exist; "oci:PATH/:tag"
/// ends it at the slash. So the function looks which of these exist. It opens no file and does not
/// use the network.
///
/// Ownership: free `out` with `ocigraph_reference_free`.
/// Errors: INVALID_REFERENCE; INVALID_ARGUMENT if the text is not UTF-8.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_parse(
    text: ocigraph_str,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_reference>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || text.parse::<Reference>("text").map(Into::into))
}

/// Returns a reference to `digest` in the same location, without tags: the reference of a
/// descriptor that was found there.
///
/// Ownership: free `out` with `ocigraph_reference_free`.
/// Errors: INVALID_ARGUMENT if `reference` is NULL; INVALID_REFERENCE if `digest` is not a digest.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_at(
    reference: Option<&ocigraph_reference>,
    digest: ocigraph_str,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_reference>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let reference = require(reference, "reference")?;
        let digest = digest.parse::<Digest>("digest")?;
        Ok(reference.value.at(digest).into())
    })
}

/// Frees a reference and everything borrowed from it.
///
/// Ownership: takes `reference`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_free(reference: Option<Box<ocigraph_reference>>) {
    free(reference);
}

/// Returns the complete reference, as operations take it.
///
/// Ownership: borrowed from `reference`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_text(reference: Option<&ocigraph_reference>) -> ocigraph_str {
    read(reference, |r| r.text.as_str().into())
}

/// Returns the location without tags and digest: the reference for a push without a tag, and for
/// lists.
///
/// Ownership: borrowed from `reference`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_location(
    reference: Option<&ocigraph_reference>,
) -> ocigraph_str {
    read(reference, |r| r.location.as_str().into())
}

/// Returns the registry, such as "localhost:5000", or no text for a layout.
///
/// Ownership: borrowed from `reference`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_host(reference: Option<&ocigraph_reference>) -> ocigraph_str {
    read(reference, |r| r.host.as_deref().into())
}

/// Returns the repository, such as "library/alpine", or no text for a layout.
///
/// Ownership: borrowed from `reference`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_repository(
    reference: Option<&ocigraph_reference>,
) -> ocigraph_str {
    read(reference, |r| match r.value.location() {
        Location::Registry { repository, .. } => repository.as_str().into(),
        Location::Layout(_) => ocigraph_str::default(),
    })
}

/// Returns the directory of the layout, or no text for a repository.
///
/// Ownership: borrowed from `reference`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_path(reference: Option<&ocigraph_reference>) -> ocigraph_str {
    read(reference, |r| r.path.as_deref().into())
}

/// Returns the number of tags.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_tag_count(reference: Option<&ocigraph_reference>) -> usize {
    read(reference, |r| r.value.tags().len())
}

/// Returns the tag at `index`, in the order of the text.
///
/// Ownership: borrowed from `reference`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_tag(
    reference: Option<&ocigraph_reference>,
    index: usize,
) -> ocigraph_str {
    read(reference, |r| r.value.tags().get(index).map(String::as_str).into())
}

/// Returns the digest, or no text if the reference has none.
///
/// Ownership: borrowed from `reference`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_digest(
    reference: Option<&ocigraph_reference>,
) -> ocigraph_str {
    read(reference, |r| r.value.digest().map(|d| d.as_str()).into())
}
