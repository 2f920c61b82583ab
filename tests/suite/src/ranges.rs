//! Ranges of a blob, as a registry logged them.

/// Asserts that ranges, each with its first and its last byte and in the order of these, have every byte from `from` to
/// `length` once. A range without a last byte reaches to the end.
///
/// # Panics
/// If a byte is missing or has been requested twice.
pub fn assert_read_once(ranges: &[(u64, Option<u64>)], from: u64, length: u64) {
    let mut next = from;
    for (start, last) in ranges {
        assert_eq!(*start, next, "{ranges:?}");
        next = last.map_or(length, |last| last + 1);
    }
    assert_eq!(next, length, "{ranges:?}");
}
