//! Quotes texts and characters as Go's strconv.

/// Writes a text between double quotes, with the escapes of Go.
pub(crate) fn text(text: &str, only_ascii: bool) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        escape(character, '"', only_ascii, &mut quoted);
    }
    quoted.push('"');
    quoted
}

pub(crate) fn character(character: char, only_ascii: bool) -> String {
    let mut quoted = "'".to_owned();
    escape(character, '\'', only_ascii, &mut quoted);
    quoted.push('\'');
    quoted
}

fn escape(character: char, quote: char, only_ascii: bool, into: &mut String) {
    match character {
        '\\' => into.push_str("\\\\"),
        _ if character == quote => {
            into.push('\\');
            into.push(quote);
        }
        '\x07' => into.push_str("\\a"),
        '\x08' => into.push_str("\\b"),
        '\x0c' => into.push_str("\\f"),
        '\n' => into.push_str("\\n"),
        '\r' => into.push_str("\\r"),
        '\t' => into.push_str("\\t"),
        '\x0b' => into.push_str("\\v"),
        _ if is_printable(character) && (character.is_ascii() || !only_ascii) => {
            into.push(character);
        }
        _ => {
            let code = u32::from(character);
            into.push_str(&match code {
                0..0x80 => format!("\\x{code:02x}"),
                0x80..0x1_0000 => format!("\\u{code:04x}"),
                _ => format!("\\U{code:08x}"),
            });
        }
    }
}

/// Reports whether Go prints the character as it is. Of the spaces it prints only U+0020.
pub(crate) fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return character == ' ' || character.is_ascii_graphic();
    }
    // Rust escapes the others, and at the beginning of a text also combining characters.
    let after_letter: String = ['a', character].iter().collect();
    !after_letter.escape_debug().any(|c| c == '\\')
}

/// Reports whether Go writes the text between backquotes for `%#q`.
pub(crate) fn can_be_raw(text: &str) -> bool {
    text.chars().all(|character| {
        !matches!(character, '`' | '\x7f' | '\u{feff}') && (character == '\t' || character >= ' ')
    })
}
