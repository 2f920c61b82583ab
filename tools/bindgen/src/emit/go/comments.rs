//! The comments of the core as those of Go: sentences that begin with the name they document.

use std::cell::RefCell;

use super::names;
use crate::{
    definition::{Definition, Kind},
    docs::{Dialect, Doc, Inline, comment},
};

const WIDTH: usize = 120;
/// The width of a tab in [`WIDTH`].
const TAB: usize = 4;

/// What a comment documents.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Over an option. A name is that of another option.
    Option,
    /// Over a field of a result.
    Result,
    /// Over a method. A name is that of an argument.
    Method,
}

/// The dialect of Go.
pub(super) struct Go<'a> {
    definition: &'a Definition,
    place: Place,
    /// The links of a method, which its comment defines at its end.
    links: RefCell<Vec<String>>,
}

impl<'a> Go<'a> {
    pub(super) fn new(definition: &'a Definition, place: Place) -> Self {
        Self { definition, place, links: RefCell::default() }
    }

    fn is_operation(&self, name: &str) -> bool {
        self.definition.operations.iter().any(|operation| operation.name == name)
    }

    /// The paragraphs of a comment.
    pub(super) fn paragraphs(&self, doc: &Doc) -> Vec<String> {
        Self::without_nesting(doc).written(self).iter().map(|text| sentences(text)).collect()
    }

    pub(super) fn line(&self, doc: &Doc) -> String {
        self.paragraphs(doc).join(" ")
    }

    /// The definitions of the links that were written.
    pub(super) fn take_links(&self) -> Vec<String> {
        self.links.take()
    }

    /// The comment with links in parentheses as text.
    fn without_nesting(doc: &Doc) -> Doc {
        let mut doc = doc.clone();
        for parts in &mut doc.paragraphs {
            for at in 1..parts.len() {
                let opens = matches!(&parts[at - 1], Inline::Text { text } if text.ends_with('('));
                if let Inline::Link { text, url } = &parts[at]
                    && opens
                {
                    parts[at] = Inline::Text { text: format!("{text}, {url}") };
                }
            }
        }
        doc
    }
}

impl Dialect for Go<'_> {
    fn code(&self, text: &str) -> String {
        if self.is_operation(text) {
            return self.member("Client", text);
        }
        match text {
            "None" if self.place == Place::Result => "nil or empty".to_owned(),
            "None" => "none".to_owned(),
            // A value, which a program writes as text, is quoted; a name is not.
            text if text.contains(['/', ':', ' ', '[']) || text == ".." => format!("\"{text}\""),
            text => text.to_owned(),
        }
    }

    fn name(&self, name: &str) -> String {
        match self.place {
            Place::Option | Place::Result => names::exported(name),
            Place::Method => names::argument(name),
        }
    }

    fn error_code(&self, code: &str) -> String {
        format!("[{}]", names::error_code(code))
    }

    fn variant(&self, of: &str, name: &str) -> String {
        match (of, name) {
            ("Duration", "MAX") => "[math.MaxInt64]".to_owned(),
            (of, _) if !self.definition.enumerations.contains_key(of) => {
                panic!("a comment names the variant {of}::{name}, which Go does not have")
            }
            (of, name) => format!("[{}]", names::constant(of, name)),
        }
    }

    fn member(&self, of: &str, name: &str) -> String {
        assert!(
            of != "Client" || self.is_operation(name),
            "a comment names Client::{name}, which Go does not have"
        );
        format!("[{}.{}]", names::type_name(of), names::exported(name))
    }

    fn type_name(&self, name: &str) -> String {
        format!("[{}]", names::type_name(name))
    }

    fn link(&self, text: &str, url: &str) -> String {
        if text.is_empty() {
            return url.to_owned();
        }
        if self.place != Place::Method {
            // Go shows no links in the comment of a field.
            return format!("{text} ({url})");
        }
        self.links.borrow_mut().push(format!("[{text}]: {url}"));
        format!("[{text}]")
    }
}

/// The sentences as Go has them: an error has a verb, and the zero value of a field always selects the
/// default.
fn sentences(text: &str) -> String {
    let mut text = text
        .replace(". [Err", ". The error is [Err")
        .replace("Default: none, which means ", "Default: ");
    while let Some(start) = text.find("Default, also for ") {
        let end = text[start..].find(':').unwrap_or_else(|| panic!("no colon after {text:?}"));
        text.replace_range(start..start + end, "Default");
    }
    text
}

/// The comment of a field or constant, as a sentence about `name`.
pub(super) fn about(name: &str, kind: &Kind, doc: &Doc) -> Doc {
    let first = doc.first_word();
    let starts_with = |words: &[&str]| words.contains(&first.as_str());
    let are = match kind.required() {
        Kind::List(_) | Kind::Annotations | Kind::Headers | Kind::Record(_)
            if ["s", "ed", "pt"].iter().any(|end| name.ends_with(end)) =>
        {
            "are"
        }
        Kind::List(_) => "lists",
        Kind::Bytes => "holds",
        _ => "is",
    };
    let is_link =
        matches!(doc.paragraphs.first().and_then(|p| p.first()), Some(Inline::Link { .. }));
    let verb = match () {
        () if is_link => format!("{are} the "),
        // "Words of the text" over the field Words starts with its noun.
        () if first == name.to_lowercase() => format!("{are} the "),
        () if doc.starts_with_verb() || starts_with(&["cannot"]) => String::new(),
        () if starts_with(&["whether"]) => "reports ".to_owned(),
        () if first.is_empty() || starts_with(&["true", "where"]) => "is ".to_owned(),
        () if starts_with(&["the", "a", "an", "one", "what"]) => format!("{are} "),
        () => format!("{are} the "),
    };
    let links_first = first.is_empty();
    let doc = if links_first { doc.clone() } else { doc.lower_first() };
    doc.after(&format!("{name} {verb}"))
}

/// The lines of a comment, indented by `depth` tabs.
pub(super) fn lines(paragraphs: &[String], depth: usize) -> Vec<String> {
    let tabs = "\t".repeat(depth);
    let lines = comment(paragraphs, "// ", WIDTH - depth * TAB);
    lines.iter().map(|line| format!("{tabs}{line}")).collect()
}

/// The lines of a list in a comment, as gofmt formats them.
pub(super) fn list(items: &[String]) -> Vec<String> {
    let item = |item: &String| {
        let mut lines = comment(std::slice::from_ref(item), "//     ", WIDTH);
        lines[0].replace_range(.."//     ".len(), "//   - ");
        lines
    };
    items.iter().flat_map(item).collect()
}

/// The text without the sentence that starts with `start`.
pub(super) fn without_sentence(text: &str, start: &str) -> String {
    let Some(at) = text.find(start) else { return text.to_owned() };
    let end = text[at..].find(". ").map_or(text.len(), |end| at + end + 2);
    format!("{}{}", &text[..at], &text[end..]).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn written(name: &str, kind: &Kind, comment: &str) -> String {
        let nothing = Definition {
            operations: Vec::new(),
            records: BTreeMap::new(),
            enumerations: BTreeMap::new(),
        };
        Go::new(&nothing, Place::Option).line(&about(name, kind, &Doc::of(comment)))
    }

    #[test]
    fn a_comment_becomes_a_sentence_about_the_field() {
        let tags = Kind::List(Box::new(Kind::Text));
        for (name, kind, comment, expected) in [
            ("Force", &Kind::Bool, "Also deletes it.", "Force also deletes it."),
            ("Platform", &Kind::Platform, "Selects, in it, one.", "Platform selects, in it, one."),
            ("Retries", &Kind::Count, "Maximum number.", "Retries is the maximum number."),
            ("Tags", &tags, "The tags to set.", "Tags are the tags to set."),
            ("Words", &tags, "Words of the text.", "Words are the words of the text."),
            ("Path", &tags, "The digests on the way.", "Path lists the digests on the way."),
            (
                "Signed",
                &Kind::Bool,
                "Whether it is signed.",
                "Signed reports whether it is signed.",
            ),
            ("Plain", &Kind::Bool, "`true` for plain HTTP.", "Plain is true for plain HTTP."),
            ("CAFile", &Kind::Path, "A PEM file.", "CAFile is a PEM file."),
        ] {
            assert_eq!(written(name, kind, comment), expected);
        }
    }

    #[test]
    fn sentences_have_verbs_and_the_zero_value_is_the_default() {
        let text =
            "Sets it. [NOT_FOUND](Code::NotFound) if it does not exist. Default, also for 0: 128.";
        assert_eq!(
            written("Number", &Kind::Count, text),
            "Number sets it. The error is [ErrNotFound] if it does not exist. Default: 128."
        );
        assert_eq!(
            written(
                "Agent",
                &Kind::Text,
                "The agent ([RFC 9110](https://example.com)). Default: `None`."
            ),
            "Agent is the agent (RFC 9110, https://example.com). Default: none."
        );
        assert_eq!(
            without_sentence("One. 0 counts as 1. Default: 5.", "0 counts"),
            "One. Default: 5."
        );
    }

    #[test]
    fn lists_are_formatted_as_by_gofmt() {
        assert_eq!(list(&["[ErrIO] if it fails".to_owned()]), ["//   - [ErrIO] if it fails"]);
    }
}
