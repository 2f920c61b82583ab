//! Reads the literals of Go: numbers, characters and quoted text.

/// A number as it is written, which has a type only where it is used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number {
    /// The integer, if the literal has the value of one: `1.0` has.
    pub(crate) integer: Option<i64>,
    pub(crate) float: Option<f64>,
    /// Whether the literal is a float where no type is expected.
    pub(crate) is_float: bool,
}

pub(crate) fn number(text: &str) -> Result<Number, String> {
    let is_hexadecimal = text.trim_start_matches(['+', '-']).to_lowercase();
    let is_hexadecimal = is_hexadecimal.starts_with("0x") && !is_hexadecimal.contains('p');
    let is_float = !is_hexadecimal && text.contains(['.', 'e', 'E', 'p', 'P']);
    if is_float {
        let float = float(text).ok_or_else(|| format!("bad number {text:?}"))?;
        let whole = float as i64;
        let integer = (whole as f64 == float && float.abs() < 9.0e18).then_some(whole);
        return Ok(Number { integer, float: Some(float), is_float });
    }
    match integer(text) {
        Ok(integer) => Ok(Number { integer: Some(integer), float: Some(integer as f64), is_float }),
        Err(message) => Err(message),
    }
}

/// Reads an integer with Go's prefixes and underscores.
pub(crate) fn integer(text: &str) -> Result<i64, String> {
    let bad = || format!("bad number {text:?}");
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.to_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        Some(octal) if octal.starts_with('0') => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    // Underscores separate digits, and follow a prefix.
    let separated = if radix == 10 { digits } else { digits.strip_prefix('_').unwrap_or(digits) };
    if separated.split('_').any(str::is_empty) {
        return Err(bad());
    }
    let digits = separated.replace('_', "");
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(bad());
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    i64::from_str_radix(&format!("{sign}{digits}"), radix)
        .map_err(|_| format!("{text} overflows an integer of 64 bits"))
}

/// Reads a float, also in hexadecimal, with underscores.
pub(crate) fn float(text: &str) -> Option<f64> {
    let lower = text.to_lowercase();
    let unsigned = lower.trim_start_matches(['+', '-']);
    if unsigned.split('_').any(str::is_empty) {
        return None;
    }
    let value = match unsigned.strip_prefix("0x") {
        Some(hexadecimal) => hexadecimal_float(&hexadecimal.replace('_', ""))?,
        None => {
            let plain = unsigned.replace('_', "");
            // Rust also reads words, such as `infinity`.
            let is_number = plain.contains(|c: char| c.is_ascii_digit())
                && plain.chars().all(|c| c.is_ascii_digit() || ".e+-".contains(c));
            is_number.then(|| plain.parse().ok()).flatten()?
        }
    };
    let value: f64 = if lower.starts_with('-') { -value } else { value };
    value.is_finite().then_some(value)
}

fn hexadecimal_float(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once('p')?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    // More digits need a rounding that no template is known to use.
    let mantissa = u64::from_str_radix(&all, 16).ok().filter(|m| *m < 1 << 53)?;
    let exponent: i32 = exponent.parse().ok()?;
    let exponent = exponent.checked_sub(4 * i32::try_from(fraction.len()).ok()?)?;
    Some(mantissa as f64 * 2_f64.powi(exponent))
}

/// Reads a character constant with its quotes.
pub(crate) fn character(text: &str) -> Result<char, String> {
    let bad = || format!("bad character constant {text}");
    let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).ok_or_else(bad)?;
    let mut bytes = Vec::new();
    let rest = unquoted_character(inner, '\'', &mut bytes).ok_or_else(bad)?;
    let decoded = String::from_utf8(bytes).map_err(|_| bad())?;
    let mut characters = decoded.chars();
    match (characters.next(), characters.next(), rest) {
        (Some(character), None, "") => Ok(character),
        _ => Err(bad()),
    }
}

/// Reads a text with its quotes: `"…"`, or between backquotes.
pub(crate) fn text(text: &str) -> Result<String, String> {
    if let Some(raw) = text.strip_prefix('`') {
        // As Go's compiler, raw text drops carriage returns.
        return Ok(raw.strip_suffix('`').unwrap_or(raw).replace('\r', ""));
    }
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let mut rest = inner.unwrap_or_default();
    let mut bytes = Vec::new();
    while !rest.is_empty() {
        rest = unquoted_character(rest, '"', &mut bytes)
            .ok_or_else(|| format!("bad escape in {text}: expected an escape of Go"))?;
    }
    String::from_utf8(bytes).map_err(|_| format!("{text} is not valid UTF-8"))
}

/// Decodes the first character of a quoted text, and returns what follows it.
fn unquoted_character<'t>(text: &'t str, quote: char, into: &mut Vec<u8>) -> Option<&'t str> {
    let mut characters = text.chars();
    let mut buffer = [0; 4];
    match characters.next()? {
        '\\' => {}
        character if character == quote || character == '\n' => return None,
        character => {
            into.extend(character.encode_utf8(&mut buffer).as_bytes());
            return Some(characters.as_str());
        }
    }
    let (length, radix) = match characters.next()? {
        'x' => (2, 16),
        'u' => (4, 16),
        'U' => (8, 16),
        '0'..='7' => (3, 8),
        simple => {
            into.push(match simple {
                'a' => 7,
                'b' => 8,
                'f' => 12,
                'n' => b'\n',
                'r' => b'\r',
                't' => b'\t',
                'v' => 11,
                '\\' => b'\\',
                '\'' | '"' if simple == quote => u8::try_from(simple).ok()?,
                _ => return None,
            });
            return Some(characters.as_str());
        }
    };
    let start = if radix == 8 { 1 } else { 2 };
    let digits = text.get(start..start + length)?;
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).ok()?;
    if length <= 3 {
        // `\x` and octal escapes are bytes; in a character constant they are the character.
        match quote {
            '"' => into.push(u8::try_from(code).ok()?),
            _ => into.extend(char::from(u8::try_from(code).ok()?).encode_utf8(&mut buffer).bytes()),
        }
    } else {
        into.extend(char::from_u32(code)?.encode_utf8(&mut buffer).bytes());
    }
    text.get(start + length..)
}
