//! What JSON takes in memory, told before it is parsed: two bytes of a list can become a hundred.

/// What a value takes besides its text; as much as a member of `extra` in a descriptor.
const VALUE: u64 = 80;

/// An upper bound, in bytes.
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
    fn what_stands_in_text_weighs_as_text() {
        assert_eq!(weight(br#"{"a":[0,0]}"#), 11 + 4 * VALUE);
        assert_eq!(weight(br#""{[,:\",\\""#), 11);
        assert_eq!(weight(br#""\\",0"#), 6 + VALUE);
    }
}
