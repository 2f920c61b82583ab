//! The newest of some tags, by their text.

use std::cmp::Ordering;

/// Returns the `count` newest of some tags, the newest first: those with the highest version. Numbers compare
/// as numbers, and a text after a hyphen is a version before the one without it: `v1.10`, `v1.9`, `v1.9-rc1`.
/// Tags without a version, such as `latest` and `pr-7`, come after all versions.
pub(crate) fn latest<'a>(tags: impl IntoIterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let mut tags: Vec<&str> = tags.into_iter().collect();
    tags.sort_by(|a, b| match (version(a), version(b)) {
        (Some(a), Some(b)) if a != b => by_version(b, a),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        _ => by_version(b, a),
    });
    tags.truncate(count);
    tags
}

/// Returns the version of a tag, without a `v` before it: numbers with dots between them, and a text after a
/// hyphen, an underscore, or at least two numbers: `1.2`, `v2`, `1.0rc1`, `2.4-alpine`. `4f3c2a1` has none.
fn version(tag: &str) -> Option<&str> {
    let version = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    let (numbers, rest) = version.split_at(end);
    let has_numbers = numbers.split('.').all(|number| !number.is_empty());
    let is_end = rest.is_empty() || rest.starts_with(['-', '_']) || numbers.contains('.');
    (has_numbers && is_end).then_some(version)
}

fn by_version(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        match (left.first(), right.first()) {
            (None, None) => return a.cmp(b),
            (Some(b'-'), None) => return Ordering::Less,
            (None, Some(b'-')) => return Ordering::Greater,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (first, second) = (number(&mut left), number(&mut right));
                match first.len().cmp(&second.len()).then_with(|| first.cmp(second)) {
                    Ordering::Equal => {}
                    unequal => return unequal,
                }
            }
            (Some(x), Some(y)) if x == y => (left, right) = (&left[1..], &right[1..]),
            (Some(b'-'), Some(_)) => return Ordering::Less,
            (Some(_), Some(b'-')) => return Ordering::Greater,
            (Some(x), Some(y)) => return x.cmp(y),
        }
    }
}

/// Splits the digits off, without leading zeros.
fn number<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(length);
    *text = rest;
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    &digits[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_as_numbers_and_a_candidate_is_before_its_release() {
        let tags = ["v1.9", "v1.10-rc1", "latest", "v1.10", "v1.10.1", "v2", "v1.10-rc02"];
        let all = ["v2", "v1.10.1", "v1.10", "v1.10-rc02", "v1.10-rc1", "v1.9", "latest"];
        assert_eq!(latest(tags, 10), all);
        assert_eq!(latest(tags, 2), all[..2]);
    }

    #[test]
    fn a_version_is_before_other_texts_with_or_without_its_v() {
        let tags =
            ["1.0", "sha-abc123", "v0.9", "2.0", "release-0.1", "nightly", "v1.5", "pr-70", "pr-8"];
        let all =
            ["2.0", "v1.5", "1.0", "v0.9", "sha-abc123", "release-0.1", "pr-70", "pr-8", "nightly"];
        assert_eq!(latest(tags, 10), all);
        let mixed = ["4f3c2a1", "1.0rc1", "1.0", "2024-11-01", "v1.2.3-alpine", "1..2", "v"];
        let all = ["2024-11-01", "v1.2.3-alpine", "1.0rc1", "1.0", "v", "4f3c2a1", "1..2"];
        assert_eq!(latest(mixed, 10), all);
    }
}
