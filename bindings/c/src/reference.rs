//! References taken apart and put together, so that no program need do it by hand.

use std::mem::MaybeUninit;

use ocigraph::{Digest, Location, Reference};

use crate::{
    boundary::{call, free, read, require},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// A reference, taken apart: a place, and tags or a digest in it.
pub struct ocigraph_reference {
    value: Reference,
    text: String,
    place: String,
    host: Option<String>,
    path: Option<String>,
}

impl From<Reference> for ocigraph_reference {
    fn from(value: Reference) -> Self {
        let (host, path) = match value.location() {
            Location::Registry { host, .. } => (Some(host.to_string()), None),
            Location::Layout(path) => (None, Some(path.to_string_lossy().into_owned())),
        };
        let place = Reference::new(value.location().clone()).to_string();
        Self { text: value.to_string(), place, host, path, value }
    }
}

/// Reads a reference: "host[:port]/repository[:tag[,tag...]][@digest]" or "oci:PATH[:tag][@digest]".
/// Nothing is looked up.
///
/// Ownership: `out` is the caller's, until `ocigraph_reference_free`. Threads: any.
/// Errors: INVALID_REFERENCE, INVALID_ARGUMENT for what is not UTF-8. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_parse(
    text: ocigraph_str,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_reference>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || text.parse::<Reference>("text").map(Into::into))
}

/// The same place by this digest alone: where a descriptor of it is to be found.
///
/// Ownership: `out` is the caller's, until `ocigraph_reference_free`; nothing of the arguments is
/// kept. Threads: any. Errors: INVALID_ARGUMENT for NULL, INVALID_REFERENCE for what is no digest.
/// Since 0.1.0.
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

/// Ends a reference, and all that was borrowed from it.
///
/// Ownership: takes `reference`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_free(reference: Option<Box<ocigraph_reference>>) {
    free(reference);
}

/// The whole reference, to be given to calls.
///
/// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_text(reference: Option<&ocigraph_reference>) -> ocigraph_str {
    read(reference, |r| r.text.as_str().into())
}

/// The place alone, without tags and digest: where to push what gets no tag, and list what is there.
///
/// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_location(
    reference: Option<&ocigraph_reference>,
) -> ocigraph_str {
    read(reference, |r| r.place.as_str().into())
}

/// The registry, such as "localhost:5000"; no text where it is a layout.
///
/// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_host(reference: Option<&ocigraph_reference>) -> ocigraph_str {
    read(reference, |r| r.host.as_deref().into())
}

/// The repository, such as "library/alpine"; no text where it is a layout.
///
/// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_repository(
    reference: Option<&ocigraph_reference>,
) -> ocigraph_str {
    read(reference, |r| match r.value.location() {
        Location::Registry { repository, .. } => repository.as_str().into(),
        Location::Layout(_) => ocigraph_str::default(),
    })
}

/// The directory of a layout; no text where it is a repository.
///
/// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_path(reference: Option<&ocigraph_reference>) -> ocigraph_str {
    read(reference, |r| r.path.as_deref().into())
}

/// How many tags it has.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_tag_count(reference: Option<&ocigraph_reference>) -> usize {
    read(reference, |r| r.value.tags().len())
}

/// One of its tags, in the order they were written.
///
/// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_tag(
    reference: Option<&ocigraph_reference>,
    index: usize,
) -> ocigraph_str {
    read(reference, |r| r.value.tags().get(index).map(String::as_str).into())
}

/// Its digest; no text where it has none.
///
/// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_reference_digest(
    reference: Option<&ocigraph_reference>,
) -> ocigraph_str {
    read(reference, |r| r.value.digest().map(|d| d.as_str()).into())
}
