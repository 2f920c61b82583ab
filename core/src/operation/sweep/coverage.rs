//! Of which kinds the attachments of an image are.

use ocigraph_types::AttachmentKind;

/// A set of kinds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) fn of(names: &[String]) -> Self {
        let is_named = |kind: &AttachmentKind| names.iter().any(|name| name == kind.name());
        let kinds = AttachmentKind::ALL.iter().enumerate().filter(|(_, kind)| is_named(kind));
        Self(kinds.fold(0, |set, (i, _)| set | 1 << i))
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn all() -> Self {
        Self(u8::MAX)
    }

    pub(super) fn bits(self) -> u8 {
        self.0
    }

    pub(super) fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    pub(super) fn has(self, kind: usize) -> bool {
        self.0 & 1 << kind != 0
    }
}

/// What is known of an image after its walk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ImageCoverage {
    kinds: Kinds,
    platforms: Vec<(String, Kinds)>,
}

impl ImageCoverage {
    pub(super) fn new(kinds: Kinds, platforms: Vec<(String, Kinds)>) -> Self {
        Self { kinds, platforms }
    }

    pub(super) fn kinds(&self) -> Kinds {
        self.kinds
    }

    pub(super) fn platforms(&self) -> impl Iterator<Item = (&str, Kinds)> {
        self.platforms.iter().map(|(platform, kinds)| (platform.as_str(), *kinds))
    }
}
