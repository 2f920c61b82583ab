//! The result of a check.

use std::fmt;

use serde::Serialize;

use ocigraph_types::{
    Attachment, Descriptor, Error, ListProblem, Reference, Requirement, Result,
    serialize_descriptor, serialize_descriptors,
};

/// Whether something is attached to an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Presence {
    /// It is attached.
    Present,
    /// It may be attached: something could not be listed or read. The registry refused, throttled
    /// or failed.
    Unknown,
    /// It is not attached: everything that is attached was listed and read.
    Missing,
}

impl Presence {
    /// Returns the name used in JSON results: `present`, `unknown` or `missing`.
    pub fn name(self) -> &'static str {
        match self {
            Presence::Present => "present",
            Presence::Unknown => "unknown",
            Presence::Missing => "missing",
        }
    }
}

/// The result of [`Client::check`](crate::Client::check).
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct CheckReport {
    /// What was checked, as a reference by digest.
    pub reference: Reference,
    /// The descriptor of what was checked.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The answer for all requirements together: missing if one of them is missing, else unknown if one
    /// of them is unknown.
    pub presence: Presence,
    /// The requirements with their answers, all of one image after all of another.
    pub requirements: Vec<CheckedRequirement>,
}

/// A requirement, and whether it is met.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct CheckedRequirement {
    /// The requirement, such as `sbom`.
    pub requirement: String,
    /// The image or index that was checked. Has the platform that its index says.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// Whether what is required is attached.
    pub presence: Presence,
    /// The manifests that meet the requirement.
    #[serde(serialize_with = "serialize_descriptors")]
    pub found: Vec<Descriptor>,
    /// Phrases for users: what could not be read, or which images of an index lack the attachment.
    pub details: Vec<String>,
}

impl CheckReport {
    pub(super) fn new(reference: Reference, descriptor: Descriptor) -> Self {
        Self { reference, descriptor, presence: Presence::Present, requirements: Vec::new() }
    }

    /// Adds what was found of an image.
    pub(super) fn add(&mut self, image: FoundOfImage, requirements: &[Requirement]) {
        for (i, requirement) in requirements.iter().enumerate() {
            let (presence, details) = image.presence(i, requirement);
            self.push(requirement, &image, image.found_for(i), presence, details);
        }
    }

    /// Adds what was found of an index: a requirement is met by what is attached to the index, or by
    /// what is attached to each of its images. `unread` says why images are not known.
    pub(super) fn add_index(
        &mut self,
        index: FoundOfImage,
        images: &[FoundOfImage],
        unread: &[String],
        requirements: &[Requirement],
    ) {
        for (i, requirement) in requirements.iter().enumerate() {
            if index.has(i) {
                self.push(requirement, &index, index.found_for(i), Presence::Present, Vec::new());
                continue;
            }
            let own = index.unread_for(requirement);
            let (mut lacking, mut unknown) = (Vec::new(), unread.to_vec());
            for image in images {
                match image.presence(i, requirement) {
                    (Presence::Missing, _) => lacking.push(not_attached(&image.descriptor)),
                    (Presence::Unknown, details) => unknown.extend(details),
                    (Presence::Present, _) => {}
                }
            }
            let (presence, details) = if !own.is_empty() {
                (Presence::Unknown, own)
            } else if !lacking.is_empty() {
                (Presence::Missing, lacking)
            } else if !unknown.is_empty() {
                (Presence::Unknown, unknown)
            } else if images.is_empty() {
                (Presence::Missing, Vec::new())
            } else {
                (Presence::Present, Vec::new())
            };
            let found = images.iter().flat_map(|image| image.found_for(i)).collect();
            self.push(requirement, &index, found, presence, details);
        }
    }

    fn push(
        &mut self,
        requirement: &Requirement,
        image: &FoundOfImage,
        found: Vec<Descriptor>,
        presence: Presence,
        details: Vec<String>,
    ) {
        self.presence = self.presence.max(presence);
        self.requirements.push(CheckedRequirement {
            requirement: requirement.to_string(),
            descriptor: image.descriptor.clone(),
            presence,
            found,
            details,
        });
    }
}

fn not_attached(image: &Descriptor) -> String {
    match &image.platform {
        Some(platform) => format!("not attached to {} for {platform}", image.digest),
        None => format!("not attached to {}", image.digest),
    }
}

/// What a read of one attachment found.
pub(super) enum Found {
    Nothing,
    Attached(Box<Attached>),
    Unread(String),
}

/// An attachment that was read.
pub(super) struct Attached {
    pub(super) descriptor: Descriptor,
    pub(super) attachment: Attachment,
    /// Why the predicate types of its statements are not known, as a phrase for users.
    pub(super) unread_statements: Option<String>,
}

/// What was found of one image.
pub(super) struct FoundOfImage {
    descriptor: Descriptor,
    /// The attachments, each with the requirements that it meets.
    found: Vec<(Descriptor, Vec<usize>)>,
    /// What could not be listed or read, as phrases for users.
    unread: Vec<String>,
    /// Statements that could not be read. They tell nothing of an artifact type.
    unread_statements: Vec<String>,
}

impl FoundOfImage {
    pub(super) fn new(descriptor: Descriptor) -> Self {
        Self::unread(descriptor, Vec::new())
    }

    /// An index of which no image is known.
    pub(super) fn unread(descriptor: Descriptor, unread: Vec<String>) -> Self {
        Self { descriptor, found: Vec::new(), unread, unread_statements: Vec::new() }
    }

    pub(super) fn add(&mut self, found: Found, requirements: &[Requirement]) {
        match found {
            Found::Nothing => {}
            Found::Unread(detail) => self.unread.push(detail),
            Found::Attached(attached) => {
                let Attached { descriptor, attachment, unread_statements } = *attached;
                self.unread_statements.extend(unread_statements);
                let is_met = |(_, requirement): &(usize, &Requirement)| {
                    requirement.is_met_by(&descriptor, &attachment)
                };
                let met: Vec<usize> =
                    requirements.iter().enumerate().filter(is_met).map(|(i, _)| i).collect();
                if !met.is_empty() {
                    self.found.push((descriptor, met));
                }
            }
        }
    }

    pub(super) fn add_problems(&mut self, problems: &[ListProblem]) {
        self.unread.extend(problems.iter().map(ToString::to_string));
    }

    pub(super) fn add_unread(&mut self, what: fmt::Arguments<'_>, error: Error) -> Result<()> {
        self.unread.push(unread(what, error)?);
        Ok(())
    }

    /// Returns true if an attachment meets the requirement with this number.
    pub(super) fn has(&self, requirement: usize) -> bool {
        self.found.iter().any(|(_, met)| met.contains(&requirement))
    }

    fn found_for(&self, requirement: usize) -> Vec<Descriptor> {
        let meets = self.found.iter().filter(|(_, met)| met.contains(&requirement));
        meets.map(|(descriptor, _)| descriptor.clone()).collect()
    }

    /// Returns the answer for a requirement, which has the number `i`, and what makes it unknown.
    fn presence(&self, i: usize, requirement: &Requirement) -> (Presence, Vec<String>) {
        if self.has(i) {
            return (Presence::Present, Vec::new());
        }
        let unread = self.unread_for(requirement);
        let presence = if unread.is_empty() { Presence::Missing } else { Presence::Unknown };
        (presence, unread)
    }

    /// Returns what could not be read and might meet the requirement.
    fn unread_for(&self, requirement: &Requirement) -> Vec<String> {
        let statements = self.unread_statements.iter().filter(|_| requirement.kind().is_some());
        self.unread.iter().chain(statements).cloned().collect()
    }
}

/// Returns a phrase for what could not be read. An error that says nothing of the registry is
/// returned.
pub(super) fn unread(what: fmt::Arguments<'_>, error: Error) -> Result<String> {
    if error.says_nothing_of_a_registry() {
        return Err(error);
    }
    Ok(format!("{what}: {}", error.message()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ocigraph_types::{EdgeKind, media_type};

    fn image(name: &str, artifact_types: &[&str], unread: &[&str]) -> FoundOfImage {
        let mut image =
            FoundOfImage::new(Descriptor::of(media_type::OCI_MANIFEST, name.as_bytes()));
        for artifact_type in artifact_types {
            let descriptor = Descriptor {
                artifact_type: Some((*artifact_type).to_owned()),
                ..Descriptor::of(media_type::OCI_MANIFEST, artifact_type.as_bytes())
            };
            let attachment = Attachment::of_listed(EdgeKind::Referrer, &descriptor);
            let attached = Attached { descriptor, attachment, unread_statements: None };
            image.add(Found::Attached(Box::new(attached)), &[sbom()]);
        }
        image.unread.extend(unread.iter().map(|detail| (*detail).to_owned()));
        image
    }

    fn sbom() -> Requirement {
        "sbom".parse().unwrap()
    }

    fn report() -> CheckReport {
        let descriptor = Descriptor::of(media_type::OCI_INDEX, b"index");
        CheckReport::new("localhost/a:v1".parse().unwrap(), descriptor)
    }

    fn of_index(index: FoundOfImage, images: &[FoundOfImage], unread: &[&str]) -> CheckReport {
        let unread: Vec<String> = unread.iter().map(|detail| (*detail).to_owned()).collect();
        let mut report = report();
        report.add_index(index, images, &unread, &[sbom()]);
        report
    }

    const SPDX: &str = "application/spdx+json";

    #[test]
    fn only_a_complete_listing_says_missing() {
        for (image, expected) in [
            (image("a", &[SPDX], &[]), Presence::Present),
            (image("a", &[SPDX], &["the tags"]), Presence::Present),
            (image("a", &["a/b"], &[]), Presence::Missing),
            (image("a", &["a/b"], &["the tags"]), Presence::Unknown),
        ] {
            let mut report = report();
            report.add(image, &[sbom()]);
            assert_eq!(report.presence, expected);
        }
    }

    #[test]
    fn an_index_has_what_is_attached_to_it_or_to_each_of_its_images() {
        let (with, without) = (|| image("a", &[SPDX], &[]), || image("b", &[], &[]));
        let unknown = || image("c", &[], &["the referrers"]);
        for (index, images, unread, expected) in [
            (with(), vec![without()], vec![], Presence::Present),
            (without(), vec![with(), with()], vec![], Presence::Present),
            (without(), vec![with(), without()], vec![], Presence::Missing),
            (without(), vec![unknown(), without()], vec![], Presence::Missing),
            (without(), vec![with(), unknown()], vec![], Presence::Unknown),
            (without(), vec![with()], vec!["an index"], Presence::Unknown),
            (without(), vec![], vec!["an index"], Presence::Unknown),
            (without(), vec![], vec![], Presence::Missing),
            (unknown(), vec![without()], vec![], Presence::Unknown),
        ] {
            assert_eq!(of_index(index, &images, &unread).presence, expected);
        }
        let report = of_index(without(), &[with(), without()], &[]);
        let [required] = report.requirements.as_slice() else { panic!("one requirement") };
        assert_eq!(required.found.len(), 1);
        assert!(required.details[0].starts_with("not attached to sha256:"));
    }
}
