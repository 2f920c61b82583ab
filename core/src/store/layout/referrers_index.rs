//! Indexes of referrers in a layout: lists of the referrers of one subject.
//!
//! A layout needs none, since its manifests name their subjects, and ocigraph creates none. regctl
//! v0.11.7 keeps one under the fallback tag of the subject, as on a registry without a referrers API,
//! and olareg v0.1.2 in an entry with an annotation. The manifests that they list have no other
//! entry.

use crate::store::fallback_tag::{fallback_tag, is_fallback_tag};
use ocigraph_types::{Descriptor, Digest, annotation, media_type};

/// The annotation by which olareg names the subject.
const SUBJECT: &str = "org.opencontainers.image.referrer.subject";

/// Returns true for the entry of an index of referrers.
pub(super) fn is_referrers_index(entry: &Descriptor) -> bool {
    media_type::is_index(&entry.media_type)
        && (entry.annotations.get(SUBJECT).is_some_and(|subject| subject.parse::<Digest>().is_ok())
            || tag_of(entry).is_some_and(is_fallback_tag))
}

/// Returns true for the entry of an index of the referrers of `subject`.
pub(super) fn is_index_of(entry: &Descriptor, subject: &Digest) -> bool {
    is_referrers_index(entry)
        && match entry.annotations.get(SUBJECT) {
            Some(named) => named == subject.as_str(),
            None => tag_of(entry).is_some_and(|name| name == fallback_tag(subject)),
        }
}

fn tag_of(entry: &Descriptor) -> Option<&str> {
    entry.annotations.get(annotation::REF_NAME).map(String::as_str)
}
