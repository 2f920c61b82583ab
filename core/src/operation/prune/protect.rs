//! What stays because of something else that stays, and what goes with something else that goes.

use std::collections::HashMap;

use super::{
    inventory::{Inventory, Node},
    report::{KeepCause, PruneCause},
};
use ocigraph_types::Digest;

/// Why a manifest stays: the cause, and a phrase for users.
pub(super) type Kept = (KeepCause, String);

/// Returns what `roots` need: what they list, their subjects, and what is attached to them; and the same
/// of each of these.
pub(super) fn protected<'a>(
    inventory: &'a Inventory,
    roots: impl IntoIterator<Item = &'a Digest>,
) -> HashMap<&'a Digest, Option<Kept>> {
    let mut kept: HashMap<&Digest, Option<Kept>> = HashMap::new();
    let mut pending: Vec<&Digest> = Vec::new();
    for root in roots {
        if kept.insert(root, None).is_none() {
            pending.push(root);
        }
    }
    while let Some(digest) = pending.pop() {
        let Some(node) = inventory.nodes.get(digest) else { continue };
        for (needed, cause) in needs(node) {
            // What is attached to an image that an index lists is needed once the image is there again.
            let matters = cause == KeepCause::Listed || inventory.existing(needed).is_some();
            if !matters || kept.contains_key(needed) {
                continue;
            }
            let name = inventory.name(digest);
            let reason = match cause {
                KeepCause::Listed => format!("listed by {name}, which stays"),
                KeepCause::Subject => format!("the subject of {name}, which stays"),
                _ => format!("attached to {name}, which stays"),
            };
            kept.insert(needed, Some((cause, reason)));
            pending.push(needed);
        }
    }
    kept
}

/// Returns what is deleted with the selected manifests: what is attached to a deleted manifest, and what a
/// deleted index lists, unless it is kept.
pub(super) fn going<'a>(
    inventory: &'a Inventory,
    selected: HashMap<&'a Digest, (PruneCause, String)>,
    kept: &HashMap<&Digest, Option<Kept>>,
) -> HashMap<&'a Digest, (PruneCause, String)> {
    let mut pending: Vec<&Digest> =
        inventory.order.iter().rev().filter(|digest| selected.contains_key(*digest)).collect();
    let mut going = selected;
    while let Some(digest) = pending.pop() {
        let Some(node) = inventory.nodes.get(digest) else { continue };
        let name = inventory.name(digest);
        let children = node.children.iter().map(|child| (&child.digest, PruneCause::Listed));
        let attached = node.referrers.iter().chain(&node.siblings);
        for (other, cause) in children.chain(attached.map(|one| (one, PruneCause::Attached))) {
            if inventory.existing(other).is_none()
                || kept.contains_key(other)
                || going.contains_key(other)
            {
                continue;
            }
            let how = if cause == PruneCause::Listed { "listed by" } else { "attached to" };
            going.insert(other, (cause, format!("{how} {name}, which is deleted")));
            pending.push(other);
        }
    }
    going
}

fn needs(node: &Node) -> impl Iterator<Item = (&Digest, KeepCause)> {
    let children = node.children.iter().map(|child| (&child.digest, KeepCause::Listed));
    let attached = node.referrers.iter().chain(&node.siblings);
    let of_tags = node.sibling_tags.iter().map(|(_, subject)| subject);
    let subjects = node.subject.iter().chain(of_tags).map(|of| (of, KeepCause::Subject));
    children.chain(subjects).chain(attached.map(|one| (one, KeepCause::Attached)))
}
