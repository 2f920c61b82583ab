//! Reads the JSON that JavaScript wrote into the options of an operation. An error names the option
//! and the expected value in JavaScript terms. It never repeats text, which may be a secret.

use ocigraph::Result;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

use crate::error::invalid;

/// Reads options. Fails with INVALID_ARGUMENT and the name of the invalid option.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    let Ok(Value::Object(options)) = serde_json::from_str(json) else {
        return Err(invalid("invalid options: expected a plain object"));
    };
    read_at("", options)
}

/// Reads an object that is nested in the options under `name`.
pub(crate) fn read_at<T: DeserializeOwned>(name: &str, options: Map<String, Value>) -> Result<T> {
    let value = Value::Object(options);
    serde_path_to_error::deserialize(&value).map_err(|error| {
        let (name, found) = locate(name, &value, error.path());
        invalid(message(&name, found, &error.inner().to_string()))
    })
}

/// Returns the JavaScript name of the value at `path`, such as `files[1].title`, and the value itself.
fn locate<'a>(name: &str, options: &'a Value, path: &Path) -> (String, &'a Value) {
    let start = (name.to_owned(), options);
    path.iter().fold(start, |(name, value), segment| match segment {
        Segment::Map { key } => (property(&name, key), value.get(key).unwrap_or(&Value::Null)),
        Segment::Seq { index } => {
            (format!("{name}[{index}]"), value.get(*index).unwrap_or(&Value::Null))
        }
        Segment::Enum { .. } | Segment::Unknown => (name, value),
    })
}

fn property(object: &str, key: &str) -> String {
    let is_identifier = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match (object, is_identifier) {
        ("", _) => key.to_owned(),
        (_, true) => format!("{object}.{key}"),
        (_, false) => format!("{object}[{}]", Value::from(key)),
    }
}

/// Rewrites serde's message, which uses the names of Rust types.
fn message(name: &str, found: &Value, serde_message: &str) -> String {
    let expected = serde_message.split_once(", expected ").map_or("", |(_, expected)| expected);
    if serde_message.starts_with("unknown field") {
        return match expected {
            "" => format!("unknown option `{name}`"),
            known => format!("unknown option `{name}`: expected {known}"),
        };
    }
    let (type_name, is_number) = match expected {
        "usize" | "u32" | "u64" if found.as_f64().is_some_and(|n| n >= u64::MAX as f64) => {
            ("an integer below 2 ** 64", true)
        }
        "usize" | "u32" | "u64" => ("an integer of 0 or more", true),
        "f64" => ("a number", true),
        "a string" | "path string" => ("a string", false),
        "a boolean" => ("a boolean", false),
        "a sequence" => ("an array", false),
        "a map" => ("a plain object", false),
        _ => return format!("invalid {name}: {serde_message}"),
    };
    let found = match found {
        Value::Number(number) if is_number => number.to_string(),
        Value::Number(_) => "a number".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "a plain object".to_owned(),
    };
    format!("options.{name} must be {type_name}, not {found}")
}
