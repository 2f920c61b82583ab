//! [`Reference`]: the text that names a repository in a registry, or an image layout directory, and
//! a tag or digest in it.

use std::{fmt, path::PathBuf, str::FromStr};

use serde::{Serialize, Serializer};

use crate::{
    digest::{Algorithm, Digest, DigestError},
    error::{Code, Error, Result, into_error},
    host::{Host, HostError},
    layout_text::{Existing, path_text, split},
    tag_or_digest::TagOrDigest,
};

const LAYOUT_PREFIX: &str = "oci:";

/// The longest repository name that is accepted, in bytes.
const LONGEST_NAME: usize = 255;

/// Why a text is not a usable reference. Converts into [`Error`] with [`Code::InvalidReference`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// The text is empty.
    #[error("invalid reference: it is empty")]
    Empty,
    /// The text begins with a scheme, such as `https://`.
    #[error("invalid reference {text:?}: expected no scheme")]
    Scheme {
        /// The text.
        text: String,
        /// The reference without the scheme.
        instead: String,
    },
    /// The text begins with something that is neither a host nor `oci:`.
    #[error("invalid reference {text:?}: expected REGISTRY/REPOSITORY or oci:PATH")]
    MissingRegistry {
        /// The text.
        text: String,
    },
    /// The text has a host and no repository.
    #[error("invalid reference {text:?}: expected a repository after the registry")]
    MissingRepository {
        /// The text.
        text: String,
        /// What to write instead.
        hint: String,
    },
    /// The text has no path after `oci:`.
    #[error("invalid reference {text:?}: expected the path of a directory after oci:")]
    MissingPath {
        /// The text.
        text: String,
    },
    /// The path of an image layout contains a NUL character.
    #[error("invalid reference {text:?}: the path contains a NUL character")]
    NulInPath {
        /// The text.
        text: String,
    },
    /// The host is invalid.
    #[error("invalid reference {text:?}: {source}")]
    Host {
        /// The text.
        text: String,
        /// What is wrong with the host.
        source: HostError,
    },
    /// The repository name is invalid.
    #[error("invalid reference {text:?}: {source}")]
    Repository {
        /// The text.
        text: String,
        /// What is wrong with the repository name.
        source: RepositoryError,
    },
    /// A tag is invalid.
    #[error("invalid reference {text:?}: {source}")]
    Tag {
        /// The text.
        text: String,
        /// The tag that is invalid.
        source: TagError,
    },
    /// A tag of an image layout is invalid.
    #[error("invalid reference {text:?}: {source}")]
    LayoutTag {
        /// The text.
        text: String,
        /// The tag that is invalid.
        source: LayoutTagError,
    },
    /// The digest is invalid.
    #[error("invalid reference {text:?}: {source}")]
    Digest {
        /// The text.
        text: String,
        /// What is wrong with the digest.
        source: DigestError,
    },
    /// The operation requires a tag or a digest, and the reference has neither.
    #[error("{reference} names neither a tag nor a digest")]
    NeitherTagNorDigest {
        /// The reference.
        reference: String,
    },
    /// The operation requires one tag or digest, and the reference has several tags.
    #[error("{reference} names several tags: expected one")]
    SeveralTags {
        /// The reference.
        reference: String,
    },
}

impl ReferenceError {
    fn code(&self) -> Code {
        Code::InvalidReference
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            ReferenceError::Empty => "write HOST/REPOSITORY:TAG or oci:PATH:TAG".into(),
            ReferenceError::Scheme { instead, .. } => format!("write {instead}"),
            ReferenceError::MissingRegistry { text } => {
                format!("write docker.io/{text} for Docker Hub, or oci:PATH for a directory")
            }
            ReferenceError::MissingRepository { hint, .. } => hint.clone(),
            ReferenceError::MissingPath { .. } => "write oci:PATH:TAG".into(),
            ReferenceError::Repository { .. } => RepositoryError::HINT.into(),
            ReferenceError::Tag { source, .. } => source.hint()?,
            ReferenceError::LayoutTag { source, .. } => source.hint()?.into(),
            ReferenceError::Digest { source, .. } => source.hint()?.into(),
            ReferenceError::NeitherTagNorDigest { reference } => {
                format!("write {reference}:TAG or {reference}@sha256:…")
            }
            ReferenceError::NulInPath { .. }
            | ReferenceError::Host { .. }
            | ReferenceError::SeveralTags { .. } => return None,
        })
    }
}

into_error!(ReferenceError);

/// The text is not a tag of a registry. Converts into [`Error`] with [`Code::InvalidReference`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid tag {tag:?}: expected at most 128 letters, digits, underscores, dots and hyphens, with \
     a letter, a digit or an underscore first"
)]
#[non_exhaustive]
pub struct TagError {
    /// The text.
    pub tag: String,
}

impl TagError {
    fn code(&self) -> Code {
        Code::InvalidReference
    }

    /// Suggests a tag in place of a name that only an image layout accepts, such as
    /// `docker.io/library/hello:1.0` or `v1+build.5`.
    fn hint(&self) -> Option<String> {
        let last = self.tag.rsplit('/').next().and_then(|part| part.rsplit(':').next())?;
        let instead = last.replace(['+', '@'], "_");
        (instead != self.tag && layout_tag_fits(&self.tag) && tag_fits(&instead))
            .then(|| format!("only an image layout has such names: write {instead} for a registry"))
    }
}

into_error!(TagError);

/// The text is not a tag that can be written to an image layout, or named in a reference to one.
/// Converts into [`Error`] with [`Code::InvalidReference`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid tag {tag:?}: {reason}")]
#[non_exhaustive]
pub struct LayoutTagError {
    /// The text.
    pub tag: String,
    /// What is wrong with it.
    pub reason: LayoutTagErrorReason,
}

/// What is wrong with the tag of an image layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutTagErrorReason {
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// A reference that contains it would name something else.
    #[error("a reference cannot contain it")]
    NotInReference,
    /// It does not follow the grammar.
    #[error(
        "expected letters and digits with single separators (- . _ : @ + --) between them, and / \
         between parts"
    )]
    Grammar,
}

impl LayoutTagError {
    fn new(tag: &str, reason: LayoutTagErrorReason) -> Self {
        Self { tag: tag.to_owned(), reason }
    }

    fn code(&self) -> Code {
        Code::InvalidReference
    }

    fn hint(&self) -> Option<&'static str> {
        Some(match self.reason {
            LayoutTagErrorReason::NotInReference => "name the manifest by its digest",
            _ => "write a name such as v1, hello:1.0 or docker.io/library/hello:1.0",
        })
    }
}

into_error!(LayoutTagError);

/// Why a text is not a repository name. Converts into [`Error`] with [`Code::InvalidReference`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid repository name {name:?}: {reason}")]
#[non_exhaustive]
pub struct RepositoryError {
    /// The text.
    pub name: String,
    /// What is wrong with it.
    pub reason: RepositoryErrorReason,
}

/// What is wrong with a repository name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryErrorReason {
    /// It has more than 255 bytes.
    #[error("longer than {LONGEST_NAME} bytes")]
    TooLong,
    /// It begins or ends with `/`, or has two in a row.
    #[error("a part between slashes is empty")]
    EmptyPart,
    /// It has an upper-case letter.
    #[error("upper-case letters are not allowed")]
    UpperCase,
    /// It has a character that is neither a letter, a digit, a separator nor `/`.
    #[error("a character is not allowed")]
    Character,
    /// A part begins or ends with a separator, or has two in a row.
    #[error("a separator must be between letters or digits")]
    Separator,
}

impl RepositoryError {
    const HINT: &str =
        "write lower-case letters and digits, with single separators (. _ __ -) and / between them";

    fn code(&self) -> Code {
        Code::InvalidReference
    }

    fn hint(&self) -> Option<&'static str> {
        Some(Self::HINT)
    }
}

into_error!(RepositoryError);

/// Names a repository in a registry, or an image layout directory, and tags or a digest in it.
///
/// ```text
/// registry.example.com[:port]/repository[:tag[,tag…]][@digest]
/// oci:PATH[:tag[,tag…]][@digest]
/// ```
///
/// A reference with a tag and a digest refers to the digest. The registry is always required:
/// `alpine` is invalid, and `docker.io/library/alpine` is valid.
///
/// # Image layouts
///
/// The tag of a layout can be any name that a tool wrote there, such as
/// `docker.io/library/hello:1.0`. So tags and paths can both contain colons and slashes. Where the
/// path ends is decided in this order:
///
/// 1. A slash before the colon ends the path: `oci:PATH/:tag`. So does a slash at the end of the
///    text: `oci:PATH/`.
/// 2. The path is the longest part before a colon, or the whole text, that is an image layout or a
///    file.
/// 3. The path ends at the first colon after the directories that exist. So `oci:new:x/y:1` names
///    `x/y:1` in the directory `new`, which a push creates.
///
/// A colon before a slash or backslash belongs to the path, as in `oci:C:\store:v1`. Parsing looks
/// at the file system if the text has another colon, and opens no file.
///
/// Specification: the grammar of repositories and their tags is that of
/// [distribution-spec, Pulling manifests][spec]; for tags of layouts see [`check_layout_tag`].
///
/// ```
/// use ocigraph_types::{Location, Reference};
///
/// let image: Reference = "localhost:5000/net-monitor:v1".parse()?;
/// assert_eq!(image.tags(), ["v1"]);
/// assert_eq!(image.to_string(), "localhost:5000/net-monitor:v1");
///
/// let layout: Reference = "oci:some/folder:v1".parse()?;
/// assert!(matches!(layout.location(), Location::Layout(path) if path.as_os_str() == "some/folder"));
/// # Ok::<(), ocigraph_types::Error>(())
/// ```
///
/// [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    location: Location,
    tags: Vec<String>,
    digest: Option<Digest>,
}

/// The repository or the directory that a [`Reference`] names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Location {
    /// A repository of a registry.
    Registry {
        /// The host of the registry.
        host: Host,
        /// The name of the repository, such as `library/alpine`.
        repository: String,
    },
    /// The directory of an OCI image layout.
    Layout(PathBuf),
}

impl Location {
    /// Checks that a tag can be written here: with [`check_tag`] for a registry, with
    /// [`check_layout_tag`] for an image layout.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidReference`] if the syntax is invalid; the source is a [`TagError`] or a
    /// [`LayoutTagError`].
    pub fn check_tag(&self, tag: &str) -> Result<()> {
        match self {
            Location::Registry { .. } => check_tag(tag),
            Location::Layout(_) => check_layout_tag(tag),
        }
    }

    /// Checks that a reference to this location can contain a tag. A layout of another tool can
    /// have tags that nothing could write there.
    fn check_named(&self, tag: &str) -> Result<()> {
        match self {
            Location::Registry { .. } => check_tag(tag),
            Location::Layout(_) => Ok(layout_tag_named(tag)?),
        }
    }
}

impl Reference {
    /// Creates a reference without tag and digest.
    pub fn new(location: Location) -> Self {
        Self { location, tags: Vec::new(), digest: None }
    }

    /// Creates a reference with tags and a digest. Unlike parsing, this accepts every path: a colon
    /// in it is a part of the path.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidReference`] if a tag is invalid; the source is a [`TagError`] or a
    /// [`LayoutTagError`].
    ///
    /// ```
    /// use ocigraph_types::{Location, Reference};
    ///
    /// let folder = Location::Layout("backups/10:30".into());
    /// let image = Reference::named(folder, &["v1".to_owned()], None)?;
    /// assert_eq!(image.tags(), ["v1"]);
    /// # Ok::<(), ocigraph_types::Error>(())
    /// ```
    pub fn named(location: Location, tags: &[String], digest: Option<Digest>) -> Result<Self> {
        tags.iter().try_for_each(|tag| location.check_named(tag))?;
        Ok(Self { location, tags: tags.to_vec(), digest })
    }

    /// Returns the repository or the directory.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Returns the tags, in the order in which they were given.
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// Returns the digest.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Returns what names the manifest: the digest if there is one, the tag otherwise.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidReference`] for a reference without a digest that has no tag or several; the
    /// source is a [`ReferenceError`].
    ///
    /// ```
    /// use ocigraph_types::{Reference, TagOrDigest};
    ///
    /// let image: Reference = "localhost:5000/app:v1".parse()?;
    /// assert_eq!(image.name()?, TagOrDigest::Tag("v1".into()));
    ///
    /// let repository: Reference = "localhost:5000/app".parse()?;
    /// assert!(repository.name().is_err());
    /// # Ok::<(), ocigraph_types::Error>(())
    /// ```
    pub fn name(&self) -> Result<TagOrDigest> {
        match (&self.digest, self.tags.as_slice()) {
            (Some(digest), _) => Ok(TagOrDigest::Digest(digest.clone())),
            (None, [tag]) => Ok(TagOrDigest::Tag(tag.clone())),
            (None, []) => {
                Err(ReferenceError::NeitherTagNorDigest { reference: self.to_string() }.into())
            }
            (None, _) => Err(ReferenceError::SeveralTags { reference: self.to_string() }.into()),
        }
    }

    /// Returns the algorithm of the digest, and SHA-256 without a digest. A push to this
    /// reference uses it for the digest of the manifest.
    ///
    /// # Errors
    ///
    /// [`Code::Unsupported`] if the algorithm cannot be computed.
    pub fn algorithm(&self) -> Result<Algorithm> {
        self.digest.as_ref().map_or(Ok(Algorithm::default()), Digest::algorithm)
    }

    /// Checks that the tags can be written. The tags of a parsed reference to a layout can be those
    /// of another tool, which are valid only for reading.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidReference`] as for [`Location::check_tag`].
    ///
    /// ```
    /// use ocigraph_types::Reference;
    ///
    /// assert!("oci:store:x/y:1".parse::<Reference>()?.check_tags().is_ok());
    /// assert!("oci:store:x y".parse::<Reference>()?.check_tags().is_err());
    /// # Ok::<(), ocigraph_types::Error>(())
    /// ```
    pub fn check_tags(&self) -> Result<()> {
        self.tags.iter().try_for_each(|tag| self.location.check_tag(tag))
    }

    /// Returns a reference to `digest` at the same location.
    pub fn at(&self, digest: Digest) -> Self {
        Self { location: self.location.clone(), tags: Vec::new(), digest: Some(digest) }
    }

    /// Returns a reference to `tag` at the same location.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidReference`] if the tag is invalid; the source is a [`TagError`] or a
    /// [`LayoutTagError`].
    pub fn tagged(&self, tag: &str) -> Result<Self> {
        self.location.check_named(tag)?;
        Ok(Self { location: self.location.clone(), tags: vec![tag.to_owned()], digest: None })
    }

    fn parse(text: &str) -> Result<Self, ReferenceError> {
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            let prefix = if scheme == "oci-layout" || scheme == "ocidir" { "oci:" } else { "" };
            let instead = format!("{prefix}{rest}");
            return Err(ReferenceError::Scheme { text: text.to_owned(), instead });
        }
        match text.strip_prefix(LAYOUT_PREFIX) {
            // `oci:5000/x` could be a host that is called oci; a directory is more likely.
            Some(rest) => parse_layout(text, rest),
            None => parse_registry(text),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Location::Registry { host, repository } => write!(f, "{host}/{repository}")?,
            Location::Layout(path) => write!(f, "{LAYOUT_PREFIX}{}", path_text(path))?,
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

/// Parses a reference in one of the forms that the documentation of [`Reference`] lists.
///
/// # Errors
///
/// [`Code::InvalidReference`] for every other text; the source is a [`ReferenceError`].
impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(Self::parse(text)?)
    }
}

/// Serializes the text of the reference.
impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn parse_layout(text: &str, rest: &str) -> Result<Reference, ReferenceError> {
    let (rest, digest) = match rest.rsplit_once('@') {
        Some((before, after)) if is_meant_as_digest(after) => {
            (before, Some(parse_digest(text, after)?))
        }
        _ => (rest, None),
    };
    let (path, names) = split(rest, Existing::at);
    if path.is_empty() {
        return Err(ReferenceError::MissingPath { text: text.to_owned() });
    }
    if path.contains('\0') {
        return Err(ReferenceError::NulInPath { text: text.to_owned() });
    }
    let tags = parse_tags(names, layout_tag_named)
        .map_err(|source| ReferenceError::LayoutTag { text: text.to_owned(), source })?;
    Ok(Reference { location: Location::Layout(path.into()), tags, digest })
}

/// Returns true for the text after an `@` that is a digest, or a mistyped one. Paths and tags of
/// layouts may contain `@` and `:` too.
fn is_meant_as_digest(text: &str) -> bool {
    /// The shortest hash of an algorithm that is in use, in hexadecimal digits.
    const SHORTEST_HASH: usize = 32;
    text.split_once(':').is_some_and(|(algorithm, encoded)| {
        !text.contains(['/', '\\'])
            && (algorithm.parse::<Algorithm>().is_ok()
                || (encoded.len() >= SHORTEST_HASH && Digest::parse(text).is_ok()))
    })
}

fn parse_registry(text: &str) -> Result<Reference, ReferenceError> {
    let (rest, digest) = match text.split_once('@') {
        Some((before, after)) => (before, Some(parse_digest(text, after)?)),
        None => (text, None),
    };
    let Some((host, path)) = rest.split_once('/') else {
        return Err(missing_repository(text, rest));
    };
    if !looks_like_host(host) {
        return Err(ReferenceError::MissingRegistry { text: text.to_owned() });
    }
    let host = Host::parse(host)
        .map_err(|source| ReferenceError::Host { text: text.to_owned(), source })?;
    let (repository, tags) = match path.split_once(':') {
        Some((before, after)) => (before, Some(after)),
        None => (path, None),
    };
    let fits = |tag: &str| match tag_fits(tag) {
        true => Ok(()),
        false => Err(TagError { tag: tag.to_owned() }),
    };
    let tags = parse_tags(tags, fits)
        .map_err(|source| ReferenceError::Tag { text: text.to_owned(), source })?;
    repository_fits(repository).map_err(|reason| ReferenceError::Repository {
        text: text.to_owned(),
        source: RepositoryError { name: repository.to_owned(), reason },
    })?;
    Ok(Reference {
        location: Location::Registry { host, repository: repository.to_owned() },
        tags,
        digest,
    })
}

fn parse_digest(text: &str, digest: &str) -> Result<Digest, ReferenceError> {
    Digest::parse(digest).map_err(|source| ReferenceError::Digest { text: text.to_owned(), source })
}

/// Removes repeated tags.
fn parse_tags<E>(
    tags: Option<&str>,
    check: impl Fn(&str) -> Result<(), E>,
) -> Result<Vec<String>, E> {
    let mut seen: Vec<String> = Vec::new();
    for tag in tags.into_iter().flat_map(|tags| tags.split(',')) {
        check(tag)?;
        if !seen.iter().any(|t| t == tag) {
            seen.push(tag.to_owned());
        }
    }
    Ok(seen)
}

/// Returns true if the first part of a reference can only be a host. Without this rule,
/// `library/alpine` would refer to a machine called `library`.
fn looks_like_host(text: &str) -> bool {
    text == "localhost" || text.contains(['.', ':', '['])
}

fn missing_repository(text: &str, rest: &str) -> ReferenceError {
    let bare = rest.split(':').next().unwrap_or(rest);
    let hint = if looks_like_host(bare) {
        format!("write {rest}/REPOSITORY:TAG")
    } else if rest.parse::<Host>().is_ok_and(|host| host.port().is_some()) {
        // `alpine:3` parses as a host and a port, and may mean an image and its tag.
        format!("write {rest}/REPOSITORY:TAG, or docker.io/{text} for Docker Hub")
    } else {
        return ReferenceError::MissingRegistry { text: text.to_owned() };
    };
    ReferenceError::MissingRepository { text: text.to_owned(), hint }
}

/// Checks the syntax of a tag: at most 128 letters, digits, `_`, `.` and `-`; the first is a
/// letter, a digit or `_`.
///
/// # Errors
///
/// [`Code::InvalidReference`] if the syntax is invalid; the source is a [`TagError`].
pub fn check_tag(tag: &str) -> Result<()> {
    if tag_fits(tag) {
        return Ok(());
    }
    Err(TagError { tag: tag.to_owned() }.into())
}

/// Checks the syntax of a tag that is to be written to an image layout: that of
/// [`org.opencontainers.image.ref.name`][spec], or that of [`check_tag`]. The former are letters and
/// digits with single separators (`-` `.` `_` `:` `@` `+` or `--`) between them, in parts that are
/// joined by `/`.
///
/// # Errors
///
/// [`Code::InvalidReference`] if the syntax is invalid; the source is a [`LayoutTagError`].
///
/// ```
/// use ocigraph_types::check_layout_tag;
///
/// assert!(check_layout_tag("docker.io/library/hello:1.0").is_ok());
/// assert!(check_layout_tag("hello world").is_err());
/// ```
///
/// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md#pre-defined-annotation-keys
pub fn check_layout_tag(tag: &str) -> Result<()> {
    layout_tag_named(tag)?;
    if layout_tag_fits(tag) {
        return Ok(());
    }
    Err(LayoutTagError::new(tag, LayoutTagErrorReason::Grammar).into())
}

/// Checks the syntax of a repository name: parts of lower-case letters and digits with separators
/// between them, joined by `/`, at most 255 bytes in total.
///
/// # Errors
///
/// [`Code::InvalidReference`] if the syntax is invalid; the source is a [`RepositoryError`].
///
/// ```
/// use ocigraph_types::check_repository;
///
/// assert!(check_repository("library/alpine").is_ok());
/// assert!(check_repository("library/Alpine").is_err());
/// ```
pub fn check_repository(name: &str) -> Result<()> {
    repository_fits(name).map_err(|reason| RepositoryError { name: name.to_owned(), reason }.into())
}

fn tag_fits(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || b == b'.' || b == b'-')
}

fn layout_tag_fits(tag: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_alphanumeric();
    let component = |part: &str| {
        part.starts_with(alphanumeric)
            && part.ends_with(alphanumeric)
            && part
                .split(alphanumeric)
                .all(|separator| matches!(separator, "" | "-" | "." | "_" | ":" | "@" | "+" | "--"))
    };
    tag_fits(tag) || tag.split('/').all(component)
}

/// Checks that a reference can contain a tag of a layout: that the tag is found again by parsing.
fn layout_tag_named(tag: &str) -> Result<(), LayoutTagError> {
    if tag.is_empty() {
        return Err(LayoutTagError::new(tag, LayoutTagErrorReason::Empty));
    }
    let is_path = tag.starts_with(['/', '\\']) || tag.ends_with(['/', '\\']);
    if is_path || tag.contains(',') || tag.contains("/:") {
        return Err(LayoutTagError::new(tag, LayoutTagErrorReason::NotInReference));
    }
    Ok(())
}

fn repository_fits(name: &str) -> Result<(), RepositoryErrorReason> {
    if name.len() > LONGEST_NAME {
        return Err(RepositoryErrorReason::TooLong);
    }
    for part in name.split('/') {
        if part.is_empty() {
            return Err(RepositoryErrorReason::EmptyPart);
        }
        if part.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(RepositoryErrorReason::UpperCase);
        }
        let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if !part.bytes().all(|b| alphanumeric(b) || b"._-".contains(&b)) {
            return Err(RepositoryErrorReason::Character);
        }
        let mut separators =
            part.split(|c: char| c.is_ascii_alphanumeric()).filter(|s| !s.is_empty());
        let ends_well = part.bytes().next().is_some_and(alphanumeric)
            && part.bytes().last().is_some_and(alphanumeric);
        if !ends_well || !separators.all(is_separator) {
            return Err(RepositoryErrorReason::Separator);
        }
    }
    Ok(())
}

fn is_separator(text: &str) -> bool {
    matches!(text, "." | "_" | "__") || text.bytes().all(|b| b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn an_invalid_reference_is_refused_with_the_reason_and_a_hint() {
        let says = |text: &str| text.parse::<Reference>().unwrap_err().to_string();
        assert_eq!(
            says("alpine"),
            "invalid reference \"alpine\": expected REGISTRY/REPOSITORY or oci:PATH; write \
             docker.io/alpine for Docker Hub, or oci:PATH for a directory"
        );
        assert_eq!(
            says("alpine:3"),
            "invalid reference \"alpine:3\": expected a repository after the registry; write \
             alpine:3/REPOSITORY:TAG, or docker.io/alpine:3 for Docker Hub"
        );
        assert_eq!(
            says("oci-layout://some/folder"),
            "invalid reference \"oci-layout://some/folder\": expected no scheme; write \
             oci:some/folder"
        );
        assert!(says("localhost/x:v1,").contains("invalid tag \"\": expected"));
        assert!(says("localhost/a//b").contains("\"a//b\": a part between slashes is empty"));
        assert!(says("localhost/a..b").contains("a separator must be between letters or digits"));
        assert!(says("a.b:0/x").contains("invalid registry \"a.b:0\": the port"));
    }

    #[test]
    fn the_typed_error_is_the_source() {
        let error = "localhost/x@sha256:abc".parse::<Reference>().unwrap_err();
        let source = error.source().and_then(|e| e.downcast_ref::<ReferenceError>()).unwrap();
        assert!(matches!(source, ReferenceError::Digest { .. }));
        let source = source.source().and_then(|e| e.downcast_ref::<DigestError>()).unwrap();
        assert!(matches!(source, DigestError::WrongLength { found: 3, .. }));
        let error = check_tag("-v").unwrap_err();
        assert!(error.source().is_some_and(|e| e.is::<TagError>()));
    }
}
