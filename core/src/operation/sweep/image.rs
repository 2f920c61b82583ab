//! Sweeps one image: finds what is attached to it, as rows.

use std::{collections::HashMap, sync::Arc};

use super::{
    context::Context,
    coverage::{ImageCoverage, Kinds},
    early::EarlyRows,
    repository::{Begun, Repository},
    row::{SweepRow, SweepStatus},
};
use crate::operation::attached::walk::{BegunLists, Found, FoundNode, Walk};
use ocigraph_types::{
    Code, Descriptor, Digest, Edge, EdgeKind, Error, ListProblem, Result, TagOrDigest,
};

/// Rows of one image that are held until the image is complete. More are passed on before.
const MAX_HELD: usize = 1024;

/// An image that was swept.
pub(super) struct SweptImage {
    /// The rows, with that of the image last.
    pub(super) rows: Vec<SweepRow>,
    /// The tags of the image, by their numbers in the repository.
    pub(super) tags: Vec<usize>,
    pub(super) digest: Option<Digest>,
    pub(super) status: SweepStatus,
    /// `None` if the image was counted before, or could not be read.
    pub(super) coverage: Option<ImageCoverage>,
    /// Manifests that were reached and are not to be swept for themselves, besides the image.
    pub(super) visited: Vec<Digest>,
    /// The number of manifests that are attached. The rows of some may have been passed on before.
    pub(super) attached: u64,
    /// What is attached to some image was not looked for, because it lies too deep.
    pub(super) is_cut: bool,
    /// The registry could not be asked: it did not answer, or it refuses the credential.
    pub(super) is_unreachable: bool,
}

/// Sweeps what `name` names. `tag` is the number of its tag. Returns `None` if another walk of the same
/// image returns its row.
pub(super) async fn sweep_image(
    context: Arc<Context>,
    repository: Arc<Repository>,
    name: TagOrDigest,
    tag: Option<usize>,
) -> Result<Option<SweptImage>> {
    // A tag led to it, and its row is that of the tag.
    if matches!(&name, TagOrDigest::Digest(digest) if repository.has_begun(digest)) {
        return Ok(None);
    }
    let text = tag.and_then(|tag| repository.tags.get(tag));
    let tags: Vec<usize> = tag.into_iter().collect();
    let resolved = {
        let _permit = context.requests.acquire().await;
        repository.store.resolve(&name).await
    };
    let image = match resolved {
        Ok(image) => image,
        Err(error) => {
            own(&error)?;
            let mut row =
                SweepRow::new(&repository.place, text, SweepStatus::Unknown).of_error(&error);
            if let TagOrDigest::Digest(digest) = name {
                if row.status == SweepStatus::Missing && repository.siblings.lists(&digest) {
                    row.error = Some(format!(
                        "{error}; only a tag of cosign names it: `ocigraph prune --dead-tags` removes that"
                    ));
                }
                row.image = Some(digest);
            }
            let is_unreachable = matches!(
                error.code(),
                Code::Network | Code::Timeout | Code::Tls | Code::Unauthorized
            );
            let (status, rows) = (row.status, vec![row]);
            // An image that is refused may have anything.
            let coverage = (status != SweepStatus::Missing).then(ImageCoverage::default);
            let swept = SweptImage::new(rows, tags, status);
            return Ok(Some(SweptImage { coverage, is_unreachable, ..swept }));
        }
    };
    match repository.begin(&image.digest, tag) {
        Begun::New => {}
        Begun::Walking => return Ok(None),
        Begun::Known(status) => {
            let row = image_row(&repository, text, &image, status);
            let swept = SweptImage::new(vec![row], tags, status);
            return Ok(Some(SweptImage { digest: Some(image.digest), ..swept }));
        }
    }
    let template = SweepRow {
        image: Some(image.digest.clone()),
        ..SweepRow::new(&repository.place, text, SweepStatus::Found)
    };
    let mut found = ImageRows::new(&repository, &image.digest, template, &context.early);
    // Nothing is looked for, so it is not known that nothing is attached.
    found.is_cut = context.discover.depth == Some(0);
    let options = &context.discover;
    let store = repository.store.as_ref();
    let mut walk = Walk::new(store, options, &context.requests, &context.statements, None)
        .one_of_many(&repository.siblings);
    if let Err(error) = walk.run(image.clone(), BegunLists::default(), Vec::new(), &mut found).await
    {
        own(&error)?;
        found.add_error(&error);
    }
    let (visited, is_cut) = (std::mem::take(&mut found.visited), found.is_cut);
    let attached = found.attached;
    let (mut rows, status, coverage) = found.end();
    let mut tags = repository.end(&image.digest, status);
    for tag in &tags {
        rows.push(image_row(&repository, repository.tags.get(*tag), &image, status));
    }
    if tags.is_empty() {
        rows.push(image_row(&repository, None, &image, status));
    }
    tags.sort_unstable();
    let (digest, coverage) = (Some(image.digest), Some(coverage));
    let swept = SweptImage::new(rows, tags, status);
    Ok(Some(SweptImage { digest, coverage, visited, attached, is_cut, ..swept }))
}

impl SweptImage {
    pub(super) fn new(rows: Vec<SweepRow>, tags: Vec<usize>, status: SweepStatus) -> Self {
        let (digest, coverage, visited) = (None, None, Vec::new());
        let (attached, is_cut, is_unreachable) = (0, false, false);
        Self { rows, tags, digest, status, coverage, visited, attached, is_cut, is_unreachable }
    }

    /// Returns true if the image was not counted before, under another tag.
    pub(super) fn is_new(&self) -> bool {
        self.coverage.is_some() || self.digest.is_none()
    }

    /// Returns the status for the coverage: of what lies deeper than asked, nothing is known.
    pub(super) fn status_of_all(&self) -> SweepStatus {
        if self.is_cut { SweepStatus::Unknown } else { self.status }
    }
}

/// Returns an error that says nothing of the registry.
fn own(error: &Error) -> Result<()> {
    if error.says_nothing_of_a_registry() { Err(error.clone()) } else { Ok(()) }
}

fn image_row(
    repository: &Repository,
    tag: Option<&str>,
    image: &Descriptor,
    status: SweepStatus,
) -> SweepRow {
    SweepRow {
        image: Some(image.digest.clone()),
        digest: Some(image.digest.clone()),
        artifact_type: image.artifact_type.clone(),
        media_type: Some(image.media_type.clone()),
        size: Some(image.size),
        ..SweepRow::new(&repository.place, tag, status)
    }
}

/// Makes rows of what a walk finds.
struct ImageRows<'a> {
    repository: &'a Repository,
    image: &'a Digest,
    template: SweepRow,
    early: &'a EarlyRows,
    rows: Vec<SweepRow>,
    /// Something other than a child of an index is attached.
    has_attached: bool,
    /// What is attached to an image was not looked for, because it lies too deep.
    is_cut: bool,
    is_unknown: bool,
    is_refused: bool,
    /// What indexes list, each after its index.
    listed: Vec<ListedImage>,
    /// The places of their manifests.
    places: HashMap<Digest, usize>,
    own: Kinds,
    visited: Vec<Digest>,
    attached: u64,
}

impl<'a> ImageRows<'a> {
    fn new(
        repository: &'a Repository,
        image: &'a Digest,
        template: SweepRow,
        early: &'a EarlyRows,
    ) -> Self {
        repository.note_visited(image);
        Self {
            repository,
            image,
            template,
            early,
            rows: Vec::new(),
            has_attached: false,
            is_cut: false,
            is_unknown: false,
            is_refused: false,
            listed: Vec::new(),
            places: HashMap::new(),
            own: Kinds::default(),
            visited: Vec::new(),
            attached: 0,
        }
    }

    fn add_error(&mut self, error: &Error) {
        let problem = ListProblem::new(
            "what is attached".to_owned(),
            Some(self.image.clone()),
            None,
            error.message().to_owned(),
        );
        self.add(self.template.clone().of_problem(problem.with_code(error.code())));
    }

    fn add(&mut self, row: SweepRow) {
        match row.status {
            SweepStatus::Unknown => self.is_unknown = true,
            SweepStatus::Refused => self.is_refused = true,
            _ => {}
        }
        self.rows.push(row);
        if self.rows.len() >= MAX_HELD {
            self.early.add(std::mem::take(&mut self.rows));
        }
    }

    fn cover(&mut self, row: &SweepRow) {
        let (Some(subject), Some(digest)) = (&row.subject, &row.digest) else { return };
        if row.edge.as_deref() == Some(EdgeKind::Child.name()) {
            let index = self.places.get(subject).copied();
            self.places.insert(digest.clone(), self.listed.len());
            let (platform, own) = (row.platform.clone(), Kinds::default());
            self.listed.push(ListedImage { index, platform, own });
            return;
        }
        self.has_attached = true;
        let kinds = Kinds::of(&row.kinds);
        if subject == self.image {
            self.own = self.own.or(kinds);
        } else if let Some(place) = self.places.get(subject) {
            let own = &mut self.listed[*place].own;
            *own = own.or(kinds);
        }
    }

    fn end(self) -> (Vec<SweepRow>, SweepStatus, ImageCoverage) {
        let status = match (self.is_unknown, self.is_refused, self.has_attached || self.is_cut) {
            (true, ..) => SweepStatus::Unknown,
            (_, true, _) => SweepStatus::Refused,
            (.., true) => SweepStatus::Found,
            _ => SweepStatus::None,
        };
        (self.rows, status, coverage(self.own, self.listed))
    }
}

/// Something that an index lists: an image, or another index.
struct ListedImage {
    /// The place of the index, unless it is the image itself.
    index: Option<usize>,
    platform: Option<String>,
    /// The kinds of what is attached directly.
    own: Kinds,
}

/// An index has what is attached to it, or to each of its images. An image has what is attached to it, or to an
/// index that leads to it.
fn coverage(own: Kinds, listed: Vec<ListedImage>) -> ImageCoverage {
    let mut inherited: Vec<Kinds> = Vec::with_capacity(listed.len());
    for image in &listed {
        let above = image.index.map_or(own, |index| inherited[index]);
        inherited.push(above.or(image.own));
    }
    // Of each index, what all of its images have that come after in the list.
    let mut of_each: Vec<Option<Kinds>> = vec![None; listed.len()];
    let mut of_root: Option<Kinds> = None;
    for (place, image) in listed.iter().enumerate().rev() {
        let kinds = image.own.or(of_each[place].unwrap_or_default());
        let all = image.index.map_or(&mut of_root, |index| &mut of_each[index]);
        *all = Some(all.unwrap_or(Kinds::all()).and(kinds));
    }
    let platforms = listed.into_iter().zip(inherited);
    let platforms = platforms.filter_map(|(image, kinds)| Some((image.platform?, kinds))).collect();
    ImageCoverage::new(own.or(of_root.unwrap_or_default()), platforms)
}

impl Found for ImageRows<'_> {
    fn listed(&mut self, _parent: &Digest, _referrers: Vec<Descriptor>) -> usize {
        0
    }

    fn attached(&mut self, _parent: &Digest, _edges: Vec<Edge>) -> usize {
        0
    }

    fn visited(&mut self, node: FoundNode, descends: bool) -> Result<usize> {
        self.is_cut |= !descends && node.edge.kind == EdgeKind::Child;
        if self.repository.note_visited(&node.edge.descriptor.digest) {
            self.visited.push(node.edge.descriptor.digest.clone());
        }
        let row = self.template.clone().of_node(node);
        self.cover(&row);
        self.attached += 1;
        self.add(row);
        Ok(0)
    }

    fn problems(&mut self, problems: Vec<ListProblem>) -> Result<usize> {
        for problem in problems {
            if !problem.is_warning() {
                self.add(self.template.clone().of_problem(problem));
            }
        }
        Ok(0)
    }

    fn wants_every_edge(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_within_an_index_has_what_all_of_its_images_have() {
        let sbom = Kinds::of(&["sbom".to_owned()]);
        let none = Kinds::default();
        let listed = |index, own| ListedImage { index, platform: Some("a/b".to_owned()), own };
        // An index of an index of two images, and of an image.
        let of = |one, two, three| {
            let images = vec![
                ListedImage { index: None, platform: None, own: none },
                listed(Some(0), one),
                listed(Some(0), two),
                listed(None, three),
            ];
            coverage(none, images)
        };
        assert_eq!(of(sbom, sbom, sbom).kinds(), sbom);
        assert_eq!(of(sbom, none, sbom).kinds(), none);
        assert_eq!(of(sbom, sbom, none).kinds(), none);
        let index = ListedImage { index: None, platform: None, own: sbom };
        let covered = coverage(none, vec![index, listed(Some(0), none)]);
        assert_eq!(covered.kinds(), sbom);
        assert_eq!(covered.platforms().collect::<Vec<_>>(), [("a/b", sbom)]);
        assert_eq!(coverage(sbom, Vec::new()).kinds(), sbom);
    }
}
