//! The predicate types of in-toto statements, and the media types of documents, by what they are.

use super::recognized::AttachmentKind;

/// The predicate type with which cosign 3 signs an image.
const COSIGN_SIGN: &str = "https://sigstore.dev/cosign/sign/v1";

/// Returns what a statement with this predicate type is besides an attestation.
pub(super) fn kind_of_predicate(predicate: &str) -> Option<AttachmentKind> {
    let of = |name: &str| {
        predicate.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if predicate == COSIGN_SIGN {
        Some(AttachmentKind::Signature)
    } else if of("https://slsa.dev/provenance") || predicate == "slsaprovenance" {
        Some(AttachmentKind::Provenance)
    } else if of("https://spdx.dev/Document")
        || of("https://cyclonedx.org/bom")
        || of("https://cyclonedx.org/schema")
        || of("https://syft.dev/bom")
    {
        Some(AttachmentKind::Sbom)
    } else if of("https://openvex.dev/ns") {
        Some(AttachmentKind::Vex)
    } else if of("https://cosign.sigstore.dev/attestation/vuln")
        || of("https://in-toto.io/attestation/vulns")
    {
        Some(AttachmentKind::ScanResult)
    } else {
        None
    }
}

/// Returns what a document with this media type is, with the name of its format.
pub(super) fn document(media_type: &str) -> Option<(AttachmentKind, &'static str)> {
    Some(match crate::media_type::essence(media_type).as_str() {
        "text/spdx"
        | "text/spdx+json"
        | "text/spdx+xml"
        | "application/spdx"
        | "application/spdx+json" => (AttachmentKind::Sbom, "SPDX"),
        "application/vnd.cyclonedx"
        | "application/vnd.cyclonedx+json"
        | "application/vnd.cyclonedx+xml" => (AttachmentKind::Sbom, "CycloneDX"),
        "application/vnd.syft+json" => (AttachmentKind::Sbom, "Syft"),
        "application/vnd.openvex+json" => (AttachmentKind::Vex, "OpenVEX"),
        "application/sarif+json" => (AttachmentKind::ScanResult, "SARIF"),
        _ => return None,
    })
}
