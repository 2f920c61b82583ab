//! [`Requirement`]: what an image must have attached.

use std::{fmt, str::FromStr};

use super::recognized::{Attachment, AttachmentKind, Unread};
use crate::{
    descriptor::Descriptor,
    error::{Code, Error, Result, into_error},
    media_type::essence,
};

/// The word of a requirement for an artifact type.
const ARTIFACT_TYPE: &str = "artifact-type";

/// What an image must have attached: `KIND`, `KIND=TYPE` or `artifact-type=TYPE`.
///
/// `KIND` is the name of an [`AttachmentKind`]. `TYPE` is the predicate type of a statement or the
/// artifact type of the attachment.
///
/// ```
/// use ocigraph_types::{Attachment, Descriptor, EdgeKind, Requirement, media_type};
///
/// let sbom = Descriptor {
///     artifact_type: Some("application/vnd.cyclonedx+json".into()),
///     ..Descriptor::of(media_type::OCI_MANIFEST, b"sbom")
/// };
/// let attachment = Attachment::of_listed(EdgeKind::Referrer, &sbom);
/// assert!("sbom".parse::<Requirement>()?.is_met_by(&sbom, &attachment));
/// assert!(!"sbom=https://spdx.dev/Document".parse::<Requirement>()?.is_met_by(&sbom, &attachment));
/// # Ok::<(), ocigraph_types::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Requirement {
    kind: Option<AttachmentKind>,
    of_type: Option<String>,
}

impl Requirement {
    /// Returns true if an attachment with this descriptor meets the requirement.
    pub fn is_met_by(&self, descriptor: &Descriptor, attachment: &Attachment) -> bool {
        let is_type = |wanted: &String| {
            let artifact_type = descriptor.artifact_type.as_deref().unwrap_or_default();
            essence(artifact_type) == essence(wanted)
                || (self.kind.is_some() && attachment.has_predicate(wanted))
        };
        self.kind.is_none_or(|kind| attachment.is(kind))
            && self.of_type.as_ref().is_none_or(is_type)
    }

    /// Returns true if an attachment may meet the requirement, by what is known of it so far. An
    /// entry of a list need not say everything.
    pub fn may_be_met_by(&self, descriptor: &Descriptor, attachment: &Attachment) -> bool {
        *attachment.unread() != Unread::Nothing || self.is_met_by(descriptor, attachment)
    }
}

/// The text is not a requirement. Converts into [`Error`] with [`Code::InvalidArgument`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid requirement {text:?}: expected {}", expected())]
#[non_exhaustive]
pub struct RequirementError {
    /// The text.
    pub text: String,
}

impl RequirementError {
    fn code(&self) -> Code {
        Code::InvalidArgument
    }

    fn hint(&self) -> Option<&'static str> {
        None
    }
}

into_error!(RequirementError);

fn expected() -> String {
    let kinds = AttachmentKind::ALL.map(AttachmentKind::name).join(", ");
    format!("{kinds}, one of these with =TYPE, or {ARTIFACT_TYPE}=TYPE")
}

/// Parses `KIND`, `KIND=TYPE` or `artifact-type=TYPE`.
///
/// # Errors
///
/// [`Code::InvalidArgument`] for every other text; the source is a [`RequirementError`].
impl FromStr for Requirement {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = || Error::from(RequirementError { text: text.to_owned() });
        let (name, of_type) = match text.split_once('=') {
            Some((name, of_type)) => (name, Some(of_type.to_owned())),
            None => (text, None),
        };
        if of_type.as_ref().is_some_and(String::is_empty) {
            return Err(invalid());
        }
        let kind = AttachmentKind::ALL.into_iter().find(|kind| kind.name() == name);
        match (kind, &of_type) {
            (None, Some(_)) if name == ARTIFACT_TYPE => {}
            (None, _) => return Err(invalid()),
            (Some(_), _) => {}
        }
        Ok(Self { kind, of_type })
    }
}

/// Writes the text that parses to this requirement.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.map_or(ARTIFACT_TYPE, AttachmentKind::name))?;
        match &self.of_type {
            Some(of_type) => write!(f, "={of_type}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{attachment::EdgeKind, media_type};

    fn is_met(requirement: &str, artifact_type: &str, annotations: &[(&str, &str)]) -> bool {
        let descriptor = Descriptor {
            artifact_type: Some(artifact_type.to_owned()),
            annotations: annotations.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect(),
            ..Descriptor::of(media_type::OCI_MANIFEST, b"x")
        };
        let attachment = Attachment::of_listed(EdgeKind::Referrer, &descriptor);
        requirement.parse::<Requirement>().unwrap().is_met_by(&descriptor, &attachment)
    }

    #[test]
    fn a_requirement_names_a_kind_a_predicate_type_or_an_artifact_type() {
        let spdx = "https://spdx.dev/Document";
        let predicate = [("in-toto.io/predicate-type", spdx)];
        let in_toto = "application/vnd.in-toto+json";
        assert!(is_met("sbom", in_toto, &predicate));
        assert!(is_met("attestation", in_toto, &predicate));
        assert!(is_met("attestation=https://spdx.dev/Document", in_toto, &predicate));
        assert!(!is_met("provenance", in_toto, &predicate));
        assert!(!is_met("sbom=https://cyclonedx.org/bom", in_toto, &predicate));
        assert!(is_met("sbom=application/spdx+json", "application/spdx+json", &[]));
        assert!(is_met("artifact-type=a/b", "a/b", &[]));
        assert!(!is_met("artifact-type=a/b", "a/c", &[]));
        assert!(!is_met("artifact-type=https://spdx.dev/Document", in_toto, &predicate));
    }

    #[test]
    fn a_requirement_is_written_as_it_is_read() {
        for text in ["signature", "scan-result", "provenance=https://slsa.dev/provenance/v1"] {
            assert_eq!(text.parse::<Requirement>().unwrap().to_string(), text);
        }
        for text in ["", "sig", "SBOM", "sbom=", "artifact-type", "artifact-type=", "=a/b"] {
            let error = text.parse::<Requirement>().unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument, "{text}");
            assert!(error.message().contains("scan-result"), "{error}");
        }
    }
}
