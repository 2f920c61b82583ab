//! A JSON object of another program: read no deeper than is asked, and written with all that was not
//! changed as it stood: numbers, escapes and the order of its members.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// The white space of a level, where the text does not show one.
const INDENT: &str = "  ";

/// An object, its values as text.
#[derive(Default)]
pub(super) struct Object {
    members: Vec<Member>,
}

struct Member {
    /// As it stands in the text, with its quotes.
    written: String,
    name: String,
    value: Zeroizing<String>,
}

impl Object {
    pub(super) fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.name.as_str())
    }

    /// The text of a value; of several with one name the last, as other readers have it.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let member = self.members.iter().rev().find(|member| member.name == name);
        member.map(|member| member.value.as_str()).filter(|value| *value != "null")
    }

    /// Puts a value in the place of that with the same name, or at the end.
    pub(super) fn set(&mut self, name: &str, value: String) {
        let value = Zeroizing::new(value);
        match self.members.iter_mut().rev().find(|member| member.name == name) {
            Some(member) => member.value = value,
            None => {
                let (written, name) = (quoted(name), name.to_owned());
                self.members.push(Member { written, name, value });
            }
        }
    }

    /// Puts a text in the place of that with the same name, or at the end.
    pub(super) fn set_text(&mut self, name: &str, text: &str) {
        self.set(name, quoted(text));
    }

    /// Keeps the members with these names alone; whether any went.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) -> bool {
        let before = self.members.len();
        self.members.retain(|member| keep(&member.name));
        self.members.len() < before
    }

    /// The text, a member a line, `depth` levels deep in another.
    pub(super) fn write(&self, indent: &str, depth: usize) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::from("{"));
        for (i, member) in self.members.iter().enumerate() {
            text.push_str(if i == 0 { "\n" } else { ",\n" });
            text.push_str(&indent.repeat(depth + 1));
            text.push_str(&member.written);
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

/// The white space that a text has before its first member: docker writes a tab.
pub(super) fn indent_of(text: &str) -> &str {
    let before = text.trim_start().strip_prefix('{').and_then(|rest| rest.split('"').next());
    let last_line = before.and_then(|space| space.rsplit_once('\n')).map(|(_, indent)| indent);
    last_line.filter(|indent| indent.chars().all(|c| matches!(c, ' ' | '\t'))).unwrap_or(INDENT)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                    let written = name.get().to_owned();
                    // One that is not text by itself, half of a pair of surrogates, is kept so.
                    let name = serde_json::from_str(&written).unwrap_or_else(|_| written.clone());
                    let value = Zeroizing::new(value.get().to_owned());
                    members.push(Member { written, name, value });
                }
                Ok(Object { members })
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_changed_stays_as_it_was_written() {
        let text = "{\n\t\"a\\u002Fb\": 1.0,\n\t\"\\ud800\": 1e400,\n\t\"big\": \
                    18446744073709551616,\n\t\"deep\": {\"x\" : [1,\t2.50]},\n\t\"z\": \"\\ud800\"\n}";
        let mut object = Object::parse(text).unwrap();
        assert_eq!(indent_of(text), "\t");
        assert_eq!(object.write("\t", 0).as_str(), text);
        object.set("deep", "{}".into());
        object.set_text("new", "\"");
        assert!(!object.retain(|_| true));
        let changed =
            text.replace("{\"x\" : [1,\t2.50]}", "{}").replace("\n}", ",\n\t\"new\": \"\\\"\"\n}");
        assert_eq!(object.write("\t", 0).as_str(), changed);
    }

    #[test]
    fn of_one_name_the_last_counts_and_null_is_nothing() {
        let mut object = Object::parse(r#"{"a":1,"a":2,"b":null}"#).unwrap();
        assert_eq!(object.get("a"), Some("2"));
        assert_eq!(object.get("b"), None);
        assert!(object.retain(|name| name != "a"));
        assert_eq!(object.get("a"), None);
        for wrong in ["[]", "7", "{", "{\"a\":}", "{} {}", "{\"a\":01}"] {
            assert!(Object::parse(wrong).is_err(), "{wrong}");
        }
    }
}
