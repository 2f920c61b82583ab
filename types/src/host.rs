//! [`Host`]: the host name and port of a registry.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use crate::error::{Code, Error, Result, into_error};

/// Why a text is not the host of a registry. Converts into [`Error`] with
/// [`Code::InvalidReference`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid registry {text:?}: {reason}")]
#[non_exhaustive]
pub struct HostError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub reason: HostErrorReason,
}

/// What is wrong with the host of a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostErrorReason {
    /// It begins with a scheme, such as `https://`.
    #[error("expected HOST or HOST:PORT without a scheme")]
    Scheme,
    /// A path follows the host.
    #[error("expected HOST or HOST:PORT without a path")]
    Path,
    /// The port is not a number from 1 to 65535.
    #[error("the port must be a number from 1 to 65535")]
    Port,
    /// The `[` of an IPv6 address has no `]`.
    #[error("the IPv6 address has a [ without a ]")]
    UnclosedBracket,
    /// Something other than a port follows the `]` of an IPv6 address.
    #[error("only a port may follow the ] of an IPv6 address, as in [::1]:5000")]
    AfterBracket,
    /// The text in brackets is not an IPv6 address.
    #[error("expected an IPv6 address between the brackets")]
    Ipv6,
    /// The host name has an empty label, a label of more than 63 bytes, or another character.
    #[error("a host name consists of letters, digits, - and _, with dots between its labels")]
    Name,
}

impl HostError {
    fn code(&self) -> Code {
        Code::InvalidReference
    }

    fn hint(&self) -> Option<&'static str> {
        None
    }
}

into_error!(HostError);

/// The host of a registry: a host name or IP address, and an optional port.
///
/// ```
/// use ocigraph_types::Host;
///
/// let host: Host = "Registry.example.com:8443".parse()?;
/// assert_eq!(host.name(), "registry.example.com");
/// assert_eq!(host.port(), Some(8443));
/// assert!("[::1]:5000".parse::<Host>()?.is_loopback());
/// # Ok::<(), ocigraph_types::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host {
    name: String,
    port: Option<u16>,
}

impl Host {
    /// Returns the host name in lower case, or the IP address. An IPv6 address has brackets.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the port, if one was given.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns true for `localhost`, its subdomains, and loopback addresses. By default, a client
    /// uses plain HTTP for such a registry.
    pub fn is_loopback(&self) -> bool {
        self.name == "localhost"
            || self.name.ends_with(".localhost")
            || self.name.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
            || self.ipv6().is_some_and(|ip| ip.is_loopback())
    }

    /// Returns true for each of the host names of Docker Hub.
    pub fn is_docker_hub(&self) -> bool {
        matches!(self.name.as_str(), "docker.io" | "index.docker.io" | "registry-1.docker.io")
    }

    fn ipv6(&self) -> Option<Ipv6Addr> {
        self.name.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
    }

    pub(crate) fn parse(text: &str) -> Result<Self, HostError> {
        Self::read(text).map_err(|reason| HostError { text: text.to_owned(), reason })
    }

    fn read(text: &str) -> Result<Self, HostErrorReason> {
        if text.contains("://") {
            return Err(HostErrorReason::Scheme);
        }
        if text.contains('/') {
            return Err(HostErrorReason::Path);
        }
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, after) =
                    rest.split_once(']').ok_or(HostErrorReason::UnclosedBracket)?;
                let name = &text[..address.len() + 2];
                match after.strip_prefix(':') {
                    Some(port) => (name, Some(port)),
                    None if after.is_empty() => (name, None),
                    None => return Err(HostErrorReason::AfterBracket),
                }
            }
            None => match text.split_once(':') {
                Some((name, port)) => (name, Some(port)),
                None => (text, None),
            },
        };
        let port = match port.map(|digits| (digits, digits.parse::<u16>())) {
            None => None,
            // A sign or a leading zero would be lost when the host is written back.
            Some((digits, Ok(port))) if !digits.starts_with(['+', '0']) => Some(port),
            Some(_) => return Err(HostErrorReason::Port),
        };
        let host = Host { name: name.to_ascii_lowercase(), port };
        let label = |l: &str| {
            !l.is_empty()
                && l.len() <= 63
                && !l.starts_with('-')
                && !l.ends_with('-')
                && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        if name.starts_with('[') {
            if host.ipv6().is_none() {
                return Err(HostErrorReason::Ipv6);
            }
        } else if !name.split('.').all(label) {
            return Err(HostErrorReason::Name);
        }
        Ok(host)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// Parses `HOST` or `HOST:PORT`. An IPv6 address requires brackets: `[::1]:5000`.
///
/// # Errors
///
/// [`Code::InvalidReference`] for every other text; the source is a [`HostError`].
impl FromStr for Host {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(Self::parse(text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_host_is_refused_with_the_reason() {
        for (text, reason) in [
            ("https://localhost", HostErrorReason::Scheme),
            ("localhost/x", HostErrorReason::Path),
            ("localhost:", HostErrorReason::Port),
            ("localhost:65536", HostErrorReason::Port),
            ("[::1", HostErrorReason::UnclosedBracket),
            ("[::1]5000", HostErrorReason::AfterBracket),
            ("[1.2.3.4]", HostErrorReason::Ipv6),
            ("a..b", HostErrorReason::Name),
            ("-a", HostErrorReason::Name),
            ("", HostErrorReason::Name),
        ] {
            assert_eq!(Host::parse(text).unwrap_err().reason, reason, "{text:?}");
        }
    }
}
