//! Checks the environment variables that name proxies. The HTTP library ignores a malformed one,
//! and would then send requests around the proxy. An exception that it does not understand has no
//! effect there, and is a warning here.

use std::{env, ffi::OsString, net::IpAddr};

use http::Uri;

use crate::store::registry::hint;
use ocigraph_types::{Code, Error, Result};

/// The schemes of proxies that the HTTP library would need another feature for.
const SOCKS: [&str; 4] = ["socks4", "socks4a", "socks5", "socks5h"];

/// Checks the variables that select the proxy for servers with TLS (`secure`) or without it.
///
/// Fails with INVALID_ARGUMENT for a malformed variable, and with UNSUPPORTED for a SOCKS proxy.
pub(crate) fn check_environment(secure: bool) -> Result<()> {
    check(secure, |name| env::var_os(name))
}

/// Returns true if a variable names a proxy for servers with TLS (`secure`) or without it.
#[cfg(target_os = "linux")]
pub(crate) fn is_in_environment(secure: bool) -> bool {
    proxy_variable(secure, &|name| env::var_os(name)).is_some()
}

/// Returns the variable that names the proxy, and its value.
fn proxy_variable(
    secure: bool,
    read: &dyn Fn(&str) -> Option<OsString>,
) -> Option<(String, OsString)> {
    // In a CGI program, HTTP_PROXY can be the header `Proxy` of a request, so proxies are not used.
    if read("REQUEST_METHOD").is_some() {
        return None;
    }
    let own = match secure {
        true => set_variable("HTTPS_PROXY", "https_proxy", read),
        false => set_variable("HTTP_PROXY", "http_proxy", read),
    };
    own.or_else(|| set_variable("ALL_PROXY", "all_proxy", read))
}

/// The HTTP library reads the first of the two names that is set.
fn set_variable(
    upper: &str,
    lower: &str,
    read: &dyn Fn(&str) -> Option<OsString>,
) -> Option<(String, OsString)> {
    let found = [upper, lower].into_iter().find_map(|name| Some((name.to_owned(), read(name)?)));
    found.filter(|(_, value)| !value.to_string_lossy().trim().is_empty())
}

fn check(secure: bool, read: impl Fn(&str) -> Option<OsString>) -> Result<()> {
    let Some((name, value)) = proxy_variable(secure, &read) else { return Ok(()) };
    check_proxy(&name, value.to_str())?;
    if let Some((name, value)) = set_variable("NO_PROXY", "no_proxy", &read) {
        for entry in unknown_exceptions(&value.to_string_lossy()) {
            tracing::warn!(
                "ignoring the entry {entry:?} of {name}: expected a host name, an IP address, or a network such as 10.0.0.0/8"
            );
        }
    }
    Ok(())
}

/// The message does not quote the value, which can contain a password.
fn check_proxy(name: &str, value: Option<&str>) -> Result<()> {
    let invalid = || {
        let message = format!("invalid {name}: expected http://HOST:PORT or https://HOST:PORT");
        Err(Error::new(Code::InvalidArgument, message).with_hint(hint::proxy_variable(name)))
    };
    let Some(uri) = value.and_then(|text| text.parse::<Uri>().ok()) else { return invalid() };
    match uri.scheme_str() {
        None | Some("http" | "https") => {}
        Some(scheme) if SOCKS.contains(&scheme) => {
            let message = format!("{name} names a SOCKS proxy, which is not supported");
            return Err(
                Error::new(Code::Unsupported, message).with_hint(hint::proxy_variable(name))
            );
        }
        Some(_) => return invalid(),
    }
    let Some(authority) = uri.authority() else { return invalid() };
    let host_and_port = authority.as_str().rsplit('@').next().unwrap_or_default();
    let after_host = host_and_port.rsplit(']').next().unwrap_or_default();
    let has_port = after_host.contains(':');
    if authority.host().is_empty()
        || (has_port && authority.port_u16().is_none_or(|port| port == 0))
    {
        return invalid();
    }
    Ok(())
}

/// Returns the entries that are neither host names nor IP addresses or networks. Other tools accept
/// some of them, such as `<local>` and `10.0.0.0/255.0.0.0`.
fn unknown_exceptions(value: &str) -> impl Iterator<Item = &str> {
    let entries = value.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries.filter(|entry| {
        let is_network = entry.split_once('/').is_none_or(|(address, length)| {
            let longest = match address.parse::<IpAddr>() {
                Ok(IpAddr::V4(_)) => 32,
                Ok(IpAddr::V6(_)) => 128,
                Err(_) => return false,
            };
            length.parse::<u8>().is_ok_and(|length| length <= longest)
        });
        let fits = |c: char| c.is_alphanumeric() || "._-*:[]/%".contains(c);
        !is_network || !entry.chars().all(fits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(secure: bool, variables: &[(&str, &str)]) -> Result<()> {
        check(secure, |name| {
            variables.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn a_malformed_variable_is_an_error_that_names_it_and_hides_its_value() {
        for (secure, name) in [
            (true, "HTTPS_PROXY"),
            (true, "https_proxy"),
            (true, "ALL_PROXY"),
            (false, "HTTP_PROXY"),
            (false, "http_proxy"),
            (false, "all_proxy"),
        ] {
            for value in [
                "http://",
                "http://user:secret@",
                "http//secret",
                "http://proxy:99999",
                "http://proxy:",
                "http://pro xy:3128",
                "http://[::1:3128",
                ":3128",
                "ftp://secret:21",
            ] {
                let error = checked(secure, &[(name, value)]).expect_err(value);
                assert_eq!(error.code(), Code::InvalidArgument, "{value}: {error}");
                assert!(error.to_string().contains(name), "{error}");
                assert!(!error.to_string().contains("secret"), "{error}");
            }
            let error = checked(secure, &[(name, "socks5://proxy:1080")]).unwrap_err();
            assert_eq!(error.code(), Code::Unsupported);
        }
    }

    #[test]
    fn valid_variables_and_those_of_the_other_scheme_are_accepted() {
        for value in [
            "http://proxy:3128",
            "https://u:p@proxy/",
            "proxy",
            "proxy:3128",
            "http://[::1]:1",
            "",
            " ",
        ] {
            let no = "*, .example.com,10.0.0.0/8,::1,fd00::/8,*.corp,registry:5000,";
            checked(true, &[("HTTPS_PROXY", value), ("NO_PROXY", no)]).expect(value);
            assert_eq!(unknown_exceptions(no).next(), None);
        }
        checked(true, &[("HTTP_PROXY", "http://")]).unwrap();
        checked(true, &[("HTTPS_PROXY", "http://"), ("REQUEST_METHOD", "GET")]).unwrap();
    }

    #[test]
    fn an_exception_that_is_not_understood_is_named_and_is_not_an_error() {
        for entry in [
            "10.0.0.0/33",
            "fd00::/129",
            "http://host",
            "a b",
            "10.0.0.0/x",
            "host/8",
            "<local>",
            "10.0.0.0/255.0.0.0",
        ] {
            let list = format!("registry.test, {entry},");
            assert_eq!(unknown_exceptions(&list).collect::<Vec<_>>(), [entry]);
            checked(true, &[("HTTPS_PROXY", "http://proxy"), ("no_proxy", &list)]).expect(entry);
        }
    }
}
