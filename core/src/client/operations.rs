// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! One method of the client for each operation.

use std::sync::Arc;

use ocigraph_types::{Descriptor, Graph, Manifest, Reference, Result};

use super::{Client, DELETE, PUSH};
#[cfg(doc)]
use crate::Code;
use crate::{
    content::{
        progress::Outcome,
        source::{ByteStream, Source},
    },
    operation::{
        self,
        attach::{self, AttachOptions},
        blob::{self, BlobDeleteOptions, TransferOptions},
        check::{self, CheckOptions, CheckReport},
        delete::{self, DeleteOptions, DeleteReport},
        discover::{self, DiscoverOptions},
        index::{self, IndexCreateOptions, IndexResult, IndexUpdateOptions},
        manifest::{self, ResolveOptions},
        migrate::{self, MigrateOptions, MigrateReport},
        pull::{self, PullOptions, PullResult},
        push::{self, PushOptions, PushResult},
        tag::{self, UntagOptions},
        verify::{self, VerifyOptions, VerifyReport},
    },
};

impl Client {
    /// Packs files, directories and bytes into one artifact and pushes it under the tags of
    /// `reference`. Blobs that exist already are not sent.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] if an option cannot be used, [`Code::NotFound`] if the subject or
    /// a file does not exist, [`Code::UnsafePath`] if a title leads out of the directory of a later
    /// pull.
    pub async fn push(&self, reference: &Reference, options: PushOptions) -> Result<PushResult> {
        let store = self.open_for(push::OPERATION, reference, &PUSH)?;
        operation::push(store, reference, options).await
    }

    /// Packs files, directories and bytes into one artifact and attaches it to what `reference`
    /// names: the artifact becomes a referrer of it. The artifact has no tag. Blobs that exist
    /// already are not sent.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] if there is neither a file nor an annotation nor `allow_empty`, or
    /// neither an artifact type nor a config; [`Code::NotFound`] if `reference` names nothing or a
    /// file does not exist; [`Code::UnsafePath`] if a title leads out of the directory of a later
    /// pull.
    pub async fn attach(
        &self,
        reference: &Reference,
        options: AttachOptions,
    ) -> Result<PushResult> {
        let store = self.open_for(attach::OPERATION, reference, &PUSH)?;
        operation::attach(store, reference, options).await
    }

    /// Writes the files of the artifact that `reference` names into a directory. With an artifact
    /// type, writes the files of its referrers of that type instead. A file appears under its name
    /// only after its size and digest were verified. A blob without a title has no file, unless the
    /// options ask for all blobs; the result lists it.
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` names nothing or no referrer has the type,
    /// [`Code::UnsafePath`] if a title leads out of the output directory, [`Code::Conflict`] if two
    /// different files have one path, [`Code::TooLarge`] if a packed directory exceeds its limits,
    /// [`Code::DigestMismatch`] or [`Code::SizeMismatch`] if content is not what its descriptor
    /// says.
    pub async fn pull(
        &self,
        reference: &Reference,
        options: PullOptions,
    ) -> Result<Vec<PullResult>> {
        let store = self.open_for(pull::OPERATION, reference, &[])?;
        operation::pull(store, reference, options).await
    }

    /// Returns the graph of everything that is attached to what `reference` names, directly or
    /// through others: its referrers ([distribution-spec v1.1.1, "Listing Referrers"][spec]), the
    /// manifests of the tags that cosign derives from a digest, the attestations of BuildKit, and
    /// the children of an index. Each edge of the graph has its kind.
    ///
    /// [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` names nothing, [`Code::Incomplete`] if a list cannot be
    /// read completely, unless the options allow it.
    pub async fn discover(&self, reference: &Reference, options: DiscoverOptions) -> Result<Graph> {
        let store = self.open_for(discover::OPERATION, reference, &[])?;
        operation::discover(&*store, reference, &options).await
    }

    /// Deletes what `reference` names and everything that refers to it, referrers before their
    /// subjects. The report has each manifest that could not be deleted. An interrupted delete can
    /// be run again. A dry run reports what would be deleted.
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` names nothing, unless the options allow it,
    /// [`Code::Unsupported`] if the registry deletes no manifest, [`Code::Incomplete`] if a list of
    /// tags or referrers cannot be read completely.
    pub async fn delete(
        &self,
        reference: &Reference,
        options: DeleteOptions,
    ) -> Result<DeleteReport> {
        let store = self.open_for(delete::OPERATION, reference, &DELETE)?;
        operation::delete(&*store, reference, &options).await
    }

    /// Gives everything that is attached to what `reference` names another form, also what is
    /// attached to the images of an index and to attachments. To referrers: the tags of cosign and
    /// the artifact manifests of ORAS and OCI 1.1.0-rc become OCI 1.1 referrers, and the referrers
    /// API lists what only a fallback tag listed. To tags: the referrers of cosign get its tags
    /// again, and a fallback tag lists what the API lists. The old form stays unless the options
    /// ask to remove it. A migration can be run again, and then writes only what is missing.
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` names nothing, [`Code::Incomplete`] if a list of tags or
    /// referrers cannot be read completely, in which case nothing is written.
    pub async fn migrate(
        &self,
        reference: &Reference,
        options: MigrateOptions,
    ) -> Result<MigrateReport> {
        let store = self.open_for(migrate::OPERATION, reference, &DELETE)?;
        operation::migrate(&*store, reference, &options).await
    }

    /// Verifies the whole graph under what `reference` names: every manifest and blob, those of
    /// referrers included. The report has each problem that was found. Nothing is written, unless
    /// the options ask to repair the lists of referrers.
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` names nothing.
    pub async fn verify(
        &self,
        reference: &Reference,
        options: VerifyOptions,
    ) -> Result<VerifyReport> {
        let store = self.open_for(verify::OPERATION, reference, &[])?;
        operation::verify(store, reference, options).await
    }

    /// Checks that everything in `requirements` is attached to what `reference` names: as a
    /// referrer, by a sibling tag of cosign, or as an attestation of BuildKit. A requirement is
    /// `signature`, `attestation`, `provenance`, `sbom`, `scan-result`, `vex` or `chart`; one of
    /// these with a predicate type or an artifact type, such as
    /// `provenance=https://slsa.dev/provenance/v1`; or `artifact-type=TYPE`.
    ///
    /// It tells whether something is attached, not whether it is valid: no signature is verified.
    /// What is attached to an attachment does not count. The report has each requirement with its
    /// answer: [Presence::Missing](crate::Presence::Missing) only if everything attached was listed
    /// and read, else [Presence::Unknown](crate::Presence::Unknown).
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` names nothing, [`Code::InvalidArgument`] if `requirements`
    /// is empty or has something else than requirements.
    pub async fn check(
        &self,
        reference: &Reference,
        requirements: &[String],
        options: CheckOptions,
    ) -> Result<CheckReport> {
        let store = self.open_for(check::OPERATION, reference, &[])?;
        operation::check(&*store, reference, requirements, &options).await
    }

    /// Returns the descriptor of what `reference` names. With a platform, the descriptor of the
    /// image for that platform in the index that `reference` names.
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` names nothing, if the index has no image for the platform,
    /// or if the manifest has another media type.
    pub async fn resolve(
        &self,
        reference: &Reference,
        options: ResolveOptions,
    ) -> Result<Descriptor> {
        let store = self.open_for(manifest::RESOLVE, reference, &[])?;
        operation::resolve(&*store, reference, &options).await
    }

    /// Returns the manifest that `reference` names, byte for byte as it is stored; without a
    /// platform, also one that cannot be parsed. With a platform, the manifest of the image for
    /// that platform in the index that `reference` names.
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` names nothing, if the index has no image for the platform,
    /// or if the manifest has another media type; [`Code::DigestMismatch`] if the content does not
    /// have its digest.
    pub async fn fetch_manifest(
        &self,
        reference: &Reference,
        options: ResolveOptions,
    ) -> Result<Manifest> {
        let store = self.open_for(manifest::FETCH, reference, &[])?;
        operation::fetch_manifest(&*store, reference, &options).await
    }

    /// Stores `manifest` byte for byte under its digest and under the tags of `reference`.
    ///
    /// # Errors
    /// [`Code::DigestMismatch`] if `reference` has a digest that is not the manifest's.
    pub async fn push_manifest(&self, reference: &Reference, manifest: &Manifest) -> Result<()> {
        let store = self.open_for(manifest::PUSH, reference, &PUSH)?;
        operation::push_manifest(&*store, reference, manifest).await
    }

    /// Deletes `manifest`, which `reference` named when it was fetched, with the tags of
    /// `reference`. Its referrers stay.
    ///
    /// # Errors
    /// [`Code::Unsupported`] or [`Code::Forbidden`] if the registry refuses to delete.
    pub async fn delete_manifest(&self, reference: &Reference, manifest: &Manifest) -> Result<()> {
        let store = self.open_for(manifest::DELETE, reference, &DELETE)?;
        operation::delete_manifest(&*store, reference, manifest).await
    }

    /// Creates an OCI image index of `manifests`, pushes it, and sets the tags of `reference`. Each
    /// manifest is named by a tag, a digest, or a reference to the repository or layout of
    /// `reference`; the index lists it once, in the order given. The entry of an image has the
    /// platform that its config says, the entry of another artifact its artifact type. Without
    /// manifests, the index is empty.
    ///
    /// # Errors
    /// [`Code::NotFound`] if a manifest or the config of an image does not exist,
    /// [`Code::InvalidArgument`] if a manifest is in another repository or layout, or if an option
    /// cannot be used, [`Code::DigestMismatch`] if `reference` has a digest that is not the
    /// index's.
    pub async fn index_create(
        &self,
        reference: &Reference,
        manifests: &[String],
        options: IndexCreateOptions,
    ) -> Result<IndexResult> {
        let store = self.open_for(index::CREATE, reference, &PUSH)?;
        operation::index_create(&*store, reference, manifests, &options).await
    }

    /// Adds manifests to the index that `reference` names or removes some, changes its annotations
    /// or its artifact type, and pushes the updated index. The tag of `reference` moves to it, and
    /// the old index stays. With a digest in `reference`, no tag moves. The other entries stay as
    /// they are, with unknown fields. Without a change, the index stays as it is, byte for byte.
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` or a manifest does not exist, or if the index does not
    /// list a manifest to remove; [`Code::InvalidArgument`] if `reference` or an index to merge is
    /// not an index, if a manifest is in another repository or layout, or if an option cannot be
    /// used.
    pub async fn index_update(
        &self,
        reference: &Reference,
        options: IndexUpdateOptions,
    ) -> Result<IndexResult> {
        let store = self.open_for(index::UPDATE, reference, &PUSH)?;
        operation::index_update(&*store, reference, &options).await
    }

    /// Returns the blob that `reference` names by digest, and its descriptor. The stream verifies
    /// the content: it ends in an error if the content does not match the digest.
    ///
    /// # Errors
    /// [`Code::InvalidReference`] if `reference` has no digest, [`Code::NotFound`] if the blob does
    /// not exist.
    pub async fn fetch_blob(
        &self,
        reference: &Reference,
        options: TransferOptions,
    ) -> Result<(Descriptor, ByteStream)> {
        let store = self.open_for(blob::FETCH, reference, &[])?;
        operation::fetch_blob(&*store, reference, &options).await
    }

    /// Stores a blob in the repository or layout of `reference`, unless it exists.
    /// [`Content::into_blob`](crate::Content::into_blob) makes `blob` and `source` from a file or
    /// bytes.
    ///
    /// # Errors
    /// [`Code::DigestMismatch`] or [`Code::SizeMismatch`] if the content is not what `blob` says,
    /// or does not have the digest of `reference`; [`Code::InvalidReference`] if `reference` has a
    /// tag.
    pub async fn push_blob(
        &self,
        reference: &Reference,
        blob: &Descriptor,
        source: Arc<dyn Source>,
        options: TransferOptions,
    ) -> Result<Outcome> {
        let store = self.open_for(blob::PUSH, reference, &PUSH)?;
        operation::push_blob(&*store, reference, blob, source, &options).await
    }

    /// Deletes the blob that `reference` names by digest. An image layout refuses it while a
    /// manifest needs the blob; a registry may not check that.
    /// [`Client::delete`](crate::Client::delete) deletes an artifact, and a layout then removes the
    /// blobs that nothing needs.
    ///
    /// # Errors
    /// [`Code::InvalidReference`] if `reference` has no digest, [`Code::NotFound`] if the blob does
    /// not exist, unless the options allow it, [`Code::Conflict`] if a manifest of a layout needs
    /// the blob or another program writes to the layout, [`Code::Unsupported`] if the registry
    /// deletes no blob.
    pub async fn delete_blob(
        &self,
        reference: &Reference,
        options: BlobDeleteOptions,
    ) -> Result<()> {
        let store = self.open_for(blob::DELETE, reference, &DELETE)?;
        operation::delete_blob(&*store, reference, &options).await
    }

    /// Points `tags` at the manifest that `reference` names, and returns its descriptor.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] if `tags` is empty, [`Code::InvalidReference`] if a tag is
    /// invalid, [`Code::NotFound`] if `reference` names nothing.
    pub async fn tag(&self, reference: &Reference, tags: &[String]) -> Result<Descriptor> {
        let store = self.open_for(tag::TAG, reference, &PUSH)?;
        operation::tag(&*store, reference, tags).await
    }

    /// Removes the tags of `reference`. The manifest stays. With a digest in `reference`, removes
    /// only tags that name this digest. In an image layout, a tag can end with a digest:
    /// `v1@sha256:…` is such a tag if the layout has it.
    ///
    /// # Errors
    /// [`Code::InvalidReference`] if `reference` has no tag, [`Code::NotFound`] if a tag does not
    /// exist, [`Code::DigestMismatch`] if `reference` has a digest that a tag does not name,
    /// [`Code::Unsupported`] if the registry removes a tag only with its manifest. If some tags
    /// were removed before the failure, the hint names them.
    pub async fn untag(&self, reference: &Reference, options: UntagOptions) -> Result<()> {
        let store = self.open_for(tag::UNTAG, reference, &DELETE)?;
        operation::untag(&*store, reference, &options).await
    }
}
