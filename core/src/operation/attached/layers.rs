//! Compares what two manifests of a sibling tag attach.

use ocigraph_types::{Descriptor, Manifest};

/// Returns what `other` attaches and `manifest` does not. Two signatures of one payload have the same
/// blob: the signature is an annotation of the layer.
pub(crate) fn lacked_by<'a>(manifest: &Manifest, other: &'a Manifest) -> Option<&'a Descriptor> {
    let is_same =
        |a: &Descriptor, b: &Descriptor| a.digest == b.digest && a.annotations == b.annotations;
    let of = |manifest: &'a Manifest| manifest.blobs().iter().chain(manifest.children());
    let has = |wanted: &Descriptor| {
        manifest.blobs().iter().chain(manifest.children()).any(|one| is_same(one, wanted))
    };
    of(other).find(|wanted| !has(wanted))
}
