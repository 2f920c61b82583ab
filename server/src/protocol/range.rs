//! Ranges of bytes: `Range` of a download, and `Content-Range` of a part of an upload.

use std::ops::RangeInclusive;

/// The part of a blob that a request asks for.
///
/// ```
/// use ocigraph_server::protocol::Requested;
///
/// assert_eq!(Requested::parse(Some("bytes=2-99"), 10), Requested::Part(2..=9));
/// assert_eq!(Requested::parse(None, 10), Requested::Whole);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requested {
    /// The whole blob: no range, several ranges, or another unit.
    Whole,
    /// The first and the last byte.
    Part(RangeInclusive<u64>),
    /// The range has no byte of the blob.
    Unsatisfiable,
}

impl Requested {
    /// Reads a `Range` header: [RFC 9110, section 14.2](https://www.rfc-editor.org/rfc/rfc9110#section-14.2).
    pub fn parse(header: Option<&str>, size: u64) -> Self {
        header.and_then(|header| Self::of(header, size)).unwrap_or(Self::Whole)
    }

    /// Returns true for a `Range` header that Go's `http.ServeContent` refuses: of another unit, or without
    /// an order.
    pub(crate) fn is_malformed(header: &str) -> bool {
        let Some(ranges) = header.strip_prefix("bytes=") else { return true };
        ranges.split(',').map(str::trim).filter(|range| !range.is_empty()).any(|range| {
            let Some((start, end)) = range.split_once('-') else { return true };
            match (start.trim().parse::<u64>(), end.trim().parse::<u64>()) {
                (Ok(start), Ok(end)) => start > end,
                (Ok(_), Err(_)) => !end.trim().is_empty(),
                (Err(_), Ok(_)) => !start.trim().is_empty(),
                (Err(_), Err(_)) => true,
            }
        })
    }

    fn of(header: &str, size: u64) -> Option<Self> {
        let (start, end) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
        if start.is_empty() {
            let length = end.parse::<u64>().ok()?.min(size);
            return Some(match length {
                0 => Self::Unsatisfiable,
                _ => Self::Part(size - length..=size - 1),
            });
        }
        let start = start.parse::<u64>().ok()?;
        let end = if end.is_empty() { u64::MAX } else { end.parse::<u64>().ok()? };
        Some(match start < size && start <= end {
            true => Self::Part(start..=end.min(size - 1)),
            false => Self::Unsatisfiable,
        })
    }
}

/// Returns the value of the header `Range` of an upload of which `size` bytes have arrived. `0-0` means no byte
/// or one, as in distribution's registries.
pub fn received_range(size: u64) -> String {
    format!("0-{}", size.saturating_sub(1))
}

/// Reads a `Content-Range` header of an upload, `START-END`: the position of the first byte, and the
/// number of bytes.
pub fn content_range(header: &str) -> Option<(u64, u64)> {
    let range = header.trim();
    let (start, end) = range.strip_prefix("bytes ").unwrap_or(range).split_once('-')?;
    let (start, end) = (start.parse::<u64>().ok()?, end.parse::<u64>().ok()?);
    Some((start, end.checked_sub(start)?.checked_add(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_clamped_unsatisfiable_or_ignored() {
        let parse = |header, size| Requested::parse(Some(header), size);
        assert_eq!(parse("bytes=0-", 10), Requested::Part(0..=9));
        assert_eq!(parse("bytes=2-3", 10), Requested::Part(2..=3));
        assert_eq!(parse("bytes=2-99", 10), Requested::Part(2..=9));
        assert_eq!(parse("bytes=-3", 10), Requested::Part(7..=9));
        assert_eq!(parse("bytes=-30", 10), Requested::Part(0..=9));
        assert_eq!(parse("bytes=10-", 10), Requested::Unsatisfiable);
        assert_eq!(parse("bytes=0-", 0), Requested::Unsatisfiable);
        assert_eq!(parse("bytes=-1", 0), Requested::Unsatisfiable);
        assert_eq!(parse("bytes=3-2", 10), Requested::Unsatisfiable);
        assert_eq!(parse("bytes=0-1,3-4", 10), Requested::Whole);
        assert_eq!(parse("lines=0-1", 10), Requested::Whole);
        assert_eq!(parse("bytes=-", 10), Requested::Whole);
        assert_eq!(Requested::parse(None, 10), Requested::Whole);
    }

    #[test]
    fn a_range_of_another_unit_or_without_an_order_is_malformed() {
        for malformed in ["lines=1", "bytes=x", "bytes=5-2", "bytes=-", "bytes=1", "bytes=0-1,x-"] {
            assert!(Requested::is_malformed(malformed), "{malformed}");
        }
        for range in ["bytes=0-", "bytes=-5", "bytes=5-5", "bytes=0-1,3-4", "bytes="] {
            assert!(!Requested::is_malformed(range), "{range}");
        }
    }

    #[test]
    fn a_content_range_is_a_start_and_a_length() {
        assert_eq!(content_range("0-4"), Some((0, 5)));
        assert_eq!(content_range("bytes 5-5"), Some((5, 1)));
        for invalid in ["", "5", "5-4", "a-b", "-5", "0-18446744073709551615"] {
            assert_eq!(content_range(invalid), None, "{invalid}");
        }
    }
}
