//! JSON, base64 and SHA-256.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::{
    Call, Function,
    Parameter::{Any, Text},
    Returned, function,
};
use crate::{float, limits::Output, value::Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("toJson", &[Any], |call| to_json(&call, Style::SHORT)),
    function("mustToJson", &[Any], |call| to_json(&call, Style::SHORT)),
    function("toRawJson", &[Any], |call| to_json(&call, Style::RAW)),
    function("mustToRawJson", &[Any], |call| to_json(&call, Style::RAW)),
    function("toPrettyJson", &[Any], |call| to_json(&call, Style::PRETTY)),
    function("mustToPrettyJson", &[Any], |call| to_json(&call, Style::PRETTY)),
    function("fromJson", &[Text], |call| Ok(from_json(&call).unwrap_or(Value::Nil))),
    function("mustFromJson", &[Text], |call| from_json(&call)),
    function("b64enc", &[Text], |call| Ok(Value::text(STANDARD.encode(call.text(0))))),
    function("b64dec", &[Text], |call| {
        let bytes =
            STANDARD.decode(call.text(0)).map_err(|error| format!("invalid base64: {error}"))?;
        let text = String::from_utf8(bytes).map_err(|_| "the decoded text is not UTF-8")?;
        Ok(Value::text(text))
    }),
    function("sha256sum", &[Text], |call| {
        let mut text = String::with_capacity(64);
        for byte in Sha256::digest(call.text(0)) {
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Value::text(text))
    }),
];

#[derive(Clone, Copy)]
struct Style {
    is_pretty: bool,
    escapes_html: bool,
}

impl Style {
    const SHORT: Style = Style { is_pretty: false, escapes_html: true };
    const RAW: Style = Style { is_pretty: false, escapes_html: false };
    const PRETTY: Style = Style { is_pretty: true, escapes_html: true };
}

fn from_json(call: &Call<'_>) -> Returned {
    let json: serde_json::Value =
        serde_json::from_str(call.text(0)).map_err(|error| format!("invalid JSON: {error}"))?;
    Value::from_json(&json)
}

fn to_json(call: &Call<'_>, style: Style) -> Returned {
    let mut json = Output::new();
    write_json(call.any(0), style, 0, &mut json);
    Ok(Value::text(json.finish()?))
}

/// Writes as Go's encoding/json does: maps in the order of their keys.
fn write_json(value: &Value, style: Style, level: usize, json: &mut Output) {
    if json.is_full() {
        return;
    }
    match value {
        Value::Missing | Value::Nil => json.push_str("null"),
        Value::Boolean(boolean) => json.push_str(if *boolean { "true" } else { "false" }),
        Value::Integer(integer) => json.push_str(&integer.to_string()),
        // Only an overflow in `round` gives such a value, and JSON has none.
        Value::Float(float) if !float.is_finite() => json.push_str("null"),
        Value::Float(float) => json.push_str(&float::json(*float)),
        Value::Text(text) => write_text(text, style, json),
        Value::List(list) => {
            json.push('[');
            for (index, item) in list.items.iter().enumerate() {
                start_item(index, style, level + 1, json);
                write_json(item, style, level + 1, json);
            }
            end_items(list.items.is_empty(), style, level, json);
            json.push(']');
        }
        Value::Map(map) => {
            json.push('{');
            for (index, (key, item)) in map.entries.iter().enumerate() {
                start_item(index, style, level + 1, json);
                write_text(key, style, json);
                json.push_str(if style.is_pretty { ": " } else { ":" });
                write_json(item, style, level + 1, json);
            }
            end_items(map.entries.is_empty(), style, level, json);
            json.push('}');
        }
    }
}

fn start_item(index: usize, style: Style, level: usize, json: &mut Output) {
    if index > 0 {
        json.push(',');
    }
    new_line(style, level, json);
}

fn end_items(is_empty: bool, style: Style, level: usize, json: &mut Output) {
    if !is_empty {
        new_line(style, level, json);
    }
}

fn new_line(style: Style, level: usize, json: &mut Output) {
    if style.is_pretty {
        json.push('\n');
        json.push_str(&"  ".repeat(level));
    }
}

fn write_text(text: &str, style: Style, json: &mut Output) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\x08' => json.push_str("\\b"),
            '\x0c' => json.push_str("\\f"),
            '<' | '>' | '&' if !style.escapes_html => json.push(character),
            '<' | '>' | '&' | '\0'..' ' | '\u{2028}' | '\u{2029}' => {
                json.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => json.push(other),
        }
    }
    json.push('"');
}
