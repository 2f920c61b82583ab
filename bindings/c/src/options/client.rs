// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of a client.

use std::{mem::MaybeUninit, time::Duration};

use ocigraph::{Limits, Result};

use crate::{
    boundary::{call_status, require},
    client_options::ocigraph_client_options,
    error::ocigraph_error,
    numbers::{
        OCIGRAPH_LIMIT_CONNECT_TIMEOUT, OCIGRAPH_LIMIT_HELPER_TIMEOUT, OCIGRAPH_LIMIT_IDLE_TIMEOUT,
        OCIGRAPH_LIMIT_MAX_ATTEMPTS, OCIGRAPH_LIMIT_MAX_ENTRIES, OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES,
        OCIGRAPH_LIMIT_MAX_PAGES, OCIGRAPH_LIMIT_MAX_REQUESTS_PER_SECOND,
        OCIGRAPH_LIMIT_RESPONSE_TIMEOUT, OCIGRAPH_LIMIT_STALL_TIMEOUT,
        OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT, parse_referrers_mode,
    },
    status::ocigraph_status,
    text::{invalid, ocigraph_str},
};

/// Sets a credential file in docker's format, in place of all others: neither docker's and podman's
/// own files nor environment variables such as `DOCKER_AUTH_CONFIG` are read. A file that does not
/// exist has no credentials. `login` writes to it. Default: not set, and `login` writes to docker's
/// `config.json`. An empty text or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_auth_file(
    options: Option<&mut ocigraph_client_options>,
    auth_file: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = auth_file.optional("auth_file")?;
        require(options, "options")?.config.auth_file = value.map(Into::into);
        Ok(())
    })
}

/// Selects plain HTTP (true) or TLS (false) for every registry. Default: plain HTTP for loopback
/// addresses and TLS for all other hosts.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_plain_http(
    options: Option<&mut ocigraph_client_options>,
    plain_http: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.config.plain_http = Some(plain_http);
        Ok(())
    })
}

/// Sets a PEM file of certificates to trust in addition to those of the system. Default: not set.
/// An empty text or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8; TLS if the file contains
/// no certificate.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_ca_file(
    options: Option<&mut ocigraph_client_options>,
    ca_file: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = ca_file.optional("ca_file")?;
        require(options, "options")?.change(|config| config.ca_file = value.map(Into::into))
    })
}

/// If true, accepts any server certificate. Anyone on the network path can then read and change the
/// traffic. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_insecure(
    options: Option<&mut ocigraph_client_options>,
    insecure: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.config.insecure = insecure;
        Ok(())
    })
}

/// If true, uses the proxies in `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, except for hosts in
/// `NO_PROXY` and for loopback addresses. A malformed address of a proxy is an error. An entry of
/// `NO_PROXY` that is not understood is ignored with a warning. Default: true.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_use_proxy(
    options: Option<&mut ocigraph_client_options>,
    use_proxy: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.config.use_proxy = use_proxy;
        Ok(())
    })
}

/// Adds an address. Addresses to connect to in place of those that a host name has, each as
/// `HOST:PORT:ADDRESS[:PORT]`, such as `registry.example.com:443:203.0.113.7:8443`. An address is
/// used for each connection to its host and port, also after a redirect and to a token server;
/// certificates, headers and credentials are those of the name. Such a connection uses no proxy. An
/// IPv6 address before a port must be in brackets. Of several addresses for one host and port, the
/// last one is used. Default: none.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text has another form.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_add_resolve(
    options: Option<&mut ocigraph_client_options>,
    resolve: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        let value = resolve.parse("resolve")?;
        options.config.resolve.push(value);
        Ok(())
    })
}

/// Sets the way in which referrers are listed, also those that are pushed or deleted. Image layouts
/// ignore it. Default: `OCIGRAPH_REFERRERS_MODE_AUTO`.
///
/// `referrers_mode`: one of `OCIGRAPH_REFERRERS_MODE_*`.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_referrers_mode(
    options: Option<&mut ocigraph_client_options>,
    referrers_mode: i32,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = parse_referrers_mode(referrers_mode)?;
        require(options, "options")?.config.referrers_mode = value;
        Ok(())
    })
}

/// Adds a header. Additional header fields, as names and values. They are sent only to the origin
/// of the registry. Default: none.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, if a text is not UTF-8, or if the name or value
/// is not a valid header.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_add_header(
    options: Option<&mut ocigraph_client_options>,
    name: ocigraph_str,
    value: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let header = (name.text("name")?, value.text("value")?);
        require(options, "options")?.change(|config| config.headers.push(header))
    })
}

/// Sets the `User-Agent` header (RFC 9110, section 10.1.5,
/// https://www.rfc-editor.org/rfc/rfc9110#section-10.1.5). Default: `ocigraph/` and the version of
/// ocigraph.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is not UTF-8 or not valid in a
/// header.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_user_agent(
    options: Option<&mut ocigraph_client_options>,
    user_agent: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = user_agent.text("user_agent")?;
        require(options, "options")?.change(|config| config.user_agent = value)
    })
}

/// Sets a timeout or a maximum. `limit` is one of `OCIGRAPH_LIMIT_*`, which state the unit and the
/// default. A `value` of 0 restores the default.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or `limit` is unknown.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_limit(
    options: Option<&mut ocigraph_client_options>,
    limit: i32,
    value: u64,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || set_limit(&mut require(options, "options")?.config.limits, limit, value))
}

/// Sets the limit with this number. 0 restores the default.
pub(crate) fn set_limit(limits: &mut Limits, limit: i32, value: u64) -> Result<()> {
    let default = Limits::default();
    let given = Some(value).filter(|value| *value > 0);
    match limit {
        OCIGRAPH_LIMIT_CONNECT_TIMEOUT => {
            limits.connect_timeout = given.map_or(default.connect_timeout, Duration::from_millis)
        }
        OCIGRAPH_LIMIT_RESPONSE_TIMEOUT => {
            limits.response_timeout = given.map_or(default.response_timeout, Duration::from_millis)
        }
        OCIGRAPH_LIMIT_IDLE_TIMEOUT => {
            limits.idle_timeout = given.map_or(default.idle_timeout, Duration::from_millis)
        }
        OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT => {
            limits.upload_response_timeout =
                given.map_or(default.upload_response_timeout, Duration::from_millis)
        }
        OCIGRAPH_LIMIT_MAX_ATTEMPTS => {
            limits.max_attempts =
                given.map_or(default.max_attempts, |n| u32::try_from(n).unwrap_or(u32::MAX))
        }
        OCIGRAPH_LIMIT_STALL_TIMEOUT => {
            limits.stall_timeout = given.map_or(default.stall_timeout, Duration::from_millis)
        }
        OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES => {
            limits.max_manifest_bytes = given
                .map_or(default.max_manifest_bytes, |n| usize::try_from(n).unwrap_or(usize::MAX))
        }
        OCIGRAPH_LIMIT_MAX_PAGES => {
            limits.max_pages =
                given.map_or(default.max_pages, |n| usize::try_from(n).unwrap_or(usize::MAX))
        }
        OCIGRAPH_LIMIT_MAX_ENTRIES => {
            limits.max_entries =
                given.map_or(default.max_entries, |n| usize::try_from(n).unwrap_or(usize::MAX))
        }
        OCIGRAPH_LIMIT_HELPER_TIMEOUT => {
            limits.helper_timeout = given.map_or(default.helper_timeout, Duration::from_millis)
        }
        OCIGRAPH_LIMIT_MAX_REQUESTS_PER_SECOND => {
            limits.max_requests_per_second = given
                .map_or(default.max_requests_per_second, |n| u32::try_from(n).unwrap_or(u32::MAX))
        }
        other => {
            return Err(invalid(format!("invalid limit {other}: expected OCIGRAPH_LIMIT_*")));
        }
    }
    Ok(())
}
