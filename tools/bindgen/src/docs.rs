//! Documentation comments: their parts, and how a language writes each part.
//!
//! The comments of the core are Markdown with links of rustdoc. [`Doc::parse`] resolves these links,
//! and a [`Dialect`] writes them as its language does: an error code is `NOT_FOUND` in C,
//! `NotFoundError` in Python and `[ErrNotFound]` in Go.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A documentation comment as paragraphs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Doc {
    pub(crate) paragraphs: Vec<Vec<Inline>>,
}

/// A part of a paragraph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Inline {
    Text {
        text: String,
    },
    /// Text in backticks that does not name a part of the definition.
    Code {
        text: String,
    },
    /// The name of an option, a result's field or an argument, in snake case.
    Name {
        name: String,
    },
    /// The name of an error code, for example `NOT_FOUND`.
    ErrorCode {
        code: String,
    },
    /// A variant of an enumeration, for example `Outcome::Uploaded`.
    Variant {
        of: String,
        name: String,
    },
    /// A field or method, for example `PushOptions::files` or `Client::list_tags`.
    Member {
        of: String,
        name: String,
    },
    /// A type, for example `Graph`.
    Type {
        name: String,
    },
    Link {
        text: String,
        url: String,
    },
}

/// How a language writes the parts of a comment.
pub(crate) trait Dialect {
    fn code(&self, text: &str) -> String;
    fn name(&self, name: &str) -> String;
    fn error_code(&self, code: &str) -> String;
    fn variant(&self, of: &str, name: &str) -> String;
    fn member(&self, of: &str, name: &str) -> String;
    fn type_name(&self, name: &str) -> String;
    fn link(&self, text: &str, url: &str) -> String;
}

/// An error of an operation with its condition, for example `NOT_FOUND` and "if the subject does not
/// exist".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ErrorCase {
    pub(crate) codes: Vec<String>,
    pub(crate) condition: Doc,
}

/// A comment without its sections, and what the section `# Errors` states.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct OperationDoc {
    pub(crate) doc: Doc,
    pub(crate) errors: Vec<ErrorCase>,
    /// Sentences of the section `# Errors` that name no code.
    pub(crate) remarks: Doc,
}

impl Doc {
    /// Parses a comment. Code blocks and sections with a heading are left out.
    pub(crate) fn parse(markdown: &str, names: &dyn Fn(&str) -> bool) -> Self {
        Self { paragraphs: paragraphs(&section(markdown, None), &links(markdown), names) }
    }

    pub(crate) fn of(text: &str) -> Self {
        Self::parse(text, &|_| false)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.paragraphs.is_empty()
    }

    /// The paragraphs as a language writes them.
    pub(crate) fn written(&self, dialect: &dyn Dialect) -> Vec<String> {
        let inline = |part: &Inline| match part {
            Inline::Text { text } => text.clone(),
            Inline::Code { text } => dialect.code(text),
            Inline::Name { name } => dialect.name(name),
            Inline::ErrorCode { code } => dialect.error_code(code),
            Inline::Variant { of, name } => dialect.variant(of, name),
            Inline::Member { of, name } => dialect.member(of, name),
            Inline::Type { name } => dialect.type_name(name),
            Inline::Link { text, url } => dialect.link(text, url),
        };
        self.paragraphs.iter().map(|parts| parts.iter().map(inline).collect()).collect()
    }

    /// The comment as one text, for a place that has no paragraphs.
    pub(crate) fn line(&self, dialect: &dyn Dialect) -> String {
        self.written(dialect).join(" ")
    }

    /// The first word in lower case, if the comment starts with text.
    pub(crate) fn first_word(&self) -> String {
        match self.paragraphs.first().and_then(|parts| parts.first()) {
            Some(Inline::Text { text }) => {
                let word = text.split_whitespace().next().unwrap_or_default();
                word.trim_end_matches([',', ':', ';']).to_lowercase()
            }
            _ => String::new(),
        }
    }

    /// True if the comment starts with a verb in the third person, as in "Keeps existing files.", and
    /// not with a noun, as in "The artifact type."
    pub(crate) fn starts_with_verb(&self) -> bool {
        let word = self.first_word();
        word == "also"
            || word == "only"
            || word == "does"
            || (word.ends_with('s') && !NOUNS_IN_S.contains(&word.as_str()))
    }

    /// The comment with its first letter in lower case, for use inside a sentence.
    pub(crate) fn lower_first(&self) -> Self {
        self.with_first(|text| {
            let word: String = text.chars().take_while(|c| c.is_alphanumeric()).collect();
            // An abbreviation such as `PEM` keeps its letters.
            if word.chars().skip(1).any(char::is_uppercase) || word.len() == 1 && word != "A" {
                return text.to_owned();
            }
            let mut letters = text.chars();
            letters.next().map_or(String::new(), |c| c.to_lowercase().chain(letters).collect())
        })
    }

    /// The comment after `text`, which begins its first sentence.
    pub(crate) fn after(&self, text: &str) -> Self {
        let mut doc = self.clone();
        match doc.paragraphs.first_mut() {
            Some(first) => first.insert(0, Inline::Text { text: text.to_owned() }),
            None => doc.paragraphs.push(vec![Inline::Text { text: text.to_owned() }]),
        }
        doc
    }

    /// The comment without its first words `prefix`, if it starts with them.
    pub(crate) fn without_prefix(&self, prefix: &str) -> Option<Self> {
        let Some(Inline::Text { text }) = self.paragraphs.first().and_then(|p| p.first()) else {
            return None;
        };
        text.starts_with(prefix).then(|| self.with_first(|text| text[prefix.len()..].to_owned()))
    }

    /// The first sentence, and the rest of the comment.
    pub(crate) fn split_first_sentence(&self) -> (Self, Self) {
        let Some(first) = self.paragraphs.first() else { return Default::default() };
        let rest = self.paragraphs[1..].to_vec();
        for (i, part) in first.iter().enumerate() {
            let Inline::Text { text } = part else { continue };
            let Some(end) = sentence_end(text) else { continue };
            let (head, tail) = (text[..=end].to_owned(), text[end + 1..].trim_start().to_owned());
            let mut sentence = first[..i].to_vec();
            sentence.push(Inline::Text { text: head });
            let mut after = first[i + 1..].to_vec();
            if !tail.is_empty() {
                after.insert(0, Inline::Text { text: tail });
            }
            let mut others = Vec::new();
            if !after.is_empty() {
                others.push(after);
            }
            others.extend(rest);
            return (Self { paragraphs: vec![sentence] }, Self { paragraphs: others });
        }
        (Self { paragraphs: vec![first.clone()] }, Self { paragraphs: rest })
    }

    fn with_first(&self, change: impl Fn(&str) -> String) -> Self {
        let mut doc = self.clone();
        if let Some(Inline::Text { text }) = doc.paragraphs.first_mut().and_then(|p| p.first_mut())
        {
            *text = change(text);
        }
        doc
    }
}

/// Nouns with which a comment starts, and that end like a verb in the third person.
const NOUNS_IN_S: [&str; 6] = ["bytes", "files", "tags", "numbers", "limits", "this"];

impl OperationDoc {
    pub(crate) fn parse(markdown: &str, names: &dyn Fn(&str) -> bool) -> Self {
        let links = links(markdown);
        let doc = Doc { paragraphs: paragraphs(&section(markdown, None), &links, names) };
        let stated = paragraphs(&section(markdown, Some("Errors")), &links, names);
        let (mut errors, mut remarks) = (Vec::new(), Doc::default());
        for paragraph in stated {
            cases(paragraph, &mut errors, &mut remarks);
        }
        Self { doc, errors, remarks }
    }
}

/// Splits "A if x, B or C if y. Remark." into the cases A, and B or C, and the remark.
fn cases(paragraph: Vec<Inline>, errors: &mut Vec<ErrorCase>, remarks: &mut Doc) {
    let mut remark = Vec::new();
    for part in paragraph {
        match part {
            // A code in a sentence of its own belongs to it.
            part if !remark.is_empty() => remark.push(part),
            Inline::ErrorCode { code } => match errors.last_mut() {
                Some(case) if is_conjunction(&case.condition) => {
                    case.condition = Doc::default();
                    case.codes.push(code);
                }
                _ => {
                    if let Some(case) = errors.last_mut() {
                        trim_end(&mut case.condition);
                    }
                    errors.push(ErrorCase { codes: vec![code], condition: Doc::default() });
                }
            },
            Inline::Text { text } => {
                let (own, after) = match sentence_end(&text) {
                    Some(end) => (text[..=end].to_owned(), text[end + 1..].trim_start().to_owned()),
                    None => (text, String::new()),
                };
                match errors.last_mut() {
                    Some(case) => push(&mut case.condition, Inline::Text { text: own }),
                    None => remark.push(Inline::Text { text: own }),
                }
                if !after.is_empty() {
                    remark.push(Inline::Text { text: after });
                }
            }
            part => match errors.last_mut() {
                Some(case) => push(&mut case.condition, part),
                None => remark.push(part),
            },
        }
    }
    if let Some(case) = errors.last_mut() {
        trim_end(&mut case.condition);
    }
    if !remark.is_empty() {
        remarks.paragraphs.push(remark);
    }
    for case in errors.iter_mut() {
        if let Some(condition) = case.condition.without_prefix(" ") {
            case.condition = condition;
        }
    }
}

fn push(doc: &mut Doc, part: Inline) {
    match doc.paragraphs.first_mut() {
        Some(parts) => parts.push(part),
        None => doc.paragraphs.push(vec![part]),
    }
}

fn is_conjunction(condition: &Doc) -> bool {
    matches!(condition.paragraphs.first().map(Vec::as_slice),
        Some([Inline::Text { text }]) if matches!(text.trim(), "or" | "and" | ","))
}

/// Removes the comma, semicolon or period, and the conjunction, at the end of a condition.
fn trim_end(condition: &mut Doc) {
    if let Some(Inline::Text { text }) = condition.paragraphs.last_mut().and_then(|p| p.last_mut())
    {
        let trimmed = text.trim_end().trim_end_matches([',', ';', '.']);
        let trimmed = trimmed.strip_suffix(", and").or(trimmed.strip_suffix(" and"));
        let kept = trimmed.unwrap_or(text.trim_end()).trim_end_matches([',', ';', '.', ' ']);
        *text = kept.to_owned();
    }
}

/// The index of the period that ends a sentence before another one, if any.
fn sentence_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let ends = |i: usize| bytes[i] == b'.' && bytes.get(i + 1).is_none_or(|b| *b == b' ');
    (0..bytes.len()).find(|&i| {
        ends(i) && text.get(i + 2..).is_none_or(|next| !next.starts_with(char::is_lowercase))
    })
}

/// The lines outside code blocks: those before the first heading, or of the section `heading`.
fn section(markdown: &str, heading: Option<&str>) -> String {
    let (mut current, mut in_code, mut lines) = (None, false, Vec::new());
    for line in markdown.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code || definition(line).is_some() {
        } else if let Some(title) = line.strip_prefix("# ") {
            current = Some(title.to_owned());
        } else if current.as_deref() == heading {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// The label and URL of a line `[label]: URL`.
fn definition(line: &str) -> Option<(&str, &str)> {
    let (label, url) = line.trim().strip_prefix('[')?.split_once("]: ")?;
    // A line that only starts with a link is text: `[the specification][spec]: its section 2`.
    (!label.contains(']') && !url.contains(' ')).then_some((label, url))
}

fn links(markdown: &str) -> BTreeMap<String, String> {
    let definitions = markdown.lines().filter_map(definition);
    definitions.map(|(label, url)| (label.to_owned(), url.to_owned())).collect()
}

fn paragraphs(
    text: &str,
    links: &BTreeMap<String, String>,
    names: &dyn Fn(&str) -> bool,
) -> Vec<Vec<Inline>> {
    let mut blocks: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let item = line.strip_prefix("- ");
        match (item.unwrap_or(line).trim(), open && item.is_none()) {
            ("", _) => open = false,
            (line, true) => {
                let block = blocks.last_mut().expect("an open paragraph exists");
                block.push(' ');
                block.push_str(line);
            }
            (line, false) => {
                blocks.push(line.to_owned());
                open = true;
            }
        }
    }
    blocks.iter().map(|block| inlines(block, links, names)).collect()
}

fn inlines(
    text: &str,
    links: &BTreeMap<String, String>,
    names: &dyn Fn(&str) -> bool,
) -> Vec<Inline> {
    let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
    let flush = |plain: &mut String, parts: &mut Vec<Inline>| {
        if !plain.is_empty() {
            parts.push(Inline::Text { text: std::mem::take(plain) });
        }
    };
    while let Some(c) = rest.chars().next() {
        let found = match c {
            '`' => rest[1..].find('`').map(|end| {
                let code = &rest[1..=end];
                (code_or_name(code, names), end + 2)
            }),
            '[' => link(rest, links, names),
            // A URL in angle brackets.
            '<' if rest.starts_with("<http") => rest.find('>').map(|end| {
                let url = rest[1..end].to_owned();
                (Inline::Link { text: String::new(), url }, end + 1)
            }),
            _ => None,
        };
        match found {
            Some((part, length)) => {
                flush(&mut plain, &mut parts);
                parts.push(part);
                rest = &rest[length..];
            }
            None => {
                plain.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    flush(&mut plain, &mut parts);
    parts
}

fn code_or_name(code: &str, names: &dyn Fn(&str) -> bool) -> Inline {
    if names(code) {
        return Inline::Name { name: code.to_owned() };
    }
    match path(code) {
        Some(
            part @ (Inline::Variant { .. } | Inline::Member { .. } | Inline::ErrorCode { .. }),
        ) => part,
        _ => Inline::Code { text: code.to_owned() },
    }
}

/// A link at the start of `text`, and its length.
fn link(
    text: &str,
    links: &BTreeMap<String, String>,
    names: &dyn Fn(&str) -> bool,
) -> Option<(Inline, usize)> {
    let end = text.find(']')?;
    let label = &text[1..end];
    let after = &text[end + 1..];
    let (target, length) = if let Some(target) = after.strip_prefix('(') {
        let close = target.find(')')?;
        (target[..close].to_owned(), end + 1 + close + 2)
    } else if let Some(reference) = after.strip_prefix('[') {
        let close = reference.find(']')?;
        (links.get(&reference[..close]).cloned()?, end + 1 + close + 2)
    } else if let Some(target) = links.get(label) {
        (target.clone(), end + 1)
    } else {
        (label.trim_matches('`').to_owned(), end + 1)
    };
    if target.starts_with("http") {
        let text = label.replace('`', "");
        return Some((Inline::Link { text, url: target }, length));
    }
    let part = path(&target).unwrap_or_else(|| code_or_name(label.trim_matches('`'), names));
    // A link without a target of the definition is text in brackets.
    (label.starts_with('`') || after.starts_with('(')).then_some((part, length))
}

/// The part that a path of Rust names: an error code, a variant, a member or a type.
fn path(target: &str) -> Option<Inline> {
    let target = target.strip_suffix("()").unwrap_or(target);
    let mut parts: Vec<&str> = target.split("::").collect();
    if parts.first() == Some(&"crate") || parts.first() == Some(&"ocigraph") {
        parts.remove(0);
    }
    let capital = |text: &str| text.starts_with(char::is_uppercase);
    match parts.as_slice() {
        ["Code", code] => Some(Inline::ErrorCode { code: screaming(code) }),
        [of, name] if capital(of) && capital(name) => {
            Some(Inline::Variant { of: (*of).to_owned(), name: (*name).to_owned() })
        }
        [of, name] if capital(of) => {
            Some(Inline::Member { of: (*of).to_owned(), name: (*name).to_owned() })
        }
        [name] if capital(name) && name.chars().all(char::is_alphanumeric) => {
            Some(Inline::Type { name: (*name).to_owned() })
        }
        _ => None,
    }
}

/// `NotFound` as `NOT_FOUND`.
pub(crate) fn screaming(name: &str) -> String {
    let mut text = String::new();
    for (i, c) in name.chars().enumerate() {
        if i > 0 && c.is_uppercase() {
            text.push('_');
        }
        text.extend(c.to_uppercase());
    }
    text
}

/// Breaks a paragraph into lines of at most `width` characters. A longer word has a line of its own.
pub(crate) fn wrapped(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in paragraph.split_whitespace() {
        let line = lines.last_mut().expect("a first line exists");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Paragraphs as lines with a prefix, with an empty line between paragraphs. `prefix` counts for the
/// width.
pub(crate) fn comment(paragraphs: &[String], prefix: &str, width: usize) -> Vec<String> {
    let room = width.saturating_sub(prefix.chars().count());
    let mut lines = Vec::new();
    for (i, paragraph) in paragraphs.iter().enumerate() {
        if i > 0 {
            lines.push(prefix.trim_end().to_owned());
        }
        lines.extend(wrapped(paragraph, room).iter().map(|line| format!("{prefix}{line}")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain;

    impl Dialect for Plain {
        fn code(&self, text: &str) -> String {
            format!("`{text}`")
        }
        fn name(&self, name: &str) -> String {
            format!("<{name}>")
        }
        fn error_code(&self, code: &str) -> String {
            code.to_owned()
        }
        fn variant(&self, of: &str, name: &str) -> String {
            format!("{of}.{name}")
        }
        fn member(&self, of: &str, name: &str) -> String {
            format!("{of}#{name}")
        }
        fn type_name(&self, name: &str) -> String {
            name.to_owned()
        }
        fn link(&self, text: &str, url: &str) -> String {
            format!("{text} ({url})")
        }
    }

    #[test]
    fn links_of_rustdoc_become_parts() {
        let doc = Doc::parse(
            " The type: see [the\n specification][spec]. [NOT_FOUND](crate::Code::NotFound) if\n `depth` is 0.\n Default: [`ManifestFormat::Auto`].\n\n [spec]: https://example.com/spec",
            &|name| name == "depth",
        );
        assert_eq!(
            doc.written(&Plain),
            [
                "The type: see the specification (https://example.com/spec). NOT_FOUND if <depth> is 0. Default: ManifestFormat.Auto."
            ]
        );
    }

    #[test]
    fn text_after_a_link_at_the_start_of_a_line_stays() {
        let doc = Doc::parse(
            " [A format][spec]: its text.\n\n [spec]: https://example.com/spec",
            &|_| false,
        );
        assert_eq!(doc.written(&Plain), ["A format (https://example.com/spec): its text."]);
    }

    #[test]
    fn errors_are_split_into_cases_and_remarks() {
        let parsed = OperationDoc::parse(
            " Deletes it.\n\n # Errors\n [`Code::InvalidArgument`] if `tags` is empty, [`Code::NotFound`] or\n [`Code::Forbidden`] if a tag does not exist. The rest is in the report. It fails with\n [`Code::Conflict`] if another process deletes it.",
            &|_| false,
        );
        assert_eq!(parsed.doc.written(&Plain), ["Deletes it."]);
        let cases: Vec<_> = parsed
            .errors
            .iter()
            .map(|case| (case.codes.join("|"), case.condition.line(&Plain)))
            .collect();
        assert_eq!(
            cases,
            [
                ("INVALID_ARGUMENT".to_owned(), "if `tags` is empty".to_owned()),
                ("NOT_FOUND|FORBIDDEN".to_owned(), "if a tag does not exist".to_owned()),
            ]
        );
        let remarks =
            ["The rest is in the report. It fails with CONFLICT if another process deletes it."];
        assert_eq!(parsed.remarks.written(&Plain), remarks);
    }

    #[test]
    fn a_comment_fits_into_another_sentence() {
        let noun = Doc::of("The artifact type. Default: none.");
        assert!(!noun.starts_with_verb());
        assert_eq!(noun.lower_first().line(&Plain), "the artifact type. Default: none.");
        let verb = Doc::of("Keeps existing files.");
        assert!(verb.starts_with_verb());
        assert_eq!(Doc::of("PEM file.").lower_first().line(&Plain), "PEM file.");
        let (first, rest) = Doc::of("Time of it, e.g. now. Default: 30 s.").split_first_sentence();
        assert_eq!(first.line(&Plain), "Time of it, e.g. now.");
        assert_eq!(rest.line(&Plain), "Default: 30 s.");
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(
            comment(&["one two three".into(), "four".into()], "// ", 10),
            ["// one two", "// three", "//", "// four"]
        );
    }
}
