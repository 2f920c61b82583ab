//! Content whose digest is not of SHA-256.
//!
//! A registry that is pushed a manifest by tag chooses the digest itself, and most choose SHA-256. So
//! such a manifest is pushed by its digest, together with its tags (`tag=` and `OCI-Tag` in the draft
//! of distribution-spec 1.2), and the registry is asked what it has stored. Nothing is reported as
//! stored that the registry does not have under its digest.

use super::registry::Registry;
use crate::store::registry::{hint, http::response::Response};
use ocigraph_types::{
    Algorithm, Code, Digest, Error, Manifest, Result, TagOrDigest, check_tag, excerpt,
};

/// The error codes that are not about the digest.
const OTHER_REASONS: [&str; 5] =
    ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "NAME_INVALID", "SIZE_INVALID", "TAG_INVALID"];

/// The header that names the tags which a push by digest has set.
const OCI_TAG: &str = "oci-tag";

/// Returns true for a digest of the algorithm that every registry supports.
pub(super) fn is_canonical(digest: &Digest) -> bool {
    digest.algorithm_name() == Algorithm::Sha256.name()
}

/// Makes UNSUPPORTED of the error with which a registry refuses digests of an algorithm.
pub(super) fn explain_refusal(error: Error, digest: &Digest) -> Error {
    let is_refusal = match error.status() {
        Some(400 | 405 | 422 | 501) => !error.has_registry_code(&OTHER_REASONS),
        // The status is for media types too.
        Some(415) => error.has_registry_code(&["DIGEST_INVALID", "UNSUPPORTED"]),
        _ => false,
    };
    if is_canonical(digest) || !is_refusal {
        return error;
    }
    let message = format!(
        "the registry does not support digests of {}: {}",
        digest.algorithm_name(),
        error.message()
    );
    error.with_message(message).with_code(Code::Unsupported).with_hint(hint::use_sha256())
}

/// UNSUPPORTED for content that a registry has accepted, and does not have under its digest.
pub(super) fn not_stored(what: &str, digest: &Digest) -> Error {
    let message = format!("the registry did not store the {what} {digest} under that digest");
    Error::new(Code::Unsupported, message).with_hint(hint::use_sha256())
}

impl Registry {
    /// Stores a manifest whose digest is not of SHA-256 under its digest, then under each tag.
    /// UNSUPPORTED if the registry does not store it so.
    pub(super) async fn put_by_digest(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        let digest = manifest.digest();
        let name = TagOrDigest::Digest(digest.clone());
        let mut url = self.manifest_url(&name)?;
        for tag in tags {
            check_tag(tag)?;
            url.query_pairs_mut().append_pair("tag", tag);
        }
        let stored = self.put_manifest_at(manifest, &name, url, None).await;
        let response = stored.map_err(|e| explain_refusal(e, digest))?;
        if !self.is_manifest_stored(manifest, &name).await? {
            return Err(not_stored("manifest", digest));
        }
        let set = tags_set(&response);
        for tag in tags {
            let name = TagOrDigest::Tag(tag.clone());
            if !set.contains(tag) {
                // olareg takes the digest of a tag from the query.
                let mut url = self.manifest_url(&name)?;
                url.set_query(Some(&format!("digest={digest}")));
                let stored = self.put_manifest_at(manifest, &name, url, None).await;
                stored.map_err(|e| explain_refusal(e, digest))?;
            }
            let named = self.resolve_manifest(&name).await?.digest;
            if named != *digest {
                let message = format!(
                    "the registry has the manifest {digest}, but its tag {} names it as {named}: \
                     it gives tags no digests of {}",
                    excerpt(tag),
                    digest.algorithm_name()
                );
                let error = Error::new(Code::Unsupported, message);
                return Err(error.with_hint(hint::refer_by_digest()));
            }
        }
        Ok(())
    }
}

/// Returns the tags that a response says were set.
fn tags_set(response: &Response) -> Vec<String> {
    let values = response.header_values(OCI_TAG);
    values.iter().flat_map(|tags| tags.split(',')).map(|tag| tag.trim().to_owned()).collect()
}
