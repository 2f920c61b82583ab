//! Escapes text from registries, layouts and archives for display.
//!
//! Such text may contain characters that control a terminal, reorder the text around them, or are
//! invisible.

use std::io;

use serde::Serialize;
use serde_json::{
    Value,
    ser::{CompactFormatter, Formatter, PrettyFormatter},
};

/// Replaces each character that is not safe to display with U+FFFD: control characters,
/// bidirectional controls, separators of lines, and invisible characters.
///
/// ```
/// assert_eq!(ocigraph_types::printable("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
/// ```
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_printable(c) { c } else { '\u{fffd}' }).collect()
}

/// Returns true if a character is visible and has no effect beyond itself. Controls (C0, DEL, C1)
/// control terminals; bidirectional controls and separators rearrange the text around them; others
/// have no width.
pub(crate) fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// The length of an excerpt in characters.
const EXCERPT: usize = 160;

/// Shortens text to 160 characters and an ellipsis, and escapes it like [`printable`]. For text of
/// unknown length in messages.
///
/// ```
/// use ocigraph_types::excerpt;
///
/// assert_eq!(excerpt("a\u{7}b"), "a\u{fffd}b");
/// assert_eq!(excerpt(&"x".repeat(1000)).chars().count(), 161);
/// ```
pub fn excerpt(text: &str) -> String {
    let mut shown: String = text.chars().take(EXCERPT).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    printable(&shown)
}

/// Escapes text for XML and HTML, as content and as the value of an attribute, and like [`printable`].
///
/// ```
/// assert_eq!(ocigraph_types::markup_text("<a href='b'>&"), "&lt;a href=&#39;b&#39;&gt;&amp;");
/// ```
pub fn markup_text(text: &str) -> String {
    let mut markup = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '"' => markup.push_str("&quot;"),
            '\'' => markup.push_str("&#39;"),
            other => markup.push(other),
        }
    }
    markup
}

/// Returns a value as indented JSON that is safe to display. Characters that [`printable`] replaces
/// are written as escapes of JSON, such as `\u009b`, so that the value stays the same.
///
/// ```
/// let value = serde_json::json!({ "title": "a\u{9b}b" });
/// assert_eq!(ocigraph_types::json_text(&value), "{\n  \"title\": \"a\\u009bb\"\n}");
/// ```
pub fn json_text(value: &Value) -> String {
    escaped(value, PrettyFormatter::new())
}

/// Returns a value as JSON on one line, with the escapes of [`json_text`].
///
/// ```
/// let value = serde_json::json!({ "title": "a\u{9b}b" });
/// assert_eq!(ocigraph_types::json_line(&value), r#"{"title":"a\u009bb"}"#);
/// ```
pub fn json_line(value: &Value) -> String {
    escaped(value, CompactFormatter)
}

fn escaped(value: &Value, formatter: impl Formatter) -> String {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, Escaping(formatter));
    // Writing a value to memory cannot fail.
    let _ = value.serialize(&mut serializer);
    String::from_utf8(text).unwrap_or_default()
}

/// Escapes characters that are not safe to display.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(|c| !is_printable(c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut after = rest[at..].chars();
            let mut units = [0; 2];
            for unit in after.next().map_or(&mut [][..], |c| c.encode_utf16(&mut units)) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = after.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        w: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(w, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        w: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(w, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIDDEN: [char; 9] = [
        '\u{1b}',
        '\u{9b}',
        '\u{7f}',
        '\u{202e}',
        '\u{2066}',
        '\u{200b}',
        '\u{2028}',
        '\u{feff}',
        '\u{e0041}',
    ];

    #[test]
    fn characters_that_control_reorder_or_hide_text_are_replaced() {
        for c in HIDDEN {
            assert_eq!(printable(&format!("a{c}b")), "a\u{fffd}b", "{:x}", u32::from(c));
        }
        assert_eq!(printable("größe 漢字 ├── 🦀"), "größe 漢字 ├── 🦀");
    }

    #[test]
    fn escaped_json_has_the_same_value_and_only_printable_characters() {
        for c in HIDDEN {
            let value = serde_json::json!({ format!("k{c}"): [format!("{c}ä\n\"\\{c}"), 1, null] });
            let text = json_text(&value);
            assert!(text.chars().all(|c| c == '\n' || is_printable(c)), "{text:?}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
        let plain = serde_json::json!({ "a": [], "b": {}, "c": [{ "d": 1.5 }, "ß"] });
        assert_eq!(json_text(&plain), format!("{plain:#}"));
    }
}
