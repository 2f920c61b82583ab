//! Which token server a registry may send its clients to.
//!
//! A challenge is the registry's word, and could name a service of the client's own network: the
//! metadata server of a cloud, a database behind the firewall. So a realm must be reached over TLS
//! when the registry is, and must not be at an address that only this machine or network knows,
//! unless the registry itself is at one of the same kind. Names are resolved for that, and the
//! address that was checked is the one that is used.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host as UrlHost, Url};

use ocigraph_types::{Code, Error, Result};

/// From where an address can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum NetworkScope {
    /// This machine.
    Loopback,
    /// The same cable: metadata servers of clouds are here.
    LinkLocal,
    /// The same network.
    Private,
    Anywhere,
}

impl NetworkScope {
    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => match address.to_ipv4_mapped().or_else(|| embedded(address)) {
                Some(address) => Self::of_v4(address),
                None => Self::of_v6(address),
            },
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        let [a, b, ..] = address.octets();
        match (a, b) {
            // 0.0.0.0 is this machine to most systems.
            (0 | 127, _) => Self::Loopback,
            (169, 254) => Self::LinkLocal,
            // 100.64.0.0/10 is shared among the customers of a provider (RFC 6598).
            (10, _) | (172, 16..=31) | (192, 168) | (100, 64..=127) => Self::Private,
            _ if address.is_broadcast() || address.is_multicast() => Self::LinkLocal,
            _ => Self::Anywhere,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        if address.is_loopback() || address.is_unspecified() {
            Self::Loopback
        } else if address.is_unicast_link_local() || address.is_multicast() {
            Self::LinkLocal
        } else if address.is_unique_local() || address.segments()[0] & 0xffc0 == 0xfec0 {
            Self::Private
        } else {
            Self::Anywhere
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Loopback => "on this machine",
            Self::LinkLocal => "a link-local address",
            Self::Private => "a private address",
            Self::Anywhere => "a public address",
        }
    }
}

/// The IPv4 address within one of NAT64 (RFC 6052) or 6to4 (RFC 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

/// Checks a realm before anything is sent there, and resolves its name for whoever connects.
pub(crate) struct RealmGuard {
    realm: String,
    allowed: HashSet<NetworkScope>,
}

impl RealmGuard {
    /// UNAUTHORIZED, with nothing sent, when the registry at `registry` has no business to name
    /// `realm`.
    pub(crate) async fn check(registry: &Url, realm: &Url) -> Result<Self> {
        let refuse = |why: String| {
            Err(Error::new(
                Code::Unauthorized,
                format!("the registry wants its tokens fetched from {}, {why}", redacted(realm)),
            )
            .with_hint("nothing was sent there; is this the registry that you mean?"))
        };
        match (registry.scheme(), realm.scheme()) {
            (_, "https") | ("http", "http") => {}
            ("https", "http") => {
                return refuse("which is not over TLS as the registry itself is".into());
            }
            (_, scheme) => return refuse(format!("and {scheme} is neither http nor https")),
        }
        let name = realm.host_str().unwrap_or_default().to_owned();
        if registry.host_str() == realm.host_str() {
            let all = [
                NetworkScope::Loopback,
                NetworkScope::LinkLocal,
                NetworkScope::Private,
                NetworkScope::Anywhere,
            ];
            return Ok(Self { realm: name, allowed: HashSet::from(all) });
        }
        let mut allowed = HashSet::from([NetworkScope::Anywhere]);
        allowed.extend(reaches(registry).await);
        let of_realm = reaches(realm).await;
        match of_realm.iter().find(|reach| !allowed.contains(reach)) {
            Some(reach) => refuse(format!("which is {}", reach.name())),
            None => Ok(Self { realm: name, allowed }),
        }
    }
}

/// A URL as logs and errors may show it: without its query, which may be signed, and without a
/// password.
pub(crate) fn redacted(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

/// From where a server can be reached; nothing for a name that cannot be resolved.
async fn reaches(url: &Url) -> HashSet<NetworkScope> {
    match url.host() {
        Some(UrlHost::Ipv4(address)) => HashSet::from([NetworkScope::of(address.into())]),
        Some(UrlHost::Ipv6(address)) => HashSet::from([NetworkScope::of(address.into())]),
        Some(UrlHost::Domain(name)) => match resolve(name).await {
            Ok(addresses) => addresses.iter().map(|a| NetworkScope::of(a.ip())).collect(),
            Err(_) => HashSet::new(),
        },
        None => HashSet::new(),
    }
}

async fn resolve(name: &str) -> std::io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((name, 0)).await?.collect())
}

impl Resolve for RealmGuard {
    /// A name may answer differently the second time: what is connected to is checked again. Other
    /// names, such as a proxy's, are the user's own choice.
    fn resolve(&self, name: Name) -> Resolving {
        let checked = name.as_str() == self.realm;
        let allowed = checked.then(|| Arc::new(self.allowed.clone()));
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let mut addresses = resolve(&name).await?;
            if let Some(allowed) = allowed {
                addresses.retain(|address| allowed.contains(&NetworkScope::of(address.ip())));
                if addresses.is_empty() {
                    return Err(format!("{name} has no address that may be used here").into());
                }
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(registry: &str, realm: &str) -> Result<()> {
        let (registry, realm) = (Url::parse(registry).unwrap(), Url::parse(realm).unwrap());
        RealmGuard::check(&registry, &realm).await.map(drop)
    }

    #[tokio::test]
    async fn a_realm_is_no_way_into_the_clients_network() {
        for realm in [
            "https://169.254.169.254/latest",
            "https://127.0.0.1/token",
            "https://0/token",
            "https://0x7f.1/token",
            "https://2130706433/token",
            "https://10.0.0.1/token",
            "https://172.31.0.1/token",
            "https://192.168.1.1/token",
            "https://100.64.0.1/token",
            "https://[::1]/token",
            "https://[::ffff:127.0.0.1]/token",
            "https://[64:ff9b::a9fe:a9fe]/token",
            "https://[fe80::1]/token",
            "https://[fd00::1]/token",
            "https://localhost/token",
            "http://203.0.113.1/token",
            "ftp://203.0.113.1/token",
        ] {
            let error = check("https://203.0.113.9/", realm).await.unwrap_err();
            assert_eq!(error.code(), Code::Unauthorized, "{realm}: {error}");
        }
    }

    #[tokio::test]
    async fn a_realm_beside_its_registry_is_fine() {
        for (registry, realm) in [
            ("https://203.0.113.9/", "https://203.0.113.1/token"),
            ("http://127.0.0.1:5000/", "http://127.0.0.1:5001/token"),
            ("http://localhost:5000/", "http://127.0.0.1:5001/token"),
            ("http://127.0.0.1:5000/", "https://203.0.113.1/token"),
            ("https://10.0.0.1/", "https://192.168.0.1/token"),
            ("https://10.0.0.1/", "https://10.0.0.1:8443/token"),
        ] {
            check(registry, realm).await.unwrap_or_else(|e| panic!("{registry} {realm}: {e}"));
        }
        // The registry is on this machine, the realm is elsewhere in the network.
        check("http://127.0.0.1:5000/", "http://169.254.169.254/token").await.unwrap_err();
        check("http://127.0.0.1:5000/", "http://10.0.0.1/token").await.unwrap_err();
    }
}
