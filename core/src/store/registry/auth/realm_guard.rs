//! The check of the token server that a registry names as its realm.
//!
//! A malicious registry could name a service in the client's own network, such as the metadata
//! server of a cloud. A realm must therefore use TLS if the registry does. Its addresses must be
//! public, or in the same network scope as the registry's. The client connects only to addresses
//! that passed this check.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host as UrlHost, Url};

use crate::store::registry::{
    hint,
    http::{resolve_override::ResolveOverride, resolver::resolve, url::redacted},
};
use ocigraph_types::{Code, Error, Result};

/// The part of the network from which an address can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum NetworkScope {
    /// This machine.
    Loopback,
    /// The same network link. The metadata servers of clouds have such addresses.
    LinkLocal,
    /// The same private network.
    Private,
    /// The internet.
    Public,
}

impl NetworkScope {
    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => {
                match address.to_ipv4_mapped().or_else(|| embedded_ipv4(address)) {
                    Some(address) => Self::of_v4(address),
                    None => Self::of_v6(address),
                }
            }
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        let [a, b, ..] = address.octets();
        match (a, b) {
            // Most systems treat 0.0.0.0 as this machine.
            (0 | 127, _) => Self::Loopback,
            (169, 254) => Self::LinkLocal,
            // The customers of one provider share 100.64.0.0/10 (RFC 6598).
            (10, _) | (172, 16..=31) | (192, 168) | (100, 64..=127) => Self::Private,
            _ if address.is_broadcast() || address.is_multicast() => Self::LinkLocal,
            _ => Self::Public,
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
            Self::Public
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Loopback => "on this machine",
            Self::LinkLocal => "a link-local address",
            Self::Private => "a private address",
            Self::Public => "a public address",
        }
    }
}

/// Returns the IPv4 address that a NAT64 (RFC 6052) or 6to4 (RFC 3056) address contains.
fn embedded_ipv4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

/// A realm that passed the check, as the resolver of the HTTP client for it.
pub(super) struct RealmGuard {
    /// The host name of the realm.
    realm: String,
    allowed: HashSet<NetworkScope>,
}

impl RealmGuard {
    /// Checks the realm of a registry before anything is sent to it; UNAUTHORIZED if the registry
    /// must not name this realm.
    pub(super) async fn check(
        registry: &Url,
        realm: &Url,
        resolve: &[ResolveOverride],
    ) -> Result<Self> {
        let refuse = |reason: String| {
            Err(Error::new(
                Code::Unauthorized,
                format!("the registry names the token server {}, {reason}", redacted(realm)),
            )
            .with_hint(hint::realm_refused()))
        };
        match (registry.scheme(), realm.scheme()) {
            (_, "https") | ("http", "http") => {}
            ("https", "http") => {
                return refuse("which is not over TLS although the registry is".into());
            }
            (_, scheme) => {
                return refuse(format!("whose scheme {scheme} is neither http nor https"));
            }
        }
        let name = realm.host_str().unwrap_or_default().to_owned();
        if registry.host_str() == realm.host_str() {
            let all = [
                NetworkScope::Loopback,
                NetworkScope::LinkLocal,
                NetworkScope::Private,
                NetworkScope::Public,
            ];
            return Ok(Self { realm: name, allowed: HashSet::from(all) });
        }
        let mut allowed = HashSet::from([NetworkScope::Public]);
        allowed.extend(match ResolveOverride::of(resolve, registry) {
            Some(given) => HashSet::from([NetworkScope::of(given.address)]),
            None => network_scopes(registry).await,
        });
        // The caller gave the address of the token server, as of a proxy.
        if ResolveOverride::of(resolve, realm).is_some() {
            return Ok(Self { realm: name, allowed });
        }
        let scopes = network_scopes(realm).await;
        match scopes.iter().find(|scope| !allowed.contains(scope)) {
            Some(scope) => refuse(format!("which is {}", scope.description())),
            None => Ok(Self { realm: name, allowed }),
        }
    }
}

/// Returns the scopes of a server's addresses; none for a name that cannot be resolved.
async fn network_scopes(url: &Url) -> HashSet<NetworkScope> {
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

impl Resolve for RealmGuard {
    /// Checks the addresses again, since a name may resolve differently the second time. Other
    /// names, such as a proxy's, are the user's choice and not checked.
    fn resolve(&self, name: Name) -> Resolving {
        let is_realm = name.as_str() == self.realm;
        let allowed = is_realm.then(|| Arc::new(self.allowed.clone()));
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let mut addresses = resolve(&name).await?;
            if let Some(allowed) = allowed {
                addresses.retain(|address| allowed.contains(&NetworkScope::of(address.ip())));
                if addresses.is_empty() {
                    return Err(
                        format!("{name} has no address that a token server may have").into()
                    );
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
        RealmGuard::check(&registry, &realm, &[]).await.map(drop)
    }

    #[tokio::test]
    async fn a_realm_in_the_clients_network_is_refused() {
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
    async fn a_realm_in_the_same_network_scope_as_the_registry_is_accepted() {
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
        // The registry is on this machine, the realm in the local network.
        check("http://127.0.0.1:5000/", "http://169.254.169.254/token").await.unwrap_err();
        check("http://127.0.0.1:5000/", "http://10.0.0.1/token").await.unwrap_err();
    }

    #[tokio::test]
    async fn a_given_address_is_that_of_the_registry_and_the_choice_of_the_caller_for_a_realm() {
        let registry = Url::parse("https://registry.test/").unwrap();
        let check = async |realm: &str, given: &[&str]| {
            let given: Vec<_> = given.iter().map(|text| text.parse().unwrap()).collect();
            RealmGuard::check(&registry, &Url::parse(realm).unwrap(), &given).await.map(drop)
        };
        let public = "registry.test:443:203.0.113.9";
        check("https://10.0.0.1/token", &[public]).await.unwrap_err();
        check("https://10.0.0.1/token", &["registry.test:443:10.0.0.9"]).await.unwrap();
        check("https://auth.test/token", &[public, "auth.test:443:10.0.0.1"]).await.unwrap();
        check("http://auth.test/token", &[public, "auth.test:80:10.0.0.1"]).await.unwrap_err();
    }
}
