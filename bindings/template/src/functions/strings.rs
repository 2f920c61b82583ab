//! Texts, as sprig has them. Lengths and offsets are in bytes.

use std::rc::Rc;

use super::{
    Call, Function,
    Parameter::{Any, Integer, Text},
    Returned,
    basic::cut,
    function, variadic,
};
use crate::{
    format,
    limits::{Budget, OUTPUT_BYTES, Output, too_long},
    quote,
    value::Value,
};

pub(super) const FUNCTIONS: &[Function] = &[
    function("toString", &[Any], |call| Ok(Value::text(as_text(call.any(0))?))),
    function("trim", &[Text], |call| Ok(Value::text(call.text(0).trim()))),
    function("trimAll", &[Text, Text], trim_all),
    function("trimall", &[Text, Text], trim_all),
    function("trimPrefix", &[Text, Text], |call| {
        let text = call.text(1);
        Ok(Value::text(text.strip_prefix(call.text(0)).unwrap_or(text)))
    }),
    function("trimSuffix", &[Text, Text], |call| {
        let text = call.text(1);
        Ok(Value::text(text.strip_suffix(call.text(0)).unwrap_or(text)))
    }),
    function("upper", &[Text], |call| mapped(call.text(0), upper)),
    function("lower", &[Text], |call| mapped(call.text(0), lower)),
    function("title", &[Text], title),
    function("repeat", &[Integer, Text], |call| {
        let text = call.text(1);
        let count = not_negative(call.integer(0))?;
        if count.saturating_mul(text.len()) > OUTPUT_BYTES {
            return Err(too_long());
        }
        Ok(Value::text(text.repeat(count)))
    }),
    function("replace", &[Text, Text, Text], replace),
    function("contains", &[Text, Text], |call| {
        Ok(Value::Boolean(call.text(1).contains(call.text(0))))
    }),
    function("hasPrefix", &[Text, Text], |call| {
        Ok(Value::Boolean(call.text(1).starts_with(call.text(0))))
    }),
    function("hasSuffix", &[Text, Text], |call| {
        Ok(Value::Boolean(call.text(1).ends_with(call.text(0))))
    }),
    variadic("quote", &[], Any, |call| {
        joined(&call.values, |value| Ok(quote::text(&as_text(value)?, false)))
    }),
    variadic("squote", &[], Any, |call| {
        joined(&call.values, |value| Ok(format!("'{}'", as_text(value)?)))
    }),
    variadic("cat", &[], Any, |call| joined(&call.values, as_text)),
    function("indent", &[Integer, Text], |call| indent(&call, "")),
    function("nindent", &[Integer, Text], |call| indent(&call, "\n")),
    function("nospace", &[Text], |call| {
        let kept: String = call.text(0).chars().filter(|c| !c.is_whitespace()).collect();
        Ok(Value::text(kept))
    }),
    function("splitList", &[Text, Text], |call| {
        let parts = split(&call)?;
        Ok(Value::texts(parts.into_iter()))
    }),
    function("split", &[Text, Text], |call| {
        let parts = split(&call)?;
        let numbered = parts.into_iter().enumerate();
        let entries =
            numbered.map(|(number, part)| (format!("_{number}").into(), Value::text(part)));
        Value::map(entries.collect())
    }),
    function("trunc", &[Integer, Text], |call| {
        let (text, count) = (call.text(1), call.integer(0));
        let length = text.len();
        match usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX) {
            count if count >= length => Ok(call.any(1).clone()),
            from_end if count < 0 => cut(text, length - from_end, length),
            count => cut(text, 0, count),
        }
    }),
    function("abbrev", &[Integer, Text], |call| {
        let text = call.text(1);
        match usize::try_from(call.integer(0)) {
            Ok(width) if width >= 4 && text.len() > width => {
                let kept = cut(text, 0, width - 3)?;
                Ok(Value::text(as_text(&kept)? + "..."))
            }
            _ => Ok(call.any(1).clone()),
        }
    }),
    function("substr", &[Integer, Integer, Text], |call| {
        let text = call.text(2);
        let (start, end) = (call.integer(0), call.integer(1));
        let start_at = usize::try_from(start).unwrap_or(0);
        let end_at = match usize::try_from(end) {
            Ok(end) if end <= text.len() => end,
            _ if start < 0 => return Err(format!("the end {end} is outside of the text")),
            _ => text.len(),
        };
        if start_at > end_at {
            return Err(format!("the start {start} is behind the end {end_at}"));
        }
        cut(text, start_at, end_at)
    }),
    function("base", &[Text], |call| {
        let path = call.text(0);
        let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        Ok(Value::text(match (path, last) {
            ("", _) => ".",
            (_, "") => "/",
            (_, last) => last,
        }))
    }),
];

/// Returns the value as an action prints it; only nil is `<nil>`.
pub(super) fn as_text(value: &Value) -> Result<String, String> {
    match value {
        Value::Text(text) => Ok(text.to_string()),
        value => format::print(std::slice::from_ref(value)),
    }
}

/// Returns the items of a list as texts, without those that are nil.
pub(super) fn as_texts(value: &Value, budget: &mut Budget) -> Result<Vec<Rc<str>>, String> {
    let list = match value {
        Value::List(list) => &list.items[..],
        value if value.is_nil() => &[],
        value => std::slice::from_ref(value),
    };
    let mut texts = Vec::with_capacity(list.len());
    for item in list.iter().filter(|item| !item.is_nil()) {
        texts.push(match item {
            Value::Text(text) => text.clone(),
            item => {
                let text = as_text(item)?;
                budget.take_bytes(text.len())?;
                text.into()
            }
        });
    }
    Ok(texts)
}

/// Joins the texts of the values that are not nil with a space.
fn joined(values: &[Value], text: fn(&Value) -> Result<String, String>) -> Returned {
    let mut all = Output::new();
    let mut is_first = true;
    for value in values.iter().filter(|value| !value.is_nil()) {
        if !is_first {
            all.push(' ');
        }
        is_first = false;
        all.push_str(&text(value)?);
    }
    Ok(Value::text(all.finish()?))
}

fn not_negative(count: i64) -> Result<usize, String> {
    usize::try_from(count).map_err(|_| format!("negative count {count}"))
}

fn trim_all(call: Call<'_>) -> Returned {
    let characters: Vec<char> = call.text(0).chars().collect();
    Ok(Value::text(call.text(1).trim_matches(&characters[..])))
}

fn mapped(text: &str, map: fn(char) -> char) -> Returned {
    Ok(Value::text(text.chars().map(map).collect::<String>()))
}

/// Go changes each character to one other, so `ß` remains.
fn upper(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => character,
    }
}

fn lower(character: char) -> char {
    let mut lower = character.to_lowercase();
    match lower.next() {
        // Only `İ` has two, of which Go takes the first.
        Some(lower) => lower,
        None => character,
    }
}

/// Changes each letter at the beginning of a word to upper case.
fn title(call: Call<'_>) -> Returned {
    let mut previous = ' ';
    let text = call.text(0).chars().map(|character| {
        let is_first = match previous {
            '_' => false,
            previous if previous.is_ascii() => !previous.is_ascii_alphanumeric(),
            previous => previous.is_whitespace(),
        };
        previous = character;
        if is_first { upper(character) } else { character }
    });
    Ok(Value::text(text.collect::<String>()))
}

fn replace(call: Call<'_>) -> Returned {
    let (old, new, text) = (call.text(0), call.text(1), call.text(2));
    let mut replaced = Output::new();
    let mut end = 0;
    for (start, part) in text.match_indices(old) {
        replaced.push_str(&text[end..start]);
        replaced.push_str(new);
        end = start + part.len();
    }
    replaced.push_str(&text[end..]);
    Ok(Value::text(replaced.finish()?))
}

fn indent(call: &Call<'_>, before: &str) -> Returned {
    let count = not_negative(call.integer(0))?;
    if count > OUTPUT_BYTES {
        return Err(too_long());
    }
    let spaces = " ".repeat(count);
    let mut indented = Output::new();
    indented.push_str(before);
    for (index, line) in call.text(1).split('\n').enumerate() {
        if index > 0 {
            indented.push('\n');
        }
        indented.push_str(&spaces);
        indented.push_str(line);
    }
    Ok(Value::text(indented.finish()?))
}

/// Splits at each separator. Without one, each character is a part.
fn split(call: &Call<'_>) -> Result<Vec<String>, String> {
    let (separator, text) = (call.text(0), call.text(1));
    // A part can be empty, and still needs memory.
    if text.len() > OUTPUT_BYTES / size_of::<String>() {
        return Err("the text is too long to be split".to_owned());
    }
    Ok(match separator {
        "" => text.chars().map(String::from).collect(),
        separator => text.split(separator).map(str::to_owned).collect(),
    })
}
