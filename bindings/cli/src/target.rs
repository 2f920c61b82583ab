//! The target of a command: a reference, or the name of an image layout as ORAS writes it.

use std::{convert::Infallible, fmt, path::PathBuf, str::FromStr};

use clap::Args;
use ocigraph::{Digest, Location, Reference, Result};

/// A target as it was typed. The layout flags of the command decide what it means.
#[derive(Debug, Clone)]
pub(crate) struct TargetText(String);

impl FromStr for TargetText {
    type Err = Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// The flags that make a target an image layout.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Image layout", next_display_order = 160)]
pub(crate) struct LayoutArgs {
    /// Take TARGET as PATH[:tag][@digest] of an image layout; the same as oci:PATH[:tag][@digest]
    #[arg(long)]
    oci_layout: bool,
    /// Take TARGET as a tag or digest in the image layout at this path, for example example.com/app:v1
    #[arg(long, value_name = "PATH", conflicts_with = "oci_layout")]
    oci_layout_path: Option<PathBuf>,
}

impl LayoutArgs {
    pub(crate) fn new(oci_layout: bool, oci_layout_path: Option<PathBuf>) -> Self {
        Self { oci_layout, oci_layout_path }
    }

    /// Returns true if one of the flags is given.
    pub(crate) fn is_given(&self) -> bool {
        self.oci_layout || self.oci_layout_path.is_some()
    }

    /// Returns the path of `--oci-layout-path`.
    pub(crate) fn path(&self) -> Option<&PathBuf> {
        self.oci_layout_path.as_ref()
    }

    /// Returns what a text names with these flags.
    ///
    /// # Errors
    /// `INVALID_REFERENCE` if the text is not a reference.
    pub(crate) fn target(&self, text: &TargetText) -> Result<Target> {
        let reference = self.reference(text)?;
        Ok(Target { reference, typed: text.0.clone(), as_path: self.is_given() })
    }

    /// As [`target`](Self::target), without the text.
    pub(crate) fn reference(&self, text: &TargetText) -> Result<Reference> {
        let text = text.0.as_str();
        if let Some(path) = &self.oci_layout_path {
            return named_in(path, text);
        }
        match self.oci_layout && !text.starts_with("oci:") {
            true => format!("oci:{text}").parse(),
            false => text.parse(),
        }
    }
}

/// Returns a reference to the manifest that `text` names in a layout: `tag`, `tag,tag`, `digest`,
/// `@digest` or `tag@digest`. A tag can be a whole reference, such as `example.com/app:v1`.
fn named_in(path: &std::path::Path, text: &str) -> Result<Reference> {
    let (tags, digest) = match (text.split_once('@'), computable_digest(text)) {
        // ORAS writes a digest alone.
        (None, Some(digest)) => ("", Some(digest)),
        (Some((tags, digest)), _) => (tags, Some(digest.parse()?)),
        (None, None) => (text, None),
    };
    let tags: Vec<String> =
        tags.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    Reference::named(Location::Layout(path.to_owned()), &tags, digest)
}

/// Returns the digest that a text is, if its algorithm can be computed: `app:v1` has the form of a digest too.
pub(crate) fn computable_digest(text: &str) -> Option<Digest> {
    text.parse().ok().filter(|digest: &Digest| digest.algorithm().is_ok())
}

/// A reference and the text that the user typed for it. Results print the text.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) reference: Reference,
    typed: String,
    /// A flag says that the target is a layout, so its name has no `oci:`.
    as_path: bool,
}

impl Target {
    /// Returns the text of a reference to the same location, as results have it.
    pub(crate) fn text_of(&self, reference: &Reference) -> String {
        let text = reference.to_string();
        match text.strip_prefix("oci:") {
            Some(path) if self.as_path => path.to_owned(),
            _ => text,
        }
    }

    /// Returns the text of the reference to a digest at the same location.
    pub(crate) fn at(&self, digest: &Digest) -> String {
        self.text_of(&self.reference.at(digest.clone()))
    }

    /// Returns the text of the location, without tags and digest.
    pub(crate) fn location(&self) -> String {
        self.text_of(&Reference::new(self.reference.location().clone()))
    }

    /// Returns a target with another reference, whose text is that of the reference.
    pub(crate) fn with(&self, reference: Reference) -> Self {
        Self { typed: self.text_of(&reference), reference, as_path: self.as_path }
    }

    /// Returns the kind of the target and the text: `[registry] host/app:v1`.
    pub(crate) fn with_kind(&self) -> String {
        with_kind(self.reference.location(), self)
    }

    /// Returns the kind and the text of the target, without the tags after the first, and those tags.
    pub(crate) fn with_kind_and_tags(&self) -> (String, &[String]) {
        let others = self.reference.tags().get(1..).unwrap_or_default();
        let rest: String = others.iter().map(|tag| format!(",{tag}")).collect();
        match self.typed.strip_suffix(&rest) {
            Some(first) => (with_kind(self.reference.location(), first), others),
            None => (self.with_kind(), &[]),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

/// Returns a text with the kind of its location, as ORAS prints it.
pub(crate) fn with_kind(location: &Location, text: impl fmt::Display) -> String {
    match location {
        Location::Registry { .. } => format!("[registry] {text}"),
        Location::Layout(_) => format!("[oci-layout] {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(flags: &LayoutArgs, text: &str) -> Result<Reference> {
        let Ok(text) = text.parse::<TargetText>();
        flags.reference(&text)
    }

    #[test]
    fn a_flag_makes_the_target_a_layout() {
        let (plain, layout) = (LayoutArgs::default(), LayoutArgs::new(true, None));
        let typed = reference(&plain, "oci:store/app:v1").unwrap();
        for text in ["store/app:v1", "oci:store/app:v1"] {
            assert_eq!(reference(&layout, text).unwrap(), typed, "{text}");
        }
        assert!(matches!(
            reference(&plain, "localhost/app:v1").unwrap().location(),
            Location::Registry { .. }
        ));
    }

    #[test]
    fn a_name_in_a_layout_can_be_a_whole_reference() {
        let flags = LayoutArgs::new(false, Some("store".into()));
        let named = reference(&flags, "example.com/app:v1").unwrap();
        assert_eq!(named.location(), &Location::Layout("store".into()));
        assert_eq!(named.tags(), ["example.com/app:v1"]);
        let digest = format!("sha256:{}", "a".repeat(64));
        let named = reference(&flags, &format!("@{digest}")).unwrap();
        assert_eq!((named.tags().len(), named.digest().unwrap().as_str()), (0, &*digest));
        assert_eq!(reference(&flags, &digest).unwrap(), named);
        assert!(reference(&flags, "v1@sha256:short").is_err());
    }
}
