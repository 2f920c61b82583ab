//! The `Link` header: where the next page of a list is (RFC 8288).

/// The targets of the links whose relation is `next`; an error where the header speaks of a next page
/// and names none.
pub(crate) fn next_links(header: &str) -> Result<Vec<&str>, ()> {
    let (mut rest, mut found, mut unbracketed) = (header, Vec::new(), false);
    while let Some((before, after)) = rest.split_once('<') {
        let Some((target, after)) = after.split_once('>') else { break };
        unbracketed |= speaks_of_next(before);
        let parameters = split_outside_quotes(after, ',').next().unwrap_or_default();
        if split_outside_quotes(parameters, ';').any(is_next) {
            found.push(target.trim());
        }
        rest = &after[parameters.len()..];
    }
    if unbracketed || speaks_of_next(rest) { Err(()) } else { Ok(found) }
}

/// Whether what stands outside of brackets has the relation.
fn speaks_of_next(text: &str) -> bool {
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
    fn a_next_page_that_is_not_written_as_a_link_is_told() {
        for header in [r#"/v2/x/tags/list?last=b; rel="next""#, "</a; rel=next"] {
            assert_eq!(next_links(header), Err(()), "{header}");
        }
    }

    #[test]
    fn commas_in_targets_and_titles_end_no_link() {
        let header =
            r#"</a?last=x,y>; title="b, <c>; rel=next"; rel=prev, </d?last=x,y>; rel="Next""#;
        assert_eq!(next_links(header), Ok(vec!["/d?last=x,y"]));
    }
}
