//! References and digests: what was parsed is formatted the same, and changed content is detected.

use bolero::{check, produce, produce_with};

use super::{Edit, edited, pick, picks, text};
use ocigraph_types::{
    Algorithm, Code, Descriptor, Digest, Error, Location, Reference, Verifier, check_layout_tag,
};

const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

const WORDS: [&str; 44] = [
    "localhost",
    "registry.example.com",
    "127.0.0.1",
    "[::1]",
    "[",
    "]",
    "Host.Example",
    ":5000",
    ":0",
    ":65536",
    ":+5",
    ":080",
    "oci:",
    "/",
    "//",
    "app",
    "team/app",
    "a__b",
    "a--b",
    "a.b",
    "_",
    "-",
    ".",
    "..",
    "App",
    ":",
    ":v1",
    ":latest",
    "v1,v1",
    ",",
    "@",
    "@sha256:",
    HEX,
    "@sha512:",
    "C:\\folder",
    "://",
    "docker.io/library/hello:1.0",
    "x/y:1",
    "v1+build.5",
    "/:",
    ":/",
    "\\",
    "a:b",
    "hello world",
];

fn parse_and_format(text: &str) {
    let reference = match text.parse::<Reference>() {
        Ok(reference) => reference,
        Err(error) => return assert_eq!(error.code(), Code::InvalidReference, "{text:?}"),
    };
    let written = reference.to_string();
    assert_eq!(written.parse::<Reference>().unwrap(), reference, "{text:?}");
    let commas = |text: &str| text.matches(',').count();
    // A repeated tag is kept once, and a host becomes lower case. Nothing else changes.
    if commas(text) == commas(&written) {
        assert!(written.eq_ignore_ascii_case(text), "{text:?} is written as {written:?}");
    }
    if let Location::Registry { host, repository } = reference.location() {
        assert!(!text.contains(|c: char| !c.is_ascii_graphic()), "{text:?}");
        assert!(host.port() != Some(0) && !repository.is_empty());
    }
    let name = reference.name();
    assert_eq!(name.is_ok(), reference.digest().is_some() || reference.tags().len() == 1);
}

#[test]
fn arbitrary_text_is_a_reference_that_formats_the_same_or_refused() {
    check!().with_type::<String>().for_each(|text| parse_and_format(text));
}

#[test]
fn references_built_from_words_format_the_same() {
    check!().with_generator(picks(8)).for_each(|picks| parse_and_format(&text(&WORDS, picks)));
}

#[test]
fn a_port_consists_of_digits_after_a_colon() {
    for host in ["localhost:+5", "localhost:080", "localhost:0", "[::1]5000", "[::1]:"] {
        assert!(format!("{host}/app:v1").parse::<Reference>().is_err(), "{host}");
    }
}

#[test]
fn a_reference_built_from_valid_parts_is_parsed_into_them() {
    const HOSTS: [&str; 6] =
        ["localhost", "a.example:1", "[2001:db8::1]:65535", "[::1]", "10.0.0.1:80", "x_y.z-a"];
    const PARTS: [&str; 7] = ["a", "0", "net-monitor", "a.b", "a_b", "a__b", "a---b"];
    const TAGS: [&str; 5] = ["v1", "_", "1.2-3_x", "V", "latest"];
    let parts = (
        produce::<u8>(),
        produce_with::<Vec<u8>>().len(1..5usize),
        produce_with::<std::collections::BTreeSet<u8>>().values(0..5u8).len(0..4usize),
        produce::<bool>(),
    );
    check!().with_generator(parts).for_each(|(host, repository, tags, digest)| {
        let host = pick(&HOSTS, *host);
        let repository: Vec<&str> = repository.iter().map(|p| pick(&PARTS, *p)).collect();
        let repository = repository.join("/");
        let tags: Vec<&str> = tags.iter().map(|t| pick(&TAGS, *t)).collect();
        let mut text = format!("{host}/{repository}");
        if !tags.is_empty() {
            text += &format!(":{}", tags.join(","));
        }
        if *digest {
            text += &format!("@sha256:{HEX}");
        }
        let read: Reference = text.parse().unwrap_or_else(|e: Error| panic!("{e}"));
        let location = Location::Registry { host: host.parse().unwrap(), repository };
        assert_eq!(*read.location(), location);
        assert_eq!((read.tags(), read.digest().is_some()), (&owned(&tags)[..], *digest));
        assert_eq!(read.to_string(), text);
    });
}

#[test]
fn a_reference_to_a_layout_is_parsed_into_its_path_and_names() {
    const PATHS: [&str; 6] = ["no/such", "no:such/", "/no:such:x/", "C:\\no", "no@such", "no:/x"];
    const PARTS: [&str; 9] = ["a", "Z0", "a.b", "a:1", "a--b", "a+b", "a@b", "_", "x y"];
    let parts = (produce::<u8>(), produce_with::<Vec<Vec<u8>>>().len(0..4usize), produce::<bool>());
    check!().with_generator(parts).for_each(|(path, names, digest)| {
        let path = pick(&PATHS, *path);
        let mut tags: Vec<String> = Vec::new();
        for name in names.iter().filter(|name| !name.is_empty()) {
            let parts: Vec<&str> = name.iter().take(4).map(|p| pick(&PARTS, *p)).collect();
            let tag = parts.join("/");
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let mut text = format!("oci:{path}");
        if !tags.is_empty() {
            text += &format!(":{}", tags.join(","));
        }
        if *digest {
            text += &format!("@sha256:{HEX}");
        }
        let read: Reference = text.parse().unwrap_or_else(|e: Error| panic!("{e}"));
        assert_eq!(*read.location(), Location::Layout(path.into()), "{text}");
        assert_eq!((read.tags(), read.digest().is_some()), (&tags[..], *digest), "{text}");
        assert_eq!(read.to_string(), text);
        let again = Reference::named(read.location().clone(), &tags, read.digest().cloned());
        assert_eq!(again.unwrap(), read);
        let writable = tags.iter().all(|tag| check_layout_tag(tag).is_ok());
        assert_eq!(read.check_tags().is_ok(), writable);
        assert!(!writable || !text.contains("x y"));
    });
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn digests_format_as_they_were_parsed() {
    const WORDS: [&str; 14] = [
        "sha256",
        "sha512",
        "sha256:",
        ":",
        HEX,
        "sha256+b64",
        "+",
        ".",
        "_",
        "-",
        "=",
        "A",
        "f",
        "0",
    ];
    check!().with_generator(picks(6)).for_each(|picks| {
        let text = text(&WORDS, picks);
        match text.parse::<Digest>() {
            Ok(digest) => {
                assert_eq!(digest.to_string(), text);
                assert_eq!(format!("{}:{}", digest.algorithm_name(), digest.encoded()), text);
                // An image layout uses it as a file name.
                assert!(!text.contains(['/', '\\', '\0']) && !digest.encoded().starts_with('.'));
                if let Ok(algorithm) = digest.algorithm() {
                    assert_eq!(digest.as_str().len(), algorithm.digest(b"").as_str().len());
                }
            }
            Err(error) => assert_eq!(error.code(), Code::InvalidReference, "{text:?}"),
        }
    });
}

#[test]
fn only_complete_and_unchanged_content_is_accepted() {
    let content = produce_with::<Vec<u8>>().len(0..200usize);
    let edits = produce_with::<Vec<Edit>>().len(0..3usize);
    check!().with_generator((content, edits, produce::<u8>(), produce::<bool>())).for_each(
        |(content, edits, cut, long)| {
            let algorithm = if *long { Algorithm::Sha512 } else { Algorithm::Sha256 };
            let digest = algorithm.digest(content);
            let blob = Descriptor::new("text/plain", digest, content.len() as u64);
            let received = edited(content, edits);
            let (first, rest) = received.split_at(usize::from(*cut).min(received.len()));
            let mut verifier = Verifier::new(&blob).unwrap();
            let verdict = verifier
                .update(first)
                .and_then(|()| verifier.update(rest))
                .and_then(|()| verifier.finish());
            match verdict {
                Ok(()) => assert_eq!(received, *content),
                Err(e) if received.len() == content.len() => {
                    assert_ne!(received, *content);
                    assert_eq!(e.code(), Code::DigestMismatch);
                }
                Err(e) => assert_eq!(e.code(), Code::SizeMismatch),
            }
        },
    );
}
