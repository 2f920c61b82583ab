//! The challenges of a registry: the `WWW-Authenticate` header (RFC 9110, section 11.6.1).
//!
//! A header may have several challenges, and a response several headers. Malformed ones are
//! skipped.

use std::collections::BTreeMap;

use http::{HeaderMap, header};

/// One challenge: a scheme and its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// The scheme in lower case: `basic`, `bearer`.
    pub(crate) scheme: String,
    /// The parameters by name, in lower case.
    pub(crate) parameters: BTreeMap<String, String>,
}

/// Returns all challenges of a response.
pub(crate) fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    let values = headers.get_all(header::WWW_AUTHENTICATE).iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(parse_challenges).collect()
}

/// Returns all challenges of one header value.
pub(crate) fn parse_challenges(header: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    // The name of the last parameter, if its value has no quotes.
    let mut unquoted: Option<String> = None;
    for part in split_outside_quotes(header) {
        let part = part.trim();
        // `Scheme name=value` begins a challenge, `name=value` continues it.
        let (first, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
        let parameter = if first.contains('=') || rest.trim_start().starts_with('=') {
            part
        } else {
            if first.is_empty() || !first.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                continue;
            }
            // `scope=repository:app:pull,push` should have quotes, since the comma belongs to it.
            if rest.is_empty()
                && !is_known(first)
                && let (Some(name), Some(challenge)) = (&unquoted, challenges.last_mut())
                && let Some(value) = challenge.parameters.get_mut(name)
            {
                value.push(',');
                value.push_str(first);
                continue;
            }
            challenges.push(Challenge {
                scheme: first.to_ascii_lowercase(),
                parameters: BTreeMap::new(),
            });
            rest
        };
        if let (Some(challenge), Some((name, value))) =
            (challenges.last_mut(), parameter.split_once('='))
        {
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            unquoted = (!value.starts_with('"')).then(|| name.clone());
            challenge.parameters.insert(name, unquote(value));
        }
    }
    challenges
}

/// Returns true for schemes that may come without parameters.
fn is_known(scheme: &str) -> bool {
    ["basic", "bearer", "digest", "negotiate", "ntlm"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
}

fn split_outside_quotes(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (i, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else { return text.to_owned() };
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_header_may_have_several_challenges() {
        let challenges = parse_challenges(
            r#"Basic realm="a, b", BEARER realm="https://auth.example/token",service=reg,scope="repository:x:pull,push""#,
        );
        assert_eq!(challenges.len(), 2);
        assert_eq!(challenges[0].scheme, "basic");
        assert_eq!(challenges[0].parameters["realm"], "a, b");
        assert_eq!(challenges[1].scheme, "bearer");
        assert_eq!(challenges[1].parameters["scope"], "repository:x:pull,push");
    }

    #[test]
    fn a_value_without_quotes_may_have_commas() {
        let challenges = parse_challenges(
            "Bearer realm=https://a.example/t,scope=repository:x:pull,push,service=s, Basic",
        );
        assert_eq!(challenges.len(), 2);
        assert_eq!(challenges[0].parameters["scope"], "repository:x:pull,push");
        assert_eq!(challenges[0].parameters["service"], "s");
    }

    #[test]
    fn malformed_parts_are_skipped() {
        assert!(parse_challenges("=,\"").is_empty());
        let challenges = parse_challenges(r#"realm="x", Basic"#);
        assert_eq!(challenges, [Challenge { scheme: "basic".into(), parameters: BTreeMap::new() }]);
    }
}
