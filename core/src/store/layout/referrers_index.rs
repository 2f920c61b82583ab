//! Indexes of referrers in a layout: lists of the referrers of one subject.
//!
//! A layout needs none, since its manifests name their subjects, and ocigraph creates none. regctl
//! v0.11.7 keeps one under the fallback tag of the subject, as on a registry without a referrers API,
//! and olareg v0.1.2 in an entry with an annotation. The manifests that they list have no other
//! entry. olareg converts the former to the latter when it opens a layout; regctl finds none then,
//! and starts another one.

use crate::store::fallback_tag::{fallback_tag, is_fallback_tag};
use ocigraph_types::{Descriptor, Digest, annotation, media_type};

/// The annotations by which olareg names the subject: that of the releases v0.1.0 to v0.1.2, and that
/// of other commits.
const SUBJECT: [&str; 2] =
    ["org.olareg.referrer.subject", "org.opencontainers.image.referrer.subject"];

/// Returns true for the entry of an index of referrers.
pub(super) fn is_referrers_index(entry: &Descriptor) -> bool {
    media_type::is_index(&entry.media_type)
        && (annotated_subject(entry).is_some() || tag_of(entry).is_some_and(is_fallback_tag))
}

/// Returns the text by which the entry of an index of referrers names its subject: one of the
/// [`names_of_subject`].
pub(super) fn subject_name(entry: &Descriptor) -> Option<&str> {
    let named = || annotated_subject(entry).or_else(|| tag_of(entry));
    is_referrers_index(entry).then(named).flatten()
}

/// Returns true for the entry of an index of the referrers of this subject.
pub(super) fn lists_referrers_of(entry: &Descriptor, subject: &Digest) -> bool {
    let names = names_of_subject(subject);
    subject_name(entry).is_some_and(|name| names.iter().any(|of_subject| of_subject == name))
}

/// Returns the texts by which an entry can name this subject: the digest, and the fallback tag.
pub(super) fn names_of_subject(subject: &Digest) -> [String; 2] {
    [subject.as_str().to_owned(), fallback_tag(subject)]
}

fn annotated_subject(entry: &Descriptor) -> Option<&str> {
    let subjects = SUBJECT.iter().filter_map(|key| entry.annotations.get(*key));
    subjects.map(String::as_str).find(|subject| subject.parse::<Digest>().is_ok())
}

fn tag_of(entry: &Descriptor) -> Option<&str> {
    entry.annotations.get(annotation::REF_NAME).map(String::as_str)
}
