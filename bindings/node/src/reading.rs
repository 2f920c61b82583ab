//! Reads what JavaScript wrote as JSON into the options of an operation, or says which value is wrong
//! and what can stand there, in the words of JavaScript. It relies on every option being optional,
//! and repeats no text, which may be a secret.

use ocigraph::{Error, Result};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::outcome::invalid;

/// Reads options; INVALID_ARGUMENT, which names the option, when one is not written as it should be.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    let Ok(Value::Object(options)) = serde_json::from_str(json) else {
        return Err(invalid("options are a plain object"));
    };
    read_at("", options)
}

/// The same for an object among the options.
pub(crate) fn read_at<T: DeserializeOwned>(name: &str, options: Map<String, Value>) -> Result<T> {
    let value = Value::Object(options);
    T::deserialize(value.clone()).map_err(|why| {
        fault::<T>(name, &value, &|value| value)
            .unwrap_or_else(|| invalid(format!("{name} cannot be used: {why}")))
    })
}

/// What is wrong with a value, or with the part of it that is wrong by itself too; `put` puts it
/// where it stands, alone.
fn fault<T: DeserializeOwned>(
    name: &str,
    value: &Value,
    put: &dyn Fn(Value) -> Value,
) -> Option<Error> {
    let why = T::deserialize(put(value.clone())).err()?;
    let empty = match value {
        Value::Object(_) => Some(Value::Object(Map::new())),
        Value::Array(_) => Some(Value::Array(Vec::new())),
        _ => None,
    };
    // Where not even an empty one can stand, its parts are not to blame.
    let inner = empty.filter(|empty| T::deserialize(put(empty.clone())).is_ok());
    let part = match value {
        _ if inner.is_none() => None,
        Value::Object(parts) => parts.iter().find_map(|(key, part)| {
            let put = |part| put(Value::Object([(key.clone(), part)].into_iter().collect()));
            fault::<T>(&beneath(name, key), part, &put)
        }),
        Value::Array(parts) => parts.iter().enumerate().find_map(|(place, part)| {
            fault::<T>(&format!("{name}[{place}]"), part, &|part| put(Value::Array(vec![part])))
        }),
        _ => None,
    };
    Some(part.unwrap_or_else(|| invalid(sentence(name, value, &why.to_string()))))
}

fn beneath(name: &str, key: &str) -> String {
    let plain = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match (name, plain) {
        ("", _) => key.to_owned(),
        (_, true) => format!("{name}.{key}"),
        (_, false) => format!("{name}[{}]", Value::from(key)),
    }
}

/// `why` is serde's: what it found, and what it expected.
fn sentence(name: &str, value: &Value, why: &str) -> String {
    let expected = why.split_once(", expected ").map_or("", |(_, expected)| expected);
    if why.starts_with("unknown field") {
        return match expected {
            "" => format!("there is no option `{name}`"),
            known => {
                let known = known.trim_start_matches("one of ");
                format!("there is no option `{name}`, only {known}")
            }
        };
    }
    let (wanted, number) = match expected {
        "usize" | "u32" | "u64" if value.as_f64().is_some_and(|n| n >= u64::MAX as f64) => {
            ("a whole number below 2 ** 64", true)
        }
        "usize" | "u32" | "u64" => ("a whole number of 0 or more", true),
        "f64" => ("a number", true),
        "a string" | "path string" => ("text", false),
        "a boolean" => ("true or false", false),
        "a sequence" => ("a list", false),
        "a map" => ("a plain object", false),
        _ => return format!("{name} cannot be used: {why}"),
    };
    let found = match value {
        Value::Number(found) if number => found.to_string(),
        Value::Number(_) => "a number".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Bool(found) => found.to_string(),
        Value::String(_) => "text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a plain object".to_owned(),
    };
    format!("{name} is {wanted}, not {found}")
}
