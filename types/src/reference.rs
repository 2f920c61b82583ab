//! [`Reference`]: the text that names a repository in a registry, or an image layout directory, and
//! a tag or digest in it.

use std::{fmt, path::PathBuf, str::FromStr};

use serde::{Serialize, Serializer};

use crate::{
    digest::{Algorithm, Digest, DigestError},
    error::{Code, Error, Result, into_error},
    host::{Host, HostError},
    layout_text::{Existing, path_in, path_text, split},
    repository_name::{RepositoryError, repository_fits},
    tag::{LayoutTagError, TagError, check_layout_tag, check_tag, layout_tag_named, tag_fits},
    tag_or_digest::TagOrDigest,
};

const LAYOUT_PREFIX: &str = "oci:";

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
/// Without tag and digest, a reference to a layout refers to its only manifest. Referrers, and
/// children of an index, do not count.
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
/// at the file system if the text has another colon, and opens no file. Untrusted text can name any
/// path this way: refuse text that starts with `oci:` where only registries are expected.
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
    /// The directory of an OCI image layout, or a tar archive of one, which is only read.
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
    Ok(Reference { location: Location::Layout(path_in(path).into()), tags, digest })
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
