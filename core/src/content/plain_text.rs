//! Texts of files and of other programs: JSON and PEM. RFC 8259 (section 8.1) demands UTF-8 without
//! a byte order mark; editors and shells of Windows write one, or UTF-16.

/// Returns a text without its byte order mark.
///
/// # Errors
///
/// What is wrong with a text that is not UTF-8. UTF-16 is named, since such a file looks right in an
/// editor.
///
/// ```
/// assert_eq!(ocigraph::utf8_text(b"\xef\xbb\xbf{}"), Ok("{}"));
/// assert!(ocigraph::utf8_text(b"\xff\xfe{\0}\0").unwrap_err().contains("UTF-16"));
/// ```
pub fn utf8_text(bytes: &[u8]) -> Result<&str, &'static str> {
    std::str::from_utf8(without_mark(bytes)?).map_err(|_| "it is not UTF-8")
}

/// Returns a text in any encoding that extends ASCII without the byte order mark of UTF-8. Fails for
/// UTF-16.
pub(crate) fn without_mark(bytes: &[u8]) -> Result<&[u8], &'static str> {
    match is_utf16(bytes) {
        true => Err("it is UTF-16: save it as UTF-8"),
        false => Ok(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
    }
}

/// Returns true for text with a byte order mark of UTF-16, and for JSON of which every second byte is
/// zero.
fn is_utf16(bytes: &[u8]) -> bool {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [0, first, ..] | [first, 0, ..] => first.is_ascii() && *first != 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_dropped_and_utf16_is_named() {
        assert_eq!(utf8_text("\u{feff}{\"é\"}".as_bytes()), Ok("{\"é\"}"));
        for text in [&b""[..], b"{", b"{}", b" {\n}", "é".as_bytes()] {
            assert_eq!(utf8_text(text).map(str::as_bytes), Ok(text));
        }
        for (mark, little) in [(true, true), (true, false), (false, true), (false, false)] {
            let units = mark.then_some(0xfeff).into_iter().chain("{}".encode_utf16());
            let bytes =
                units.flat_map(|u: u16| if little { u.to_le_bytes() } else { u.to_be_bytes() });
            let error = utf8_text(&bytes.collect::<Vec<u8>>()).unwrap_err();
            assert!(error.contains("UTF-16"), "{error}");
        }
        assert_eq!(utf8_text(b"{\x80}"), Err("it is not UTF-8"));
    }
}
