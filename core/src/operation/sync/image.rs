//! Copies one reference with everything attached, unless the destination has all of it, and looks then what
//! the destination lacks.

use std::sync::Arc;

use super::{
    compare::{Comparison, Extent, compare},
    options::SyncOptions,
    repository::Repository,
    row::{SyncOutcome, SyncRow, is_refusal},
};
use crate::operation::{
    copy::{Beside, CopyOptions, CopyReport, SharedLimits, copy_beside, selected},
    select::{Selected, name_of},
};
use crate::store::ReferrersDetail;
use ocigraph_types::{
    Code, Descriptor, Digest, Error, ListProblem, Manifest, Reference, Result, TagOrDigest,
    media_type,
};

/// Attached manifests that are copied one by one after the destination refused one of them.
const MAX_SINGLE: usize = 256;

/// What all references share.
pub(super) struct Context {
    pub(super) limits: SharedLimits,
    pub(super) options: SyncOptions,
}

/// A reference that is done.
pub(super) struct Synced {
    pub(super) row: SyncRow,
    /// The destination refused the credential, or did not answer.
    pub(super) hopeless: Option<Error>,
}

/// One reference on its way.
struct Image<'a> {
    context: &'a Context,
    repository: &'a Repository,
    name: &'a TagOrDigest,
    row: SyncRow,
    /// The destination keeps a tag that has the digest of a manifest, for another manifest.
    keeps_tag: bool,
}

/// The manifest that the destination should have.
struct Root {
    /// What the source names.
    source: Reference,
    descriptor: Descriptor,
    manifest: Option<Manifest>,
    /// Attestations are attached to it that have other digests at the source.
    has_attestations: bool,
    /// What is attached to the index of the source and does not come along, as a phrase.
    left: Option<String>,
}

/// Synchronises a reference.
pub(super) async fn sync_image(
    context: Arc<Context>,
    repository: Arc<Repository>,
    name: TagOrDigest,
) -> Synced {
    let (source, destination) = (repository.source(&name), repository.destination(&name));
    let row = SyncRow::new(source, destination, SyncOutcome::Unknown);
    let image =
        Image { context: &context, repository: &repository, name: &name, row, keeps_tag: false };
    image.run().await
}

impl Image<'_> {
    async fn run(mut self) -> Synced {
        let (root, existing) = tokio::join!(self.root(), self.at_destination());
        let existing = match existing {
            Ok(existing) => existing,
            Err(e) => {
                let is_hopeless =
                    matches!(e.code(), Code::Unauthorized | Code::Network | Code::Tls);
                let hopeless = is_hopeless.then(|| e.clone());
                return Synced { row: self.row.with_error("the destination", &e), hopeless };
            }
        };
        let row = match root {
            Err(e) => self.row.with_error("the source", &e),
            Ok(root) => {
                self.row.digest = Some(root.descriptor.digest.clone());
                let row = self.row.clone();
                match self.bring(root, existing).await {
                    Ok(row) => row,
                    Err(e) => row.with_unknown(&e),
                }
            }
        };
        Synced { row, hopeless: None }
    }

    /// Finds the manifest that the destination should have.
    async fn root(&self) -> Result<Root> {
        let (from, place) = (&*self.repository.from, self.repository.work.location.clone());
        let reference = match self.name {
            TagOrDigest::Tag(tag) => {
                Reference::named(place.clone(), std::slice::from_ref(tag), None)?
            }
            TagOrDigest::Digest(digest) => Reference::new(place.clone()).at(digest.clone()),
        };
        let _permit = self.context.limits.requests.acquire().await;
        let descriptor = from.resolve(&name_of(from, &reference).await?).await?;
        let source = Reference::new(place).at(descriptor.digest.clone());
        let options = self.copy_options();
        if options.index_platforms.is_empty() || !media_type::is_index(&descriptor.media_type) {
            let (manifest, left) = (None, None);
            return Ok(Root { source, descriptor, manifest, has_attestations: false, left });
        }
        let Selected { manifest, attestations } = selected(from, &source, &options).await?;
        let left = match *manifest.digest() == descriptor.digest {
            true => None,
            false => self.left_at_index(&descriptor.digest).await?,
        };
        Ok(Root {
            left,
            source,
            descriptor: manifest.plain_descriptor(),
            manifest: Some(manifest),
            has_attestations: !attestations.is_empty(),
        })
    }

    /// What is attached to an index of which only some images are copied: its signature is not one of the
    /// copy.
    async fn left_at_index(&self, index: &Digest) -> Result<Option<String>> {
        let from = &*self.repository.from;
        let detail = ReferrersDetail::Unchecked;
        let referrers = from.referrers_in_detail(index, None, detail, 1).await?;
        let siblings = self.repository.siblings.resolved(from, index).await?;
        let count = referrers.entries.len() + siblings.list.entries.len();
        Ok((count > 0).then(|| {
            format!(
                "not copied: {count} attached to the index {index}, which has other platforms too"
            )
        }))
    }

    /// What the destination has under the name.
    async fn at_destination(&self) -> Result<Option<Digest>> {
        let name = match self.repository.work.place.reference.tags() {
            [tag, ..] => TagOrDigest::Tag(tag.clone()),
            [] => self.name.clone(),
        };
        let _permit = self.context.limits.requests.acquire().await;
        match self.repository.to.resolve(&name).await {
            Ok(found) => Ok(Some(found.digest)),
            Err(e) if e.code() == Code::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    async fn compare(&self, root: &Root, is_there: bool) -> Result<Comparison> {
        let context = self.context;
        let extent = Extent { is_there, follows_lacking: context.options.dry_run };
        let manifest = root.manifest.clone();
        compare(self.repository, &context.limits, &root.descriptor, manifest, extent).await
    }

    async fn bring(mut self, root: Root, existing: Option<Digest>) -> Result<SyncRow> {
        let digest = root.descriptor.digest.clone();
        let mut lacks = match &existing {
            None => "the destination lacks it".to_owned(),
            Some(other) if *other != digest => {
                format!("the tag names {other} there, and would be moved")
            }
            Some(_) => String::new(),
        };
        self.row.detail.clone_from(&root.left);
        let is_there = lacks.is_empty();
        let repairs = self.context.options.repair && !self.context.options.dry_run;
        if is_there && !root.has_attestations && !repairs {
            let compared = self.compare(&root, true).await?;
            ListProblem::check_complete(&compared.problems)?;
            if compared.is_empty() {
                self.row.outcome = SyncOutcome::Existed;
                return Ok(self.row);
            }
            lacks = format!("the destination lacks {}", compared.phrase());
        }
        if self.context.options.dry_run {
            if !is_there {
                // It says which tags belong to this image.
                self.compare(&root, false).await?;
            }
            return Ok(self.row.with_detail(SyncOutcome::WouldCopy, lacks));
        }
        let selects = root.manifest.is_some();
        let lock = self.repository.copying(&digest);
        let _copying = lock.lock().await;
        let copied = self.copy(&root.source, true, selects).await;
        let mut refused = None;
        match copied {
            Ok(report) => {
                if let Some(kept) = report.kept_tags.first() {
                    self.keeps_tag = true;
                    let reason = format!(
                        "the tag {} was not copied: {}; remove it there to have that of the source",
                        kept.tag, kept.reason
                    );
                    self.row.detail = Some(reason);
                }
                if !report.missing.is_empty() {
                    let count = report.missing.len();
                    let detail =
                        format!("the source lists {count} referrers that it does not have");
                    self.row.detail.get_or_insert(detail);
                }
                if let Some(other) = existing.filter(|other| *other != digest) {
                    self.row.detail.get_or_insert(format!("the tag named {other} before"));
                }
                let lost = report.missing.into_iter().map(|missing| missing.digest).collect();
                return self.prove(&root, is_there, refused, lost).await;
            }
            Err(e) if is_refusal(&e) => refused = Some(e),
            Err(e) => return Ok(self.row.with_error("not copied", &e)),
        }
        // The destination refuses something: it can still have the image, and what else is attached.
        if let Err(e) = self.copy(&root.source, false, selects).await {
            let row = self.row.clone();
            let other = self.at_destination().await?.filter(|other| *other != digest);
            let row = row.with_error("the destination", &e);
            return Ok(match other {
                Some(other) if is_refusal(&e) => {
                    let detail =
                        format!("the tag names {other}, and was not changed: {}", e.message());
                    row.with_detail(SyncOutcome::Changed, detail)
                }
                _ => row,
            });
        }
        let lacking = self.compare(&root, true).await?;
        let manifests = lacking.manifests.into_iter().map(TagOrDigest::Digest);
        let attached = manifests.chain(lacking.tags.into_iter().map(TagOrDigest::Tag));
        for name in attached.take(MAX_SINGLE) {
            match self.copy_attached(&name).await {
                Ok(_) => {}
                Err(e) if is_refusal(&e) => refused = Some(e),
                Err(e) => return Ok(self.row.with_error("not copied", &e)),
            }
        }
        self.prove(&root, is_there, refused, Vec::new()).await
    }

    /// Asks the destination what it has now.
    async fn prove(
        mut self,
        root: &Root,
        was_there: bool,
        refused: Option<Error>,
        lost: Vec<Digest>,
    ) -> Result<SyncRow> {
        let (compared, existing) = tokio::join!(self.compare(root, true), self.at_destination());
        let mut compared = compared?;
        ListProblem::check_complete(&compared.problems)?;
        // What the source lists and does not have cannot be copied.
        compared.manifests.retain(|digest| !lost.contains(digest));
        match existing? {
            Some(digest) if digest == root.descriptor.digest => {}
            Some(other) => {
                let detail = format!("the tag names {other} after the copy");
                return Ok(self.row.with_detail(SyncOutcome::Changed, detail));
            }
            None => {
                let detail = "the destination lacks it after the copy".to_owned();
                return Ok(self.row.with_detail(SyncOutcome::Missing, detail));
            }
        }
        if compared.is_empty() {
            let wrote = self.row.manifests + self.row.blobs > 0;
            self.row.outcome =
                if was_there && !wrote { SyncOutcome::Existed } else { SyncOutcome::Copied };
            return Ok(self.row);
        }
        let lacks = format!("the destination lacks {}", compared.phrase());
        Ok(match refused {
            Some(e) => {
                let detail = format!("{lacks}: {}", e.message());
                let mut row = self.row.with_detail(SyncOutcome::Refused, detail);
                row.code = Some(e.code().name().to_owned());
                row
            }
            None => {
                let why = self.row.detail.take().map(|why| format!("; {why}"));
                let detail = format!("{lacks}{}", why.unwrap_or_default());
                let outcome = match self.keeps_tag && compared.manifests.is_empty() {
                    true => SyncOutcome::Changed,
                    false => SyncOutcome::Missing,
                };
                self.row.with_detail(outcome, detail)
            }
        })
    }

    fn copy_options(&self) -> CopyOptions {
        let options = &self.context.options;
        CopyOptions {
            recursive: true,
            repair: options.repair,
            index_platforms: options.platforms.clone(),
            destination_client: options.destination_client.clone(),
            concurrency: options.concurrency,
            ..CopyOptions::default()
        }
    }

    /// Copies the manifest of the reference, with what is attached to it if `recursive`, and counts what was
    /// written.
    async fn copy(
        &mut self,
        source: &Reference,
        recursive: bool,
        selects: bool,
    ) -> Result<CopyReport> {
        let place = &self.repository.work.place.reference;
        let location = place.location().clone();
        let destination = match self.name {
            _ if !place.tags().is_empty() => place.clone(),
            TagOrDigest::Tag(tag) => Reference::named(location, std::slice::from_ref(tag), None)?,
            TagOrDigest::Digest(_) => Reference::new(location),
        };
        self.copy_between(source, &destination, recursive, selects).await
    }

    /// Copies something attached with all that is attached to it, under the same tag or by its digest.
    async fn copy_attached(&mut self, name: &TagOrDigest) -> Result<CopyReport> {
        let from = self.repository.work.location.clone();
        let to = self.repository.work.place.reference.location().clone();
        let (source, destination) = match name {
            TagOrDigest::Tag(tag) => {
                let tags = std::slice::from_ref(tag);
                (Reference::named(from, tags, None)?, Reference::named(to, tags, None)?)
            }
            TagOrDigest::Digest(digest) => {
                (Reference::new(from).at(digest.clone()), Reference::new(to))
            }
        };
        self.copy_between(&source, &destination, true, false).await
    }

    async fn copy_between(
        &mut self,
        source: &Reference,
        destination: &Reference,
        recursive: bool,
        selects: bool,
    ) -> Result<CopyReport> {
        let mut options = CopyOptions { recursive, ..self.copy_options() };
        if !selects {
            options.index_platforms.clear();
        }
        let limits = &self.context.limits;
        let tags = self.repository.sibling_tags.as_deref();
        let beside = Beside { limits, blobs: self.repository.blobs(), tags };
        let (from, to) = (Arc::clone(&self.repository.from), Arc::clone(&self.repository.to));
        let report = copy_beside(from, source, to, destination, options, beside).await?;
        self.row.manifests += report.manifests;
        self.row.blobs += report.blobs.copied + report.blobs.mounted;
        self.row.bytes += report.bytes;
        Ok(report)
    }
}
