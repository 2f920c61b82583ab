//! The host of a registry, with its port.

use std::{fmt, net::Ipv6Addr, str::FromStr};

use crate::{Error, Result, reference::invalid};

/// A registry: a host name or address, and a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host {
    name: String,
    pub(crate) port: Option<u16>,
}

impl Host {
    /// The host's name or address as written; an IPv6 address with its brackets.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The port, where one was written.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether it is this machine: `localhost` or a loopback address. Such a registry is spoken to
    /// in plain HTTP unless told otherwise.
    pub fn is_loopback(&self) -> bool {
        self.name == "localhost"
            || self.name.ends_with(".localhost")
            || self.name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
            || self.ipv6().is_some_and(|ip| ip.is_loopback())
    }

    /// Whether it is Docker Hub, under any of its names.
    pub fn is_docker_hub(&self) -> bool {
        matches!(self.name.as_str(), "docker.io" | "index.docker.io" | "registry-1.docker.io")
    }

    fn ipv6(&self) -> Option<Ipv6Addr> {
        self.name.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
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

impl FromStr for Host {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |why: &str| Err(invalid(format!("{text:?} is no registry: {why}")));
        if text.contains("://") {
            return wrong("it has a scheme; write HOST or HOST:PORT");
        }
        if text.contains('/') {
            return wrong("it goes on after the host; write HOST or HOST:PORT alone");
        }
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => match rest.split_once(']') {
                Some((address, "")) => (&text[..address.len() + 2], None),
                Some((address, after)) => match after.strip_prefix(':') {
                    Some(port) => (&text[..address.len() + 2], Some(port)),
                    None => return wrong("behind the ] of an IPv6 address may only stand a port"),
                },
                None => return wrong("the [ of an IPv6 address is not closed"),
            },
            None => match text.split_once(':') {
                Some((name, port)) => (name, Some(port)),
                None => (text, None),
            },
        };
        let port = match port.map(|digits| (digits, digits.parse::<u16>())) {
            None => None,
            // With a sign or a leading zero it would not be written back as it was read.
            Some((digits, Ok(port))) if !digits.starts_with(['+', '0']) => Some(port),
            Some(_) => return wrong("the port is no number from 1 to 65535"),
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
                return wrong("between the brackets is no IPv6 address");
            }
        } else if !name.split('.').all(label) {
            return wrong("a host name has letters, digits, - and dots");
        }
        Ok(host)
    }
}
