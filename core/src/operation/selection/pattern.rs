//! Patterns for names of repositories and for tags.

use std::fmt;

use ocigraph_types::{Code, Error, Result};

/// Maximum length of a pattern in bytes. A name of a repository has up to 255.
const MAX_BYTES: usize = 1024;

/// A pattern: `*` means any characters but `/`, `**` those too, `?` one character, `[a-c]` one of
/// several, and `{a,b}` one of several texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(String);

impl Pattern {
    /// Parses a pattern. `INVALID_ARGUMENT` if it is empty, too long, or has an unclosed bracket.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let refuse = |what: &str| {
            Err(Error::new(Code::InvalidArgument, format!("the pattern {text:?} {what}"))
                .with_hint("write a pattern such as v1.*, team/** or {stable,latest}"))
        };
        if text.is_empty() {
            return refuse("is empty");
        }
        if text.len() > MAX_BYTES {
            return refuse("is too long");
        }
        for (open, close) in [('[', ']'), ('{', '}')] {
            if text.matches(open).count() != text.matches(close).count() {
                return refuse(&format!("has a {open} without a {close}, or the reverse"));
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// Parses several patterns. A text can have several with commas between them.
    pub(crate) fn parse_all(texts: &[String]) -> Result<Vec<Self>> {
        texts.iter().flat_map(|text| split(text)).map(Self::parse).collect()
    }

    /// Returns true if a text is meant as a pattern.
    pub(crate) fn is_in(text: &str) -> bool {
        text.contains(['*', '?', '[', '{'])
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        fast_glob::glob_match(&self.0, name)
    }
}

/// Splits a text at the commas that are not in brackets. No name has a comma.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |c| {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_part_of_a_name() {
        for (pattern, name, expected) in [
            ("v1.*", "v1.2", true),
            ("v1.*", "v1.", true),
            ("v1.*", "v10", false),
            ("v?", "v1", true),
            ("*", "team/app", false),
            ("**", "team/app", true),
            ("team/*", "team/app", true),
            ("team/*", "team/app/x", false),
            ("team/**", "team/app/x", true),
            ("{stable,latest}", "latest", true),
            ("v[1-2]", "v3", false),
            ("*-rc*", "v1-rc1", true),
        ] {
            assert_eq!(
                Pattern::parse(pattern).unwrap().matches(name),
                expected,
                "{pattern} {name}"
            );
        }
    }

    #[test]
    fn a_comma_outside_of_brackets_divides_patterns() {
        let of = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            let patterns = Pattern::parse_all(&texts)?;
            Ok::<_, Error>(patterns.iter().map(Pattern::to_string).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(of(&["v1,v2.*", "w"]).unwrap(), "v1 v2.* w");
        assert_eq!(of(&["{a,b},c", "x[1,2]"]).unwrap(), "{a,b} c x[1,2]");
        assert!(of(&["v1,"]).is_err());
        assert!(of(&[]).unwrap().is_empty());
    }

    #[test]
    fn a_pattern_that_cannot_be_meant_is_refused() {
        for pattern in ["", "v[1", "{a,b", &"x".repeat(MAX_BYTES + 1)] {
            let error = Pattern::parse(pattern).unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument);
        }
    }
}
