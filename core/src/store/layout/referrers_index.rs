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

/// Returns the text by which the entry of an index of referrers names its subject: one of the
/// [`names_of_subject`].
pub(super) fn subject_name(entry: &Descriptor) -> Option<&str> {
    let named = || entry.annotations.get(SUBJECT).map(String::as_str).or_else(|| tag_of(entry));
    is_referrers_index(entry).then(named).flatten()
}

/// Returns the texts by which an entry can name this subject: the digest, and the fallback tag.
pub(super) fn names_of_subject(subject: &Digest) -> [String; 2] {
    [subject.as_str().to_owned(), fallback_tag(subject)]
}

fn tag_of(entry: &Descriptor) -> Option<&str> {
    entry.annotations.get(annotation::REF_NAME).map(String::as_str)
}
