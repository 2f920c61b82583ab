//! Deletes one blob, unless something in the layout needs it.
//!
//! It takes the locks of a collector (see `gc`), so that no other handle can be about to name the blob.

use std::collections::HashSet;

use super::{dir_handle::refusal_error, directory::OpenLayout, inner::Inner, sync::lock};
use ocigraph_types::{Code, Digest, Error, Result};

impl Inner {
    /// Removes a blob. NOT_FOUND if it does not exist, CONFLICT while something needs it or another
    /// handle writes to the layout.
    pub(super) fn delete_blob(&self, digest: &Digest) -> Result<()> {
        self.remove_unused(digest, true)
    }

    /// Removes a blob although a manifest may need it. CONFLICT for a manifest, and while another handle
    /// writes to the layout.
    pub(super) fn delete_needed_blob(&self, digest: &Digest) -> Result<()> {
        self.remove_unused(digest, false)
    }

    fn remove_unused(&self, digest: &Digest, keeps_needed: bool) -> Result<()> {
        self.directory.check_writable()?;
        self.describe_blob(digest)?;
        let opened = self.directory.create()?;
        let _index = opened.lock_index()?;
        let deleted = self.exclusively(&opened, |leased| {
            if leased.blobs.get(digest).is_some_and(|count| count.active > 0) {
                return Err(busy(digest));
            }
            let user = match keeps_needed {
                true => self.user_of(&opened, digest)?,
                false => self.list_of(digest)?,
            };
            if let Some(user) = user {
                let message = format!("the blob {digest} was not deleted: {user}");
                return Err(Error::new(Code::Conflict, message)
                    .with_hint("delete the artifact; the blobs that nothing needs go with it"));
            }
            self.remove_file(&opened, digest)
        })?;
        deleted.ok_or_else(|| busy(digest))
    }

    /// Removes the file of a blob. The caller has excluded other handles.
    pub(super) fn remove_file(&self, opened: &OpenLayout, digest: &Digest) -> Result<()> {
        let folder = opened
            .blobs(digest.algorithm_name())
            .map_err(|e| refusal_error("remove", &self.directory.blob_path(digest), "file", e))?;
        folder.remove(digest.encoded())?;
        self.forget_file(digest);
        Ok(())
    }

    /// Forgets what is known of the file of a removed blob.
    pub(super) fn forget_file(&self, digest: &Digest) {
        lock(&self.durable).remove(digest);
        lock(&self.names).remove(digest);
    }

    /// Returns what lists a manifest, as a phrase for users.
    fn list_of(&self, digest: &Digest) -> Result<Option<String>> {
        let snapshot = self.snapshot()?;
        if snapshot.entry(digest).is_some() {
            return Ok(Some("index.json lists it".to_owned()));
        }
        let listed = self.listed(&snapshot)?;
        Ok(listed.parent_index(digest).map(|index| format!("the index {index} lists it")))
    }

    /// Returns what needs a blob, as a phrase for users.
    fn user_of(&self, opened: &OpenLayout, digest: &Digest) -> Result<Option<String>> {
        if let Some(list) = self.list_of(digest)? {
            return Ok(Some(list));
        }
        let snapshot = self.snapshot()?;
        let listed = self.listed(&snapshot)?;
        if let Some(manifest) = listed.needing(digest) {
            return Ok(Some(format!("the manifest {manifest} needs it")));
        }
        let unknown = |e: Error| {
            let message = format!(
                "the blob {digest} was not deleted: a manifest that may need it cannot be read: {}",
                e.message()
            );
            e.with_message(message)
        };
        let reachable = listed.reachable().map_err(unknown)?;
        let candidates = HashSet::from([digest.clone()]);
        let named = self.named_elsewhere(opened, &snapshot, &listed, &reachable, &candidates)?;
        if !named.contains(digest) {
            return Ok(None);
        }
        let by = self.naming(opened, &listed, &reachable, digest)?;
        Ok(Some(match by {
            Some(by) => format!("{by}, which index.json does not list as a manifest, names it"),
            None => "an entry of index.json that cannot be read names it".to_owned(),
        }))
    }
}

pub(super) fn busy(digest: &Digest) -> Error {
    let message = format!(
        "the blob {digest} was not deleted: another operation writes to the layout and may need it"
    );
    Error::new(Code::Conflict, message).with_hint("try again when it has ended")
}
