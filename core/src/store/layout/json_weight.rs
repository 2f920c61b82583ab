//! Estimates the memory that JSON takes once parsed, before it is parsed. Two bytes of a JSON array
//! can become a hundred bytes of memory.

/// Bytes of memory per JSON value besides its text: what a member of `extra` in a descriptor takes.
const VALUE: u64 = 80;

/// Returns an upper bound, in bytes, of the memory that `json` takes once parsed.
pub(super) fn weight(json: &[u8]) -> u64 {
    let (mut values, mut in_text, mut escaped) = (0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b',' | b':' | b'[' | b'{' if !in_text => values += 1,
            _ => {}
        }
    }
    json.len() as u64 + VALUE * values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_inside_a_string_does_not_count_as_a_value() {
        assert_eq!(weight(br#"{"a":[0,0]}"#), 11 + 4 * VALUE);
        assert_eq!(weight(br#""{[,:\",\\""#), 11);
        assert_eq!(weight(br#""\\",0"#), 6 + VALUE);
    }
}
