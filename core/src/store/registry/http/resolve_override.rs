//! Addresses that the caller gives for servers, in place of those that the resolver returns.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use crate::store::registry::hint;
use ocigraph_types::{Code, Error, Result};

/// An address to connect to for one host and port, in place of those of the host name: what
/// [`ClientConfig::resolve`](crate::ClientConfig::resolve) has.
///
/// Its text is `HOST:PORT:ADDRESS[:PORT]`. An IPv6 address before a port must be in brackets.
///
/// ```
/// use ocigraph::ResolveOverride;
///
/// let given: ResolveOverride = "registry.example.com:443:[2001:db8::7]:8443".parse()?;
/// assert_eq!((given.port, given.address_port), (443, Some(8443)));
/// assert!("registry.example.com:127.0.0.1".parse::<ResolveOverride>().is_err());
/// # Ok::<(), ocigraph::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ResolveOverride {
    /// The name of the host, in lower case.
    pub host: String,
    /// The port for which the address is used. Other ports of the host are not affected.
    pub port: u16,
    /// The address to connect to.
    pub address: IpAddr,
    /// The port to connect to. `None`: `port`.
    pub address_port: Option<u16>,
}

impl ResolveOverride {
    /// Returns the address for a URL. Of several, the last one counts.
    pub(crate) fn of<'a>(all: &'a [Self], url: &Url) -> Option<&'a Self> {
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        all.iter().rev().find(|given| given.port == port && given.host.eq_ignore_ascii_case(host))
    }

    /// Returns the address with the port to connect to.
    pub(crate) fn target(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.address_port.unwrap_or(self.port))
    }

    /// Returns the URL to request in place of `url`, or `None` if that is requested itself. The HTTP
    /// library takes a port in a URL for that of the connection, and leaves the default port to the
    /// resolver.
    pub(super) fn moved(&self, url: &Url) -> Option<Url> {
        let port = self.address_port.filter(|port| url.port().is_some_and(|own| own != *port))?;
        let mut moved = url.clone();
        moved.set_port(Some(port)).ok()?;
        Some(moved)
    }
}

/// Parses `HOST:PORT:ADDRESS[:PORT]`.
///
/// # Errors
///
/// [`Code::InvalidArgument`] for every other text.
impl FromStr for ResolveOverride {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = |reason: &str| {
            let message =
                format!("invalid address {text:?}: {reason}: expected HOST:PORT:ADDRESS[:PORT]");
            Error::new(Code::InvalidArgument, message).with_hint(hint::form_of_address())
        };
        let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port != 0);
        let mut parts = text.splitn(3, ':');
        let (Some(host), Some(own_port), Some(target)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(invalid("it has fewer than three parts"));
        };
        if host.parse::<IpAddr>().is_ok() || host.starts_with('[') {
            return Err(invalid("the host is an address already, and not a name"));
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if host.is_empty() || !host.chars().all(fits) {
            return Err(invalid("the host is not a name"));
        }
        let own_port = port(own_port).ok_or_else(|| invalid("the first port is not a number"))?;
        let (address, address_port) = match target.strip_prefix('[') {
            Some(inner) => {
                let (address, rest) =
                    inner.split_once(']').ok_or_else(|| invalid("a bracket is not closed"))?;
                let address = address.parse().map(IpAddr::V6).ok();
                match (rest, rest.strip_prefix(':')) {
                    ("", _) => (address, None),
                    (_, Some(port)) => (address, Some(port)),
                    _ => return Err(invalid("something follows the bracket")),
                }
            }
            // Without brackets, all of an IPv6 address is the address.
            None => match (target.parse::<IpAddr>(), target.rsplit_once(':')) {
                (Ok(address), _) => (Some(address), None),
                (_, Some((address, port))) => (address.parse().map(IpAddr::V4).ok(), Some(port)),
                _ => (None, None),
            },
        };
        let address = address.ok_or_else(|| invalid("the address is not an IP address"))?;
        let address_port = match address_port {
            Some(text) => {
                Some(port(text).ok_or_else(|| invalid("the second port is not a number"))?)
            }
            None => None,
        };
        Ok(Self { host: host.to_ascii_lowercase(), port: own_port, address, address_port })
    }
}

impl fmt::Display for ResolveOverride {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:", self.host, self.port)?;
        match (self.address_port, self.address) {
            (Some(port), address) => SocketAddr::new(address, port).fmt(f),
            (None, IpAddr::V6(address)) => write!(f, "[{address}]"),
            (None, address) => address.fmt(f),
        }
    }
}

/// Resolves every name to one address: the resolver of a client for one server.
pub(super) struct GivenAddress(pub(super) SocketAddr);

impl Resolve for GivenAddress {
    fn resolve(&self, _: Name) -> Resolving {
        let address = self.0;
        Box::pin(async move {
            let addresses: Addrs = Box::new(std::iter::once(address));
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> ResolveOverride {
        text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn addresses_are_parsed_and_written_back() {
        for (text, target) in [
            ("a.test:443:127.0.0.1", "127.0.0.1:443"),
            ("a.test:443:127.0.0.1:5000", "127.0.0.1:5000"),
            ("a.test:443:[::1]", "[::1]:443"),
            ("a.test:443:[2001:db8::7]:8443", "[2001:db8::7]:8443"),
        ] {
            assert_eq!(given(text).to_string(), text);
            assert_eq!(given(text).target().to_string(), target);
        }
        assert_eq!(given("A.test:443:2001:db8::7").to_string(), "a.test:443:[2001:db8::7]");
    }

    #[test]
    fn a_malformed_address_is_refused_with_its_text_and_the_form() {
        for text in [
            "",
            "a.test",
            "a.test:443",
            "a.test:443:",
            ":443:127.0.0.1",
            "a.test::127.0.0.1",
            "a.test:0:127.0.0.1",
            "a.test:65536:127.0.0.1",
            "a.test:https:127.0.0.1",
            "a.test:443:other.test",
            "a.test:443:127.0.0.1:",
            "a.test:443:127.0.0.1:0",
            "a.test:443:127.0.0.1:x",
            "a.test:443:[::1",
            "a.test:443:[::1]x",
            "a.test:443:[::1]:x",
            "a.test:443:[127.0.0.1]",
            "a test:443:127.0.0.1",
            "https://a.test:443:127.0.0.1",
            "127.0.0.1:443:127.0.0.2",
            "[::1]:443:127.0.0.2",
        ] {
            let error = text.parse::<ResolveOverride>().expect_err(text);
            assert_eq!(error.code(), Code::InvalidArgument, "{text}");
            assert!(error.message().contains(&format!("{text:?}")), "{error}");
            assert!(error.message().ends_with("HOST:PORT:ADDRESS[:PORT]"), "{error}");
        }
    }

    #[test]
    fn an_address_is_for_one_host_and_port_and_the_last_one_counts() {
        let all =
            [given("a.test:443:127.0.0.1"), given("a.test:443:127.0.0.2"), given("b.test:80:::1")];
        let of = |url: &str| {
            let found = ResolveOverride::of(&all, &Url::parse(url).unwrap());
            found.map(|given| given.address.to_string())
        };
        assert_eq!(of("https://A.test/v2/").as_deref(), Some("127.0.0.2"));
        assert_eq!(of("http://a.test:443/").as_deref(), Some("127.0.0.2"));
        assert_eq!(of("http://b.test/").as_deref(), Some("::1"));
        assert_eq!(of("https://a.test:5000/"), None);
        assert_eq!(of("https://b.test/"), None);
        assert_eq!(of("https://c.test/"), None);
    }

    #[test]
    fn a_url_is_moved_only_if_it_names_another_port() {
        let moved = |given: &str, url: &str| {
            let url = Url::parse(url).unwrap();
            given.parse::<ResolveOverride>().unwrap().moved(&url).map(String::from)
        };
        assert_eq!(moved("a.test:443:127.0.0.1:5000", "https://a.test/v2/"), None);
        assert_eq!(moved("a.test:5000:127.0.0.1", "https://a.test:5000/v2/"), None);
        assert_eq!(moved("a.test:5000:127.0.0.1:5000", "https://a.test:5000/v2/"), None);
        let to = moved("a.test:5000:127.0.0.1:5001", "https://a.test:5000/v2/");
        assert_eq!(to.as_deref(), Some("https://a.test:5001/v2/"));
    }
}
