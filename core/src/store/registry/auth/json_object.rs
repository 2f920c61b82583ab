//! A JSON object of another program, of which single members can be changed.
//!
//! Members are parsed only when they are read. Writing keeps all others as they were: numbers,
//! escapes and order.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// The indentation of a text that has none.
const INDENT: &str = "  ";

/// An object whose values are JSON text.
#[derive(Default)]
pub(super) struct JsonObject {
    members: Vec<Member>,
}

struct Member {
    /// The name as the text has it, with quotes and escapes.
    raw_name: String,
    name: String,
    value: Zeroizing<String>,
}

impl JsonObject {
    pub(super) fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.name.as_str())
    }

    /// Returns the text of a value that is not null. Of several members with one name, the last one
    /// counts, as for other JSON parsers.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let member = self.members.iter().rev().find(|member| member.name == name);
        member.map(|member| member.value.as_str()).filter(|value| *value != "null")
    }

    /// Replaces the value of a member, or appends the member.
    pub(super) fn set(&mut self, name: &str, value: Zeroizing<String>) {
        match self.members.iter_mut().rev().find(|member| member.name == name) {
            Some(member) => member.value = value,
            None => {
                let (raw_name, name) = (quoted(name).to_string(), name.to_owned());
                self.members.push(Member { raw_name, name, value });
            }
        }
    }

    /// Replaces the value of a member by a text, or appends the member.
    pub(super) fn set_text(&mut self, name: &str, text: &str) {
        self.set(name, quoted(text));
    }

    /// Keeps only the members whose name passes `keep`. Returns true if any was removed.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) -> bool {
        let before = self.members.len();
        self.members.retain(|member| keep(&member.name));
        self.members.len() < before
    }

    /// Returns the text, one member per line, for an object that is `depth` levels deep in another.
    pub(super) fn write(&self, indent: &str, depth: usize) -> Zeroizing<String> {
        // A text that grows leaves copies of itself in memory.
        let line = 4 + indent.len() * (depth + 1);
        let size: usize =
            self.members.iter().map(|m| m.raw_name.len() + m.value.len() + line).sum();
        let mut text = Zeroizing::new(String::with_capacity(size + line + 1));
        text.push('{');
        for (i, member) in self.members.iter().enumerate() {
            text.push_str(if i == 0 { "\n" } else { ",\n" });
            text.push_str(&indent.repeat(depth + 1));
            text.push_str(&member.raw_name);
            text.push_str(": ");
            text.push_str(&member.value);
        }
        if !self.members.is_empty() {
            text.push('\n');
            text.push_str(&indent.repeat(depth));
        }
        text.push('}');
        text
    }
}

/// Returns the indentation of the first member of an object; docker writes a tab.
pub(super) fn indent_of(text: &str) -> &str {
    let before = text.trim_start().strip_prefix('{').and_then(|rest| rest.split('"').next());
    let last_line = before.and_then(|space| space.rsplit_once('\n')).map(|(_, indent)| indent);
    last_line.filter(|indent| indent.chars().all(|c| matches!(c, ' ' | '\t'))).unwrap_or(INDENT)
}

/// Returns a text as JSON. It may be a secret, so the only copy is the one that is returned.
fn quoted(text: &str) -> Zeroizing<String> {
    // Enough for an escape of each byte.
    let mut json = Zeroizing::new(Vec::with_capacity(6 * text.len() + 2));
    let _ = serde_json::to_writer(&mut *json, text);
    Zeroizing::new(String::from_utf8(std::mem::take(&mut *json)).unwrap_or_default())
}

/// Returns the text of a JSON string. One without escapes is copied once.
pub(super) fn unquoted(json: &str) -> serde_json::Result<Zeroizing<String>> {
    let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner.filter(|inner| !inner.contains(['\\', '"'])) {
        Some(plain) => Ok(Zeroizing::new(plain.to_owned())),
        None => serde_json::from_str(json),
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = JsonObject;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonObject, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                    let raw_name = name.get().to_owned();
                    // A name that is not valid Unicode, such as a lone surrogate, is kept as it is.
                    let name = serde_json::from_str(&raw_name).unwrap_or_else(|_| raw_name.clone());
                    let value = Zeroizing::new(value.get().to_owned());
                    members.push(Member { raw_name, name, value });
                }
                Ok(JsonObject { members })
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_members_keep_their_text() {
        let text = "{\n\t\"a\\u002Fb\": 1.0,\n\t\"\\ud800\": 1e400,\n\t\"big\": \
                    18446744073709551616,\n\t\"deep\": {\"x\" : [1,\t2.50]},\n\t\"z\": \"\\ud800\"\n}";
        let mut object = JsonObject::parse(text).unwrap();
        assert_eq!(indent_of(text), "\t");
        assert_eq!(object.write("\t", 0).as_str(), text);
        object.set("deep", Zeroizing::new("{}".into()));
        object.set_text("new", "\"");
        assert!(!object.retain(|_| true));
        let changed =
            text.replace("{\"x\" : [1,\t2.50]}", "{}").replace("\n}", ",\n\t\"new\": \"\\\"\"\n}");
        assert_eq!(object.write("\t", 0).as_str(), changed);
    }

    #[test]
    fn the_last_of_equal_names_counts_and_null_is_absent() {
        let mut object = JsonObject::parse(r#"{"a":1,"a":2,"b":null}"#).unwrap();
        assert_eq!(object.get("a"), Some("2"));
        assert_eq!(object.get("b"), None);
        assert!(object.retain(|name| name != "a"));
        assert_eq!(object.get("a"), None);
        for wrong in ["[]", "7", "{", "{\"a\":}", "{} {}", "{\"a\":01}"] {
            assert!(JsonObject::parse(wrong).is_err(), "{wrong}");
        }
    }
}
