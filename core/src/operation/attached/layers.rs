//! Compares what two manifests of a sibling tag attach.

use ocigraph_types::{Descriptor, Manifest};

/// Returns true if a manifest attaches everything that another attaches.
pub(crate) fn covers(manifest: &Manifest, other: &Manifest) -> bool {
    lacked_by(manifest, other).is_none()
}

/// Returns what `other` attaches and `manifest` does not: a layer, or a child of an index.
pub(crate) fn lacked_by<'a>(manifest: &Manifest, other: &'a Manifest) -> Option<&'a Descriptor> {
    fn attached(manifest: &Manifest) -> impl Iterator<Item = &Descriptor> {
        manifest.blobs().iter().chain(manifest.children())
    }
    attached(other).find(|wanted| !attached(manifest).any(|one| is_same_layer(one, wanted)))
}

/// Two signatures of one payload have the same blob: the signature is an annotation of the layer.
pub(crate) fn is_same_layer(a: &Descriptor, b: &Descriptor) -> bool {
    a.digest == b.digest && a.annotations == b.annotations
}
