//! Checks that what a policy requires is attached to an image, or to each image of an index.
//!
//! Only a complete listing says that nothing is attached: whatever could not be listed or read makes
//! the answer unknown, and not *missing*. What counts as present was read, since a list that clients
//! keep can name what does not exist.

mod images;
mod report;

use std::{collections::HashSet, sync::Arc};

use derive_setters::Setters;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    operation::{
        attached::{
            recognition::StatementReader,
            sibling_tags::{SiblingTags, Siblings},
        },
        named::named,
        read::fetch_manifest,
        select::select_with_attestations,
    },
    store::{ReadStore, ReferrersDetail, concurrency::RequestLimiter, limits::check_limit},
};
use images::{Image, images_of};
use report::{Attached, Found, FoundOfImage, unread};
pub use report::{CheckReport, CheckedRequirement, Presence};

use ocigraph_types::{
    Attachment, Code, Digest, Edge, EdgeKind, Error, Manifest, Platform, Reference, Requirement,
    Result, TagOrDigest, Unread,
};

/// Options of [`Client::check`](crate::Client::check).
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{CheckOptions, Client, Presence};
///
/// let image = "registry.example/app:v1".parse()?;
/// let require = ["signature".to_owned(), "provenance=https://slsa.dev/provenance/v1".to_owned()];
/// let options = CheckOptions::default().each_platform(true);
/// let report = Client::new().check(&image, &require, options).await?;
/// for required in &report.requirements {
///     match required.presence {
///         Presence::Present => {}
///         Presence::Missing => println!("{} has no {}", required.descriptor.digest, required.requirement),
///         _ => println!("{}: {}", required.requirement, required.details.join("; ")),
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct CheckOptions {
    /// Checks the image for this platform if the reference names an index.
    /// [NOT_FOUND](crate::Code::NotFound) if the index has no such image. Default: checks what the
    /// reference names.
    pub platform: Option<Platform>,
    /// Checks each image of an index for itself: what is attached to the index counts for none of
    /// them. Default: false; what an index requires is then attached to the index, or to each of its
    /// images.
    pub each_platform: bool,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
}

pub(crate) const OPERATION: &str = "check";

/// Checks that everything in `requirements` is attached to what `reference` names: as a referrer, by a
/// sibling tag of cosign, or as an attestation of BuildKit. A requirement is `signature`,
/// `attestation`, `provenance`, `sbom`, `scan-result`, `vex` or `chart`; one of these with a
/// predicate type or an artifact type, such as `provenance=https://slsa.dev/provenance/v1`; or
/// `artifact-type=TYPE`.
///
/// It tells whether something is attached, not whether it is valid: no signature is verified. What is
/// attached to an attachment does not count. The report has each requirement with its answer:
/// [Presence::Missing](crate::Presence::Missing) only if everything attached was listed and read, else
/// [Presence::Unknown](crate::Presence::Unknown).
///
/// # Errors
/// [`Code::NotFound`] if `reference` names nothing, [`Code::InvalidArgument`] if `requirements` is empty
/// or has something else than requirements.
pub async fn check(
    store: &dyn ReadStore,
    reference: &Reference,
    requirements: &[String],
    options: &CheckOptions,
) -> Result<CheckReport> {
    named(OPERATION, reference, run(store, reference, requirements, options)).await
}

async fn run(
    store: &dyn ReadStore,
    reference: &Reference,
    requirements: &[String],
    options: &CheckOptions,
) -> Result<CheckReport> {
    let requirements: Vec<Requirement> =
        requirements.iter().map(|text| text.parse()).collect::<Result<_>>()?;
    if requirements.is_empty() {
        return Err(Error::new(Code::InvalidArgument, "nothing is required")
            .with_hint("require something, for example signature"));
    }
    let selected = select_with_attestations(store, reference, options.platform.as_ref()).await?;
    let root = selected.manifest;
    let requests = Arc::new(RequestLimiter::new(options.concurrency));
    let siblings = SiblingTags::new(Arc::clone(&requests));
    let statements = StatementReader::default();
    let check =
        Check { store, requirements: &requirements, requests: &requests, siblings, statements };
    if root.is_index() {
        // Only the first of several subjects would be looked for in lists that clients keep.
        store.prepare_for_many_subjects().await;
    }
    let mut report = CheckReport::new(reference.at(root.digest().clone()), root.descriptor());
    if !root.is_index() {
        report.descriptor.platform = options.platform.clone();
        let image =
            Image { descriptor: report.descriptor.clone(), attestations: selected.attestations };
        report.add(check.image(&image).await?, &requirements);
        return Ok(report);
    }
    if options.each_platform {
        let images = images_of(store, &requests, root).await?;
        for found in check.images(images.found).await? {
            report.add(found, &requirements);
        }
        if report.requirements.is_empty() || !images.unread.is_empty() {
            report
                .add(FoundOfImage::unread(report.descriptor.clone(), images.unread), &requirements);
        }
        return Ok(report);
    }
    let index = Image { descriptor: root.descriptor(), attestations: Vec::new() };
    let index = check.image(&index).await?;
    if requirements.iter().enumerate().all(|(i, _)| index.has(i)) {
        report.add(index, &requirements);
        return Ok(report);
    }
    let images = images_of(store, &requests, root).await?;
    let found = check.images(images.found).await?;
    report.add_index(index, &found, &images.unread, &requirements);
    Ok(report)
}

/// The state of one check.
struct Check<'a> {
    store: &'a dyn ReadStore,
    requirements: &'a [Requirement],
    requests: &'a RequestLimiter,
    siblings: SiblingTags,
    statements: StatementReader,
}

impl Check<'_> {
    async fn images(&self, images: Vec<Image>) -> Result<Vec<FoundOfImage>> {
        let found = stream::iter(images).map(|image| async move { self.image(&image).await });
        found.buffered(self.requests.max()).try_collect().await
    }

    /// Finds what is attached to an image, of what meets a requirement.
    async fn image(&self, image: &Image) -> Result<FoundOfImage> {
        let digest = &image.descriptor.digest;
        let mut found = FoundOfImage::new(image.descriptor.clone());
        let referrers = async {
            let _permit = self.requests.acquire().await;
            // What is listed is read, so the store need not check that it exists.
            let (detail, max_requests) = (ReferrersDetail::Unchecked, self.requests.max());
            self.store.referrers_in_detail(digest, None, detail, max_requests).await
        };
        // A tag that is not listed may exist, and only what was asked for is missing.
        let siblings = self.siblings.manifests_asked_for(self.store, digest);
        let (referrers, siblings) = tokio::join!(referrers, siblings);
        let mut charge = self.store.memory().charge();
        let mut edges: Vec<(Edge, Option<Manifest>)> = Vec::new();
        match referrers {
            Ok(mut list) => {
                list.hand_over(&mut charge)?;
                found.add_problems(&list.problems);
                let entries = std::mem::take(&mut list.entries);
                let referrer = |entry| (Edge::new(EdgeKind::Referrer, entry), None);
                edges.extend(entries.into_iter().map(referrer));
            }
            Err(e) => found.add_unread(format_args!("the referrers of {digest}"), e)?,
        }
        match siblings {
            Ok(Siblings { mut list, .. }) => {
                list.hand_over(&mut charge)?;
                found.add_problems(&list.problems);
                let sibling = |(tag, manifest): (String, Manifest)| {
                    (Edge::of_tag(tag, manifest.descriptor()), Some(manifest))
                };
                edges.extend(std::mem::take(&mut list.entries).into_iter().map(sibling));
            }
            Err(e) => found.add_unread(format_args!("the tags of {digest}"), e)?,
        }
        // An attestation of BuildKit can be a referrer as well.
        let known: HashSet<&Digest> =
            edges.iter().map(|(edge, _)| &edge.descriptor.digest).collect();
        let others = image.attestations.iter().filter(|entry| !known.contains(&entry.digest));
        let attestations: Vec<_> =
            others.map(|entry| (Edge::new(EdgeKind::Attestation, entry.clone()), None)).collect();
        edges.extend(attestations);
        check_limit(edges.len(), self.store.max_entries())?;
        let read = stream::iter(edges).map(|(edge, manifest)| self.read(image, edge, manifest));
        let mut read = read.buffered(self.requests.max());
        while let Some(attached) = read.try_next().await? {
            found.add(attached, self.requirements);
        }
        Ok(found)
    }

    /// Reads an attachment, unless its entry in the list says that it meets no requirement.
    async fn read(&self, image: &Image, edge: Edge, known: Option<Manifest>) -> Result<Found> {
        let listed = Attachment::of_listed(edge.kind, &edge.descriptor);
        let may_meet =
            |requirement: &Requirement| requirement.may_be_met_by(&edge.descriptor, &listed);
        if known.is_none() && !self.requirements.iter().any(may_meet) {
            return Ok(Found::Nothing);
        }
        let _permit = self.requests.acquire().await;
        let digest = &edge.descriptor.digest;
        let manifest = match known {
            Some(manifest) => manifest,
            None => match fetch_manifest(self.store, &TagOrDigest::from(&edge.descriptor)).await {
                Ok(manifest) => manifest,
                Err(e) if e.code() == Code::NotFound => {
                    tracing::debug!(%digest, "listed, and does not exist");
                    return Ok(Found::Nothing);
                }
                Err(e) => {
                    let detail = unread(format_args!("the manifest {digest}"), e)?;
                    return Ok(Found::Unread(detail));
                }
            },
        };
        let subject = manifest.subject().map(|subject| &subject.digest);
        if edge.kind == EdgeKind::Referrer && subject != Some(&image.descriptor.digest) {
            tracing::debug!(%digest, "listed, and has another subject");
            return Ok(Found::Nothing);
        }
        let descriptor = manifest.descriptor();
        let mut attachment = Attachment::of_manifest(&edge, &manifest);
        let mut unread_statements = None;
        if *attachment.unread() != Unread::Nothing {
            match self.statements.read(self.store, &mut attachment).await {
                Ok(detail) => unread_statements = detail,
                Err(e) => {
                    let detail = unread(format_args!("the statements of {digest}"), e)?;
                    unread_statements = Some(detail);
                }
            }
        }
        Ok(Found::Attached(Box::new(Attached { descriptor, attachment, unread_statements })))
    }
}
