//! Finds what keeps a blob in the layout although no listed manifest needs it.
//!
//! Other tools leave manifests unlisted: skopeo and crane when they move a name, `cosign save` for
//! signatures of children, and every tool that is killed. They write entries that this library cannot
//! read, and manifests of formats that it does not know. All of these may name a blob, so a collection
//! keeps it. A subject is not needed by its referrers, so it is not kept for them.

use std::collections::HashSet;

use super::{
    directory::OpenLayout, index_cache::Snapshot, index_text, inner::Inner,
    summaries::ListedManifests, sync::lock,
};
use crate::content::plain_text::utf8_text;
use ocigraph_types::{Algorithm, Code, Digest, Error, Manifest, Result};

/// Maximum blobs of a layout, and maximum digests that they name, of which a collection keeps track.
const MAX_DIGESTS: usize = 1_000_000;
/// The longest digest in use has 135 characters.
const MAX_DIGEST_LENGTH: usize = 200;

impl Inner {
    /// Returns what the content of the layout names, without what `reachable` has. `candidates` are
    /// the blobs that are about to be removed: these name nothing, unless something else names them.
    pub(super) fn named_elsewhere(
        &self,
        opened: &OpenLayout,
        snapshot: &Snapshot,
        listed: &ListedManifests,
        reachable: &HashSet<&Digest>,
        candidates: &HashSet<Digest>,
    ) -> Result<HashSet<Digest>> {
        let mut named = HashSet::new();
        for entry in index_text::unreadable(&snapshot.bytes, &snapshot.index) {
            named.extend(digests_in(entry.as_bytes()));
        }
        for digest in listed.without_summary() {
            self.add_names(&mut named, digest, true)?;
        }
        let stored = opened.stored_blobs(MAX_DIGESTS)?;
        check_number(stored.len())?;
        let unlisted = stored.iter().filter(|d| !reachable.contains(d) && !candidates.contains(*d));
        for digest in unlisted {
            self.add_names(&mut named, digest, false)?;
        }
        // A manifest that stays needs its content.
        let mut pending: Vec<Digest> = named.intersection(candidates).cloned().collect();
        let mut seen: HashSet<Digest> = pending.iter().cloned().collect();
        while let Some(digest) = pending.pop() {
            for needed in self.names_in(&digest, false)? {
                if candidates.contains(&needed) && seen.insert(needed.clone()) {
                    pending.push(needed.clone());
                }
                named.insert(needed);
            }
        }
        Ok(named)
    }

    /// Returns a blob that names `digest` and that [`named_elsewhere`](Self::named_elsewhere) reads.
    pub(super) fn naming(
        &self,
        opened: &OpenLayout,
        listed: &ListedManifests,
        reachable: &HashSet<&Digest>,
        digest: &Digest,
    ) -> Result<Option<Digest>> {
        let stored = opened.stored_blobs(MAX_DIGESTS)?;
        let unlisted = stored.iter().filter(|d| !reachable.contains(d) && *d != digest);
        let listed = listed.without_summary().map(|d| (d, true));
        for (blob, is_listed) in listed.chain(unlisted.map(|d| (d, false))) {
            if self.names_in(blob, is_listed)?.contains(digest) {
                return Ok(Some(blob.clone()));
            }
        }
        Ok(None)
    }

    fn add_names(
        &self,
        named: &mut HashSet<Digest>,
        digest: &Digest,
        is_listed: bool,
    ) -> Result<()> {
        named.extend(self.names_in(digest, is_listed)?);
        check_number(named.len())
    }

    /// Returns the digests that a blob names, if it is or may be a manifest.
    fn names_in(&self, digest: &Digest, is_listed: bool) -> Result<Vec<Digest>> {
        let key = (digest.clone(), is_listed);
        if let Some(names) = lock(&self.names).names.get(&key) {
            return Ok(names.clone());
        }
        let bytes = match self.manifest_bytes(digest) {
            Ok(bytes) => bytes,
            Err(e) if matches!(e.code(), Code::NotFound | Code::TooLarge | Code::UnsafePath) => {
                return Ok(Vec::new());
            }
            Err(e) => return Err(e),
        };
        let names = names_of(&bytes, is_listed);
        // Another tool may still be writing the file.
        let is_complete = digest.algorithm().is_ok_and(|a| a.digest(&bytes) == *digest);
        if is_complete {
            lock(&self.names).insert(key, &names);
        }
        Ok(names)
    }
}

fn check_number(found: usize) -> Result<()> {
    if found < MAX_DIGESTS {
        return Ok(());
    }
    let message = format!("the layout has more than {MAX_DIGESTS} blobs");
    Err(Error::new(Code::TooLarge, message))
}

/// Returns the digests that a manifest needs. A listed file may be a manifest of an unknown format.
fn names_of(bytes: &[u8], is_listed: bool) -> Vec<Digest> {
    let Ok(text) = utf8_text(bytes) else { return Vec::new() };
    if !text.trim_start().starts_with('{') {
        return Vec::new();
    }
    match Manifest::parse(bytes.to_vec().into(), None, Algorithm::Sha256) {
        Ok(manifest) => {
            manifest.content().chain(manifest.children()).map(|d| d.digest.clone()).collect()
        }
        Err(_) if is_listed || index_text::looks_like_manifest(text) => digests_in(bytes),
        Err(_) => Vec::new(),
    }
}

/// Returns the digests among the strings of a JSON text, which may be malformed. Some tools write
/// digests in upper case.
fn digests_in(text: &[u8]) -> Vec<Digest> {
    let strings = text.split(|byte| *byte == b'"').filter(|s| s.len() <= MAX_DIGEST_LENGTH);
    let digests = strings.filter(|s| s.contains(&b':')).filter_map(|string| {
        let string = std::str::from_utf8(string).ok()?.trim();
        string.parse().or_else(|_| string.to_lowercase().parse()).ok()
    });
    digests.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_looks_like_a_manifest_names_digests() {
        let digest = Algorithm::Sha256.digest(b"x");
        let upper = digest.as_str().to_uppercase().replace("SHA256", "sha256");
        let entry = json!({ "digest": digest, "size": 1, "mediaType": "a/b" });
        let names = |body: serde_json::Value| names_of(body.to_string().as_bytes(), false);
        assert_eq!(names(json!({ "schemaVersion": 2, "manifests": [entry] })).len(), 1);
        assert_eq!(names(json!({ "mediaType": "new/kind", "layers": [entry] })).len(), 1);
        let odd = json!({ "mediaType": "x/y", "blobs": [{ "digest": upper, "size": -1 }] });
        assert_eq!(names(odd), std::slice::from_ref(&digest));
        let subject = json!({ "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": entry, "layers": [], "subject": { "mediaType": "a/b", "size": 1,
            "digest": Algorithm::Sha256.digest(b"subject") } });
        assert_eq!(names(subject), std::slice::from_ref(&digest));
        // An SBOM or an attestation tells of other content.
        let attestation = json!({ "predicate": { "materials": [{ "digest": digest }] } });
        assert!(names(attestation.clone()).is_empty());
        assert_eq!(names_of(attestation.to_string().as_bytes(), true), [digest]);
        assert!(names_of(b"\x1f\x8b\"sha256:", true).is_empty());
    }
}
