//! What a stored credential is for: a registry, or a namespace of it.

use std::{fmt, str::FromStr};

use ocigraph_types::{Error, Host, Result, check_repository};

/// A registry, or a namespace or repository of it, that a credential is stored for.
///
/// A credential of a namespace is used for the repositories in it, in place of the credential of the
/// registry
/// ([containers-auth.json(5)](https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md)).
///
/// ```
/// use ocigraph::LoginTarget;
///
/// let team: LoginTarget = "registry.example.com:5000/team".parse()?;
/// assert_eq!(team.host().port(), Some(5000));
/// assert_eq!(team.namespace(), Some("team"));
/// # Ok::<(), ocigraph::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LoginTarget {
    host: Host,
    namespace: Option<String>,
}

impl LoginTarget {
    /// Returns the registry.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Returns the namespace or repository, if one was given.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }
}

impl From<Host> for LoginTarget {
    fn from(host: Host) -> Self {
        Self { host, namespace: None }
    }
}

/// Parses `HOST[:PORT][/NAMESPACE]`.
///
/// # Errors
///
/// [`Code::InvalidReference`](crate::Code::InvalidReference) for every other text.
impl FromStr for LoginTarget {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once('/') {
            Some((host, namespace)) if !text.contains("://") && !namespace.is_empty() => {
                check_repository(namespace)?;
                Ok(Self { host: host.parse()?, namespace: Some(namespace.to_owned()) })
            }
            _ => Ok(text.parse::<Host>()?.into()),
        }
    }
}

impl fmt::Display for LoginTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{}/{namespace}", self.host),
            None => self.host.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_follows_the_host() {
        for text in ["r.example.com", "localhost:5000", "[::1]:5000/a", "r.example.com/a/b"] {
            assert_eq!(text.parse::<LoginTarget>().unwrap().to_string(), text);
        }
        for text in ["https://r.example.com/a", "r.example.com/", "r/A", "r/a:v1", "/a", "r//a", ""]
        {
            assert!(text.parse::<LoginTarget>().is_err(), "{text}");
        }
    }
}
