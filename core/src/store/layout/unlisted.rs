//! Referrers that a layout has and that `index.json` does not list, as in layouts that `cosign save`
//! writes.

use std::{collections::HashSet, fs, sync::Arc};

use super::inner::Inner;
use crate::store::list::{List, Problems};
use ocigraph_types::{Code, Descriptor, Digest, Manifest, Result};

/// Maximum blobs that are searched for referrers.
const MAX_BLOBS: usize = 10_000;

impl Inner {
    /// Adds the referrers of a subject that the layout has and does not list.
    pub(super) fn add_unlisted_referrers(
        &self,
        subject: &Digest,
        list: &mut List<Arc<Descriptor>>,
    ) -> Result<()> {
        let mut known: HashSet<Digest> = list.entries.iter().map(|d| d.digest.clone()).collect();
        let mut problems = Problems::of_referrers(subject);
        for (searched, digest) in self.blobs()?.into_iter().enumerate() {
            if searched == MAX_BLOBS {
                problems.add(format!("only {MAX_BLOBS} blobs were searched"));
                break;
            }
            if !known.insert(digest.clone()) {
                continue;
            }
            if let Some(referrer) = self.unlisted_referrer(&digest, subject)? {
                list.entries.push(Arc::new(referrer));
            }
        }
        list.problems.extend(problems.found());
        Ok(())
    }

    /// Returns the digests of all blobs by SHA-256, which is what cosign writes.
    fn blobs(&self) -> Result<Vec<Digest>> {
        let Ok(files) = fs::read_dir(self.directory.path().join("blobs/sha256")) else {
            return Ok(Vec::new());
        };
        let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
        let mut digests: Vec<Digest> =
            names.filter_map(|name| format!("sha256:{name}").parse().ok()).collect();
        digests.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        Ok(digests)
    }

    fn unlisted_referrer(&self, digest: &Digest, subject: &Digest) -> Result<Option<Descriptor>> {
        let bytes = match self.manifest_bytes(digest) {
            Ok(bytes) => bytes,
            // A blob of that size is not a manifest.
            Err(e) if matches!(e.code(), Code::TooLarge | Code::NotFound) => return Ok(None),
            Err(e) => return Err(e),
        };
        let names_subject = || {
            let wanted = subject.as_str().as_bytes();
            bytes.windows(wanted.len()).any(|window| window == wanted)
        };
        if bytes.first() != Some(&b'{') || !names_subject() {
            return Ok(None);
        }
        let Ok(manifest) = Manifest::parse(bytes.into(), None, digest.algorithm()?) else {
            return Ok(None);
        };
        let is_referrer = manifest.digest() == digest
            && manifest.subject().is_some_and(|of| of.digest == *subject);
        Ok(is_referrer.then(|| manifest.descriptor()))
    }
}
