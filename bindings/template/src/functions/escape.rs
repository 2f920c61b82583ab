//! Escapes for HTML, JavaScript and URLs, as text/template has them.

use super::{Call, Function, Parameter::Any, variadic};
use crate::{format, limits::Output, quote::is_printable, value::Value};

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("html", &[], Any, |call| {
        let mut escaped = Output::new();
        for character in written(&call)?.chars() {
            match character {
                '"' => escaped.push_str("&#34;"),
                '\'' => escaped.push_str("&#39;"),
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '\0' => escaped.push('\u{fffd}'),
                other => escaped.push(other),
            }
        }
        Ok(Value::text(escaped.finish()?))
    }),
    variadic("js", &[], Any, |call| {
        let mut escaped = Output::new();
        for character in written(&call)?.chars() {
            match character {
                '\\' => escaped.push_str("\\\\"),
                '\'' => escaped.push_str("\\'"),
                '"' => escaped.push_str("\\\""),
                '<' | '>' | '&' | '=' | '\0'..' ' => {
                    escaped.push_str(&format!("\\u{:04X}", u32::from(character)));
                }
                '\x7f' => escaped.push(character),
                other if is_printable(other) => escaped.push(other),
                other => escaped.push_str(&format!("\\u{:04X}", u32::from(other))),
            }
        }
        Ok(Value::text(escaped.finish()?))
    }),
    variadic("urlquery", &[], Any, |call| {
        let mut escaped = Output::new();
        for byte in written(&call)?.bytes() {
            match byte {
                b' ' => escaped.push('+'),
                b'-' | b'_' | b'.' | b'~' => escaped.push(char::from(byte)),
                byte if byte.is_ascii_alphanumeric() => escaped.push(char::from(byte)),
                byte => escaped.push_str(&format!("%{byte:02X}")),
            }
        }
        Ok(Value::text(escaped.finish()?))
    }),
];

/// Prints the arguments as an action prints a value: nil is `<no value>`.
fn written(call: &Call<'_>) -> Result<String, String> {
    let values: Vec<_> = call
        .values
        .iter()
        .map(|value| match value.is_nil() {
            true => Value::text("<no value>"),
            false => value.clone(),
        })
        .collect();
    format::print(&values)
}
