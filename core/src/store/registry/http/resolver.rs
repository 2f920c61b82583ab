//! Host names as addresses. `localhost` and the names below it mean this machine and never reach a
//! name server (RFC 6761, section 6.3), because a client uses plain HTTP for them.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Resolves names with the resolver of the system, except those of this machine.
pub(super) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses: Addrs = Box::new(resolve(name.as_str()).await?.into_iter());
            Ok(addresses)
        })
    }
}

/// Returns the addresses of a host name, with port 0.
pub(crate) async fn resolve(name: &str) -> io::Result<Vec<SocketAddr>> {
    if is_localhost(name) {
        return Ok(vec![(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()]);
    }
    Ok(tokio::net::lookup_host((name, 0)).await?.collect())
}

fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_of_this_machine_are_loopback_without_a_name_server() {
        for name in ["localhost", "registry.localhost", "a.b.LOCALHOST", "localhost."] {
            let addresses = resolve(name).await.unwrap();
            assert!(addresses.iter().all(|address| address.ip().is_loopback()), "{name}");
            assert_eq!(addresses.len(), 2, "{name}");
        }
        assert!(!is_localhost("notlocalhost") && !is_localhost("localhost.example"));
    }
}
