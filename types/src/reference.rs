//! References: one string that names a repository in a registry, or an image layout directory,
//! and a tag or digest in it.
//!
//! ```text
//! registry.example.com[:port]/repository[:tag[,tag…]][@digest]
//! oci:PATH[:tag[,tag…]][@digest]
//! ```
//!
//! The grammar of hosts, repositories and tags is that of OCI distribution-spec 1.1.1.

use std::{fmt, path::PathBuf, str::FromStr};

use crate::{Algorithm, Code, Digest, Error, Host, Result, TagOrDigest};

const LAYOUT_PREFIX: &str = "oci:";

/// What a reference names. Digest wins over tag.
///
/// ```
/// use ocigraph_types::{Location, Reference};
///
/// let image: Reference = "localhost:5000/net-monitor:v1".parse().unwrap();
/// assert_eq!(image.tags(), ["v1"]);
/// let layout: Reference = "oci:some/folder:v1".parse().unwrap();
/// assert!(matches!(layout.location(), Location::Layout(path) if path.as_os_str() == "some/folder"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    location: Location,
    tags: Vec<String>,
    digest: Option<Digest>,
}

/// Where a reference points to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Location {
    /// A repository of a registry.
    Registry {
        /// The registry.
        host: Host,
        /// The repository's name, such as `library/alpine`.
        repository: String,
    },
    /// An OCI image layout directory.
    Layout(PathBuf),
}

impl Reference {
    /// A reference to a place, without tag or digest.
    pub fn new(location: Location) -> Self {
        Self { location, tags: Vec::new(), digest: None }
    }

    /// Where it points to.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Its tags, in the order they were written.
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// Its digest.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// What to ask for: the digest, else the one tag. INVALID_REFERENCE when there is neither, or
    /// several tags.
    pub fn name(&self) -> Result<TagOrDigest> {
        match (&self.digest, self.tags.as_slice()) {
            (Some(digest), _) => Ok(TagOrDigest::Digest(digest.clone())),
            (None, [tag]) => Ok(TagOrDigest::Tag(tag.clone())),
            (None, []) => Err(Error::new(
                Code::InvalidReference,
                format!("{self} names neither a tag nor a digest"),
            )
            .with_hint(format!("write {self}:TAG or {self}@sha256:…"))),
            (None, _) => Err(Error::new(
                Code::InvalidReference,
                format!("{self} names several tags where one thing is meant"),
            )),
        }
    }

    /// The algorithm that names a manifest pushed there: that of the digest, or else sha256. UNSUPPORTED
    /// when it cannot be computed here.
    pub fn algorithm(&self) -> Result<Algorithm> {
        self.digest.as_ref().map_or(Ok(Algorithm::default()), Digest::algorithm)
    }

    /// What tags and a digest name in a place; INVALID_REFERENCE when one is no tag. A path may hold
    /// what a text would be taken apart at.
    ///
    /// ```
    /// use ocigraph_types::{Location, Reference};
    ///
    /// let folder = Location::Layout("backups/10:30".into());
    /// let image = Reference::named(folder, &["v1".to_owned()], None).unwrap();
    /// assert_eq!(image.tags(), ["v1"]);
    /// ```
    pub fn named(location: Location, tags: &[String], digest: Option<Digest>) -> Result<Self> {
        tags.iter().try_for_each(|tag| check_tag(tag))?;
        Ok(Self { location, tags: tags.to_vec(), digest })
    }

    /// The same place, by digest alone.
    pub fn at(&self, digest: Digest) -> Self {
        Self { location: self.location.clone(), tags: Vec::new(), digest: Some(digest) }
    }

    /// The same place, by tag alone; INVALID_REFERENCE when it is no tag.
    pub fn tagged(&self, tag: &str) -> Result<Self> {
        check_tag(tag)?;
        Ok(Self { location: self.location.clone(), tags: vec![tag.to_owned()], digest: None })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Location::Registry { host, repository } => write!(f, "{host}/{repository}")?,
            Location::Layout(path) => write!(f, "{LAYOUT_PREFIX}{}", path.display())?,
        }
        if !self.tags.is_empty() {
            write!(f, ":{}", self.tags.join(","))?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(invalid("a reference is empty")
                .with_hint("write host/repository:tag or oci:PATH:tag"));
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            let instead = if scheme == "oci-layout" || scheme == "ocidir" { "oci:" } else { "" };
            return Err(invalid(format!("{text:?} has a scheme"))
                .with_hint(format!("write {instead}{rest}")));
        }
        match text.strip_prefix(LAYOUT_PREFIX) {
            // `oci:5000/x` could be a host named oci, but nobody has one and everybody has folders.
            Some(rest) => parse_layout(text, rest),
            None => parse_registry(text),
        }
    }
}

fn parse_layout(text: &str, rest: &str) -> Result<Reference> {
    // A path may hold an `@`; only what looks like a digest is taken for one.
    let (rest, digest) = match rest.rsplit_once('@') {
        Some((before, after)) if after.contains(':') && !after.contains(['/', '\\']) => {
            (before, Some(after.parse()?))
        }
        _ => (rest, None),
    };
    let (path, tags) = match rest.rsplit_once(':') {
        // After a drive letter's colon comes a backslash or a slash: no tag can hold either.
        Some((before, after)) if !after.contains(['/', '\\']) => (before, parse_tags(text, after)?),
        _ => (rest, Vec::new()),
    };
    if path.is_empty() {
        return Err(invalid(format!("{text:?} names no directory")).with_hint("write oci:PATH:tag"));
    }
    if path.contains('\0') {
        return Err(invalid(format!("the path of {text:?} holds a NUL character")));
    }
    Ok(Reference { location: Location::Layout(path.into()), tags, digest })
}

fn parse_registry(text: &str) -> Result<Reference> {
    let (rest, digest) = match text.split_once('@') {
        Some((before, after)) => (before, Some(after.parse()?)),
        None => (text, None),
    };
    let Some((host, path)) = rest.split_once('/') else {
        return Err(no_repository(text, rest));
    };
    if !looks_like_host(host) {
        return Err(no_host(text));
    }
    let host = host.parse()?;
    let (repository, tags) = match path.split_once(':') {
        Some((before, after)) => (before, parse_tags(text, after)?),
        None => (path, Vec::new()),
    };
    check_repository(repository)?;
    Ok(Reference {
        location: Location::Registry { host, repository: repository.to_owned() },
        tags,
        digest,
    })
}

/// A first component that can only be a host: without this rule `library/alpine` would go to a
/// machine called `library`.
fn looks_like_host(text: &str) -> bool {
    text == "localhost" || text.contains(['.', ':', '['])
}

fn no_repository(text: &str, rest: &str) -> Error {
    let bare = rest.split(':').next().unwrap_or(rest);
    let named = || invalid(format!("{text:?} names a registry but no repository"));
    if looks_like_host(bare) {
        named().with_hint(format!("write {rest}/REPOSITORY:TAG"))
    } else if rest.parse::<Host>().is_ok_and(|h| h.port.is_some()) {
        // `alpine:3` is read as a machine and its port, and may be meant as an image and its tag.
        named().with_hint(format!(
            "write {rest}/REPOSITORY:TAG, or docker.io/{text} if Docker Hub is meant"
        ))
    } else {
        no_host(text)
    }
}

fn no_host(text: &str) -> Error {
    invalid(format!("{text:?} names no registry")).with_hint(format!(
        "write docker.io/{text} if Docker Hub is meant, or oci:PATH for a directory"
    ))
}

fn parse_tags(text: &str, tags: &str) -> Result<Vec<String>> {
    let mut seen: Vec<String> = Vec::new();
    for tag in tags.split(',') {
        check_tag(tag).map_err(|e| {
            invalid(format!("{text:?}: {}", e.message())).with_hint(e.hint().unwrap_or_default())
        })?;
        if !seen.iter().any(|t| t == tag) {
            seen.push(tag.to_owned());
        }
    }
    Ok(seen)
}

/// INVALID_REFERENCE when `tag` is not written as the specification wants tags.
pub fn check_tag(tag: &str) -> Result<()> {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let fits = tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || b == b'.' || b == b'-');
    if fits {
        return Ok(());
    }
    Err(invalid(format!("{tag:?} is no tag")).with_hint(
        "a tag has up to 128 letters, digits, _, . and -, and begins with none of the last two",
    ))
}

/// INVALID_REFERENCE when `name` is not written as the specification wants repositories.
pub fn check_repository(name: &str) -> Result<()> {
    let wrong = |why: &str| {
        Err(invalid(format!("{name:?} is no repository name: {why}")).with_hint(
            "lower-case letters, digits and single separators (. _ __ -), in parts divided by /",
        ))
    };
    if name.len() > 255 {
        return wrong("it is longer than 255 characters");
    }
    for part in name.split('/') {
        if part.is_empty() {
            return wrong("a part is empty");
        }
        if part.bytes().any(|b| b.is_ascii_uppercase()) {
            return wrong("it has upper-case letters");
        }
        let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if !part.bytes().all(|b| alphanumeric(b) || b"._-".contains(&b)) {
            return wrong("it has a character that may not stand there");
        }
        let separators = part.split(|c: char| c.is_ascii_alphanumeric()).filter(|s| !s.is_empty());
        let ends_well = part.bytes().next().is_some_and(alphanumeric)
            && part.bytes().last().is_some_and(alphanumeric);
        if !ends_well || separators.into_iter().any(|s| !separator_allowed(s)) {
            return wrong("separators stand between letters or digits, one at a time");
        }
    }
    Ok(())
}

fn separator_allowed(text: &str) -> bool {
    matches!(text, "." | "_" | "__") || text.bytes().all(|b| b == b'-')
}

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidReference, message)
}
