//! The `Link` header, which names the next page of a list (RFC 8288; distribution-spec v1.1.1,
//! "Listing Tags").

/// Returns the targets of all links with the relation `next`. Returns an error if the relation is
/// not attached to a well-formed link.
pub(crate) fn next_links(header: &str) -> Result<Vec<&str>, ()> {
    let (mut rest, mut targets, mut malformed) = (header, Vec::new(), false);
    while let Some((before, after)) = rest.split_once('<') {
        let Some((target, after)) = after.split_once('>') else { break };
        malformed |= has_next_relation(before);
        let parameters = split_outside_quotes(after, ',').next().unwrap_or_default();
        if split_outside_quotes(parameters, ';').any(is_next) {
            targets.push(target.trim());
        }
        rest = &after[parameters.len()..];
    }
    if malformed || has_next_relation(rest) { Err(()) } else { Ok(targets) }
}

/// Returns true if text outside of a link has the relation `next`.
fn has_next_relation(text: &str) -> bool {
    split_outside_quotes(text, ',').any(|link| split_outside_quotes(link, ';').any(is_next))
}

fn is_next(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        let value = value.trim().trim_matches(['"', '\'']);
        let mut relations = value.split(|c: char| c.is_ascii_whitespace() || c == ',');
        name.trim().eq_ignore_ascii_case("rel") && relations.any(|r| r.eq_ignore_ascii_case("next"))
    })
}

fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => return c == separator && !quoted,
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::next_links;

    #[test]
    fn the_next_page_is_found_among_links() {
        let one = |header| next_links(header).unwrap();
        let next = "/v2/x/tags/list?last=b&n=2";
        assert_eq!(one(r#"</v2/x/tags/list?last=b&n=2>; rel="next""#), [next]);
        assert_eq!(one(r#"</a>; rel=prev, </b>; title="x"; rel=next"#), ["/b"]);
        assert_eq!(one(r#"</a>; rel="next last""#), ["/a"]);
        assert_eq!(one("</a>; rel=\"last\tnext\""), ["/a"]);
        assert_eq!(one("</a>;rel='next'"), ["/a"]);
        assert_eq!(one("</a>; rel=next, </b>; rel=next"), ["/a", "/b"]);
        assert!(one(r#"</a>; rel="prev""#).is_empty() && one("nonsense").is_empty());
    }

    #[test]
    fn a_malformed_link_to_the_next_page_is_an_error() {
        for header in [r#"/v2/x/tags/list?last=b; rel="next""#, "</a; rel=next"] {
            assert_eq!(next_links(header), Err(()), "{header}");
        }
    }

    #[test]
    fn commas_in_targets_and_titles_do_not_end_a_link() {
        let header =
            r#"</a?last=x,y>; title="b, <c>; rel=next"; rel=prev, </d?last=x,y>; rel="Next""#;
        assert_eq!(next_links(header), Ok(vec!["/d?last=x,y"]));
    }
}
