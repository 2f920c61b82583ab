//! Parsers of HTTP headers: `WWW-Authenticate` challenges and `Link`.

use std::collections::BTreeMap;

use bolero::{check, produce, produce_with};

use super::{pick, picks, text};
use crate::store::registry::{auth::parse_challenges, next_links};

/// Quotes a string: RFC 9110, section 5.6.4.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[test]
fn challenges_of_an_arbitrary_header_have_normalized_names() {
    const WORDS: [&str; 14] = [
        "Basic",
        "Bearer",
        "realm",
        "=",
        "\"",
        ",",
        " ",
        "\\",
        "\t",
        "service=x",
        "scope",
        "https://auth.example/token",
        "repository:a:pull,push",
        "error=\"insufficient_scope\"",
    ];
    check!().with_generator(picks(16)).for_each(|picks| {
        for challenge in parse_challenges(&text(&WORDS, picks)) {
            let scheme = &challenge.scheme;
            assert!(!scheme.is_empty() && *scheme == scheme.to_ascii_lowercase(), "{scheme}");
            for name in challenge.parameters.keys() {
                assert!(*name == name.to_ascii_lowercase() && name.trim() == name, "{name}");
            }
        }
    });
}

#[test]
fn challenges_are_parsed_as_they_were_written() {
    const SCHEMES: [&str; 4] = ["Basic", "bearer", "NTLM", "X-Other"];
    const NAMES: [&str; 4] = ["realm", "Service", "scope", "error"];
    const COMMAS: [&str; 3] = [", ", ",", " , "];
    const EQUALS: [&str; 2] = ["=", " = "];
    let parameters = produce_with::<BTreeMap<u8, String>>().keys(0..4u8).len(0..4usize);
    let challenge = (produce::<u8>(), parameters);
    let challenges =
        produce_with::<Vec<(u8, BTreeMap<u8, String>)>>().values(challenge).len(0..4usize);
    check!().with_generator((challenges, produce::<u8>(), produce::<u8>())).for_each(
        |(challenges, comma, equals)| {
            let (comma, equals) = (pick(&COMMAS, *comma), pick(&EQUALS, *equals));
            let mut header = Vec::new();
            let mut expected = Vec::new();
            for (scheme, parameters) in challenges {
                let scheme = pick(&SCHEMES, *scheme);
                let write = |(name, value): (&u8, &String)| {
                    // A token may be written without quotes.
                    let token =
                        !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric());
                    let value = if token { value.clone() } else { quoted(value) };
                    format!("{}{equals}{value}", pick(&NAMES, *name))
                };
                let written: Vec<String> = parameters.iter().map(write).collect();
                header.push(format!("{scheme} {}", written.join(comma)));
                let read = |(name, value): (&u8, &String)| {
                    (pick(&NAMES, *name).to_ascii_lowercase(), value.clone())
                };
                let parameters: BTreeMap<_, _> = parameters.iter().map(read).collect();
                expected.push((scheme.to_ascii_lowercase(), parameters));
            }
            let header = header.join(comma);
            let read = parse_challenges(&header).into_iter().map(|c| (c.scheme, c.parameters));
            assert_eq!(read.collect::<Vec<_>>(), expected, "{header}");
        },
    );
}

#[test]
fn the_next_page_of_an_arbitrary_header_is_a_part_of_it() {
    const WORDS: [&str; 13] =
        ["<", ">", ";", ",", "rel", "=", "\"", "next", " ", "/v2/a?n=1", "prev", "title", "\\"];
    check!().with_generator(picks(16)).for_each(|picks| {
        let header = text(&WORDS, picks);
        for next in next_links(&header).unwrap_or_default() {
            assert!(header.contains(next) && header.contains("next"), "{header}");
        }
    });
}

#[test]
fn the_next_page_is_found_among_any_links() {
    const TARGETS: [&str; 9] =
        ["/v2/a/tags/list", "?last=", "a,b", ";x", "=", "https://r.example/", "%3E", "é", "\""];
    const RELATIONS: [&str; 6] =
        ["rel=next", "rel=\"next\"", "REL=\"prev Next\"", "rel=\"prev\"", "rel=nextish", "x=next"];
    const TITLES: [&str; 7] = ["<", ">", ", ", "; ", "rel=next", "\"", "\\"];
    let link = (picks(4), produce::<u8>(), picks(4));
    type Link = (super::Picks, u8, super::Picks);
    let links = produce_with::<Vec<Link>>().values(link).len(0..4usize);
    check!().with_generator(links).for_each(|links| {
        let mut header = Vec::new();
        let mut expected = Vec::new();
        for (target, relation, title) in links {
            let target = text(&TARGETS, target).replace(['<', '>'], "");
            let title = quoted(&text(&TITLES, title));
            let index = usize::from(*relation) % RELATIONS.len();
            header.push(format!("<{target}>; title={title}; {}", RELATIONS[index]));
            if index < 3 {
                expected.push(target.trim().to_owned());
            }
        }
        let header = header.join(", ");
        assert_eq!(next_links(&header).unwrap(), expected, "{header}");
    });
}
