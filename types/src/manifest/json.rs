//! The JSON of a new manifest: compact, and with the escapes of Go's `encoding/json`, so that the same
//! input has the same digest here and in clients that are written in Go.

use std::io::{self, Write};

use bytes::Bytes;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};

use crate::error::{Code, Error, Result};

/// Writes a manifest.
pub(super) fn to_bytes(manifest: &impl Serialize) -> Result<Bytes> {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, GoFormatter);
    match manifest.serialize(&mut serializer) {
        Ok(()) => Ok(bytes.into()),
        Err(e) => {
            Err(Error::new(Code::Internal, "cannot write the manifest as JSON").with_source(e))
        }
    }
}

/// Escapes the characters that have a meaning in HTML and JavaScript: Go's `json.Marshal` does so.
struct GoFormatter;

impl Formatter for GoFormatter {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let is_special = |c: char| matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
        let mut rest = fragment;
        while let Some(at) = rest.find(is_special) {
            let (before, from) = rest.split_at(at);
            CompactFormatter.write_string_fragment(writer, before)?;
            let mut characters = from.chars();
            if let Some(special) = characters.next() {
                write!(writer, "\\u{:04x}", u32::from(special))?;
            }
            rest = characters.as_str();
        }
        CompactFormatter.write_string_fragment(writer, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_escaped_as_in_go() {
        let bytes = to_bytes(&["a<b>&\u{2028}", "\"\n\u{7f}é"]).unwrap();
        assert_eq!(bytes, "[\"a\\u003cb\\u003e\\u0026\\u2028\",\"\\\"\\n\u{7f}é\"]");
    }
}
