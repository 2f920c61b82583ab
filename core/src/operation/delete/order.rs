//! The order in which manifests are deleted.

use std::collections::HashMap;

use ocigraph_types::Digest;

/// Returns digests in levels. The manifests of one level can be deleted concurrently. The level of a
/// manifest comes after those of all manifests that `before` returns for it: its referrers, and the indexes
/// that list it.
pub(crate) fn in_levels<'a>(
    digests: impl IntoIterator<Item = &'a Digest>,
    before: impl Fn(&Digest) -> Vec<Digest>,
) -> Vec<Vec<&'a Digest>> {
    let order: Vec<&Digest> = digests.into_iter().collect();
    let mut waiting: HashMap<&Digest, usize> = order.iter().map(|digest| (*digest, 0)).collect();
    let mut after: HashMap<Digest, Vec<&Digest>> = HashMap::new();
    for digest in &order {
        let first: Vec<Digest> =
            before(digest).into_iter().filter(|other| waiting.contains_key(other)).collect();
        waiting.insert(digest, first.len());
        for other in first {
            after.entry(other).or_default().push(digest);
        }
    }
    let mut left = order;
    let mut levels = Vec::new();
    while !left.is_empty() {
        let (mut level, mut rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|digest| waiting.get(digest) == Some(&0));
        if level.is_empty() {
            // A forged cycle has no valid order: delete all its manifests in one level.
            level = std::mem::take(&mut rest);
        }
        for digest in &level {
            waiting.remove(digest);
            for later in after.get(*digest).into_iter().flatten() {
                if let Some(before) = waiting.get_mut(later) {
                    *before = before.saturating_sub(1);
                }
            }
        }
        left = rest;
        levels.push(level);
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use ocigraph_types::Algorithm;

    #[test]
    fn referrers_come_before_their_subjects_and_a_cycle_ends() {
        let [image, sbom, signature] =
            ["image", "sbom", "signature"].map(|name| Algorithm::Sha256.digest(name.as_bytes()));
        let before = |digest: &Digest| match () {
            () if *digest == image => vec![sbom.clone()],
            () if *digest == sbom => vec![signature.clone()],
            () => Vec::new(),
        };
        let levels = in_levels([&image, &sbom, &signature], before);
        assert_eq!(levels, [[&signature], [&sbom], [&image]]);
        let levels = in_levels([&image, &sbom], |_| vec![image.clone(), sbom.clone()]);
        assert_eq!(levels, [[&image, &sbom]]);
    }
}
