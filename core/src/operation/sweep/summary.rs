//! What a sweep has found in total.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    coverage::{ImageCoverage, Kinds},
    row::SweepStatus,
};
use ocigraph_types::AttachmentKind;

/// Maximum number of platforms that are counted apart. Their names come from registries.
const MAX_PLATFORMS: usize = 256;

/// The name of all others. A platform has a slash.
const OTHER: &str = "other";

/// The totals of a sweep.
///
/// All numbers count images, and not tags: an image with several tags counts once in each repository. A
/// repository or registry that could not be read counts as one, too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SweepSummary {
    /// The images of which a row was returned, whatever is known of them.
    pub images: u64,
    /// The manifests that are attached to them, and those that indexes list.
    pub attached: u64,
    /// The images to which nothing is attached.
    pub none: u64,
    /// The images, repositories and registries that do not exist.
    pub missing: u64,
    /// The images, repositories and registries of which not everything could be read.
    pub unknown: u64,
    /// The images, repositories and registries of which the registry refuses something.
    pub refused: u64,
    /// The rows that were returned before, by the sweep that the checkpoint continues, and that stay valid.
    /// Those of what was unknown, refused or unreadable came after them, and are replaced.
    pub resumed_rows: u64,
    /// How many images have attachments of each kind: of all images, by repository, and by platform. In
    /// this order, and complete after the last row.
    pub coverage: Vec<SweepCoverage>,
}

/// How many images have attachments of one kind.
///
/// An index has what is attached to it, or to each of its images. An image for a platform has what is
/// attached to it, or to its index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SweepCoverage {
    /// The repository, as `host/repository`, or the layout as `oci:PATH`. `None` for all.
    pub repository: Option<String>,
    /// The platform of the images in indexes, as `os/arch[/variant]`, or `other` for those after the first 256.
    /// `None` for all images.
    pub platform: Option<String>,
    /// The kind: `signature`, `attestation`, `provenance`, `sbom`, `scan-result`, `vex` or `chart`.
    pub kind: String,
    /// The number of images.
    pub images: u64,
    /// The images that have such an attachment.
    pub covered: u64,
    /// The images of which it is not known.
    pub unknown: u64,
}

impl SweepCoverage {
    /// Returns the number of images that have no such attachment, for certain.
    pub fn lacking(&self) -> u64 {
        self.images - self.covered - self.unknown
    }
}

const KINDS: usize = AttachmentKind::ALL.len();

#[derive(Debug, Clone, Default)]
struct Counts {
    images: u32,
    covered: [u32; KINDS],
    unknown: [u32; KINDS],
}

impl Counts {
    fn add(&mut self, kinds: Kinds, is_known: bool) {
        self.images += 1;
        for kind in 0..KINDS {
            if kinds.has(kind) {
                self.covered[kind] += 1;
            } else if !is_known {
                self.unknown[kind] += 1;
            }
        }
    }

    fn coverage(&self, repository: Option<&str>, platform: Option<&str>) -> Vec<SweepCoverage> {
        let of = |(i, kind): (usize, &AttachmentKind)| SweepCoverage {
            repository: repository.map(str::to_owned),
            platform: platform.map(str::to_owned),
            kind: kind.name().to_owned(),
            images: self.images.into(),
            covered: self.covered[i].into(),
            unknown: self.unknown[i].into(),
        };
        AttachmentKind::ALL.iter().enumerate().map(of).collect()
    }
}

/// The counts of a sweep so far.
#[derive(Debug, Default)]
pub(super) struct Totals {
    all: Counts,
    repositories: HashMap<String, Counts>,
    platforms: HashMap<String, Counts>,
}

impl Totals {
    /// Adds an image that was read.
    pub(super) fn add(&mut self, repository: &str, image: &ImageCoverage, status: SweepStatus) {
        if status == SweepStatus::Missing {
            return;
        }
        let is_known = status.is_known();
        let kinds = image.kinds();
        self.all.add(kinds, is_known);
        match self.repositories.get_mut(repository) {
            Some(counts) => counts.add(kinds, is_known),
            None => {
                self.repositories.entry(repository.to_owned()).or_default().add(kinds, is_known)
            }
        }
        self.add_platforms(image, status);
    }

    /// Adds the platforms of an image.
    pub(super) fn add_platforms(&mut self, image: &ImageCoverage, status: SweepStatus) {
        let is_known = status.is_known();
        for (platform, kinds) in image.platforms() {
            let is_apart =
                self.platforms.len() < MAX_PLATFORMS || self.platforms.contains_key(platform);
            let name = if is_apart { platform } else { OTHER };
            self.platforms.entry(name.to_owned()).or_default().add(kinds, is_known);
        }
    }

    pub(super) fn coverage(&self) -> Vec<SweepCoverage> {
        let mut coverage = self.all.coverage(None, None);
        let mut repositories: Vec<_> = self.repositories.iter().collect();
        repositories.sort_by_key(|(name, _)| *name);
        for (name, counts) in repositories {
            coverage.extend(counts.coverage(Some(name), None));
        }
        let mut platforms: Vec<_> = self.platforms.iter().collect();
        platforms.sort_by_key(|(name, _)| *name);
        for (name, counts) in platforms {
            coverage.extend(counts.coverage(None, Some(name)));
        }
        coverage
    }
}

impl SweepSummary {
    /// Counts an image, a repository or a registry.
    pub(super) fn count(&mut self, status: SweepStatus) {
        match status {
            SweepStatus::Found => {}
            SweepStatus::None => self.none += 1,
            SweepStatus::Missing => self.missing += 1,
            SweepStatus::Unknown => self.unknown += 1,
            SweepStatus::Refused => self.refused += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_platform_is_left_out() {
        let mut totals = Totals::default();
        let platforms = (0..300).map(|i| (format!("linux/arch{i}"), Kinds::default())).collect();
        let image = ImageCoverage::new(Kinds::default(), platforms);
        totals.add("r/app", &image, SweepStatus::Found);
        let coverage = totals.coverage();
        let is_one = |c: &&SweepCoverage| c.kind == "sbom" && c.platform.is_some();
        let platforms: Vec<_> = coverage.iter().filter(is_one).collect();
        assert_eq!(platforms.iter().map(|c| c.images).sum::<u64>(), 300);
        let other = platforms.iter().find(|c| c.platform.as_deref() == Some("other")).unwrap();
        assert_eq!((platforms.len(), other.images), (257, 44));
    }
}
