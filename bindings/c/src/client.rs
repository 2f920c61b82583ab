//! The client and its options.

use std::{
    ffi::c_void,
    mem::{self, MaybeUninit},
    sync::Arc,
};

use ocigraph::{Client, ClientConfig, Credentials, Result};

use crate::{
    boundary::{call, call_status, free, require},
    callback::{Gate, UserData},
    credential::{CallbackCredentials, ocigraph_credential, ocigraph_credential_fn},
    error::ocigraph_error,
    handle::as_ref,
    runtime::{Threads, ocigraph_runtime},
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Configuration of a client: credentials, TLS, proxies, headers and limits. Any number of clients
/// can be created from the same options.
#[derive(Default)]
pub struct ocigraph_client_options {
    pub(crate) config: ClientConfig,
    /// Credential callback. It replaces the credentials in `config`.
    credential_callback: Option<(ocigraph_credential_fn, UserData)>,
}

impl ocigraph_client_options {
    /// Changes the configuration, unless the result would be invalid.
    fn change(&mut self, change: impl FnOnce(&mut ClientConfig)) -> Result<()> {
        let mut config = self.config.clone();
        change(&mut config);
        config.check()?;
        self.config = config;
        Ok(())
    }
}

/// A client for registries and image layouts. It holds connections, tokens and the capabilities
/// that it detected for each registry. Create one client and share it between threads.
pub struct ocigraph_client {
    core: Client,
    threads: Arc<Threads>,
    /// Stops the credential callback once the client is freed.
    credential_gate: Gate,
    /// The runtime that the client created for itself. It ends when this is dropped.
    _own_runtime: Option<ocigraph_runtime>,
}

/// The parts of a client that a call needs. A callback may free the client during the call.
pub(crate) struct CallContext {
    pub(crate) core: Client,
    pub(crate) threads: Arc<Threads>,
}

impl CallContext {
    pub(crate) fn new(client: *const ocigraph_client) -> Result<Self> {
        let client = require(as_ref(client), "client")?;
        Ok(Self { core: client.core.clone(), threads: Arc::clone(&client.threads) })
    }
}

impl Drop for ocigraph_client {
    fn drop(&mut self) {
        self.credential_gate.close();
    }
}

/// Creates client options with the default values.
///
/// Ownership: free the result with `ocigraph_client_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_new() -> Option<Box<ocigraph_client_options>> {
    Some(Box::default())
}

/// Sets the credential for every registry that the client connects to. It replaces an earlier
/// credential, anonymous access or credential callback.
///
/// By default, the client searches the credentials of other tools: `DOCKER_AUTH_CONFIG`, the
/// configuration files of Docker and of the containers tools, and the credential helpers that those
/// files name.
///
/// Errors: INVALID_ARGUMENT if `options` or `credential` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_credential(
    options: Option<&mut ocigraph_client_options>,
    credential: Option<&ocigraph_credential>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let credential = require(credential, "credential")?.0.clone();
        let options = require(options, "options")?;
        options.config.credentials = Credentials::Given(credential);
        options.credential_callback = None;
        Ok(())
    })
}

/// Makes every request anonymous. It replaces an earlier credential or credential callback.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_anonymous(
    options: Option<&mut ocigraph_client_options>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        options.config.credentials = Credentials::Anonymous;
        options.credential_callback = None;
        Ok(())
    })
}

/// Sets the function that provides credentials. The client calls it with `user_data` as the first
/// argument when a registry requires a credential. It replaces an earlier credential or anonymous
/// access.
///
/// `user_data` must stay valid until every client created from these options is freed. The library
/// makes no call after that.
///
/// Errors: INVALID_ARGUMENT if `options` or `callback` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_credential_callback(
    options: Option<&mut ocigraph_client_options>,
    callback: ocigraph_credential_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let callback = Some(require(callback, "callback")?);
        require(options, "options")?.credential_callback = Some((callback, UserData(user_data)));
        Ok(())
    })
}

/// Sets the credential file that is searched before the files of Docker and of the containers
/// tools, and that login writes to. No text unsets it. Default: not set.
///
/// The client reads the file when a registry requires a credential. Operations fail with
/// CREDENTIALS if it cannot be used.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or `path` is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_auth_file(
    options: Option<&mut ocigraph_client_options>,
    path: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let path = path.optional("path")?;
        require(options, "options")?.config.auth_file = path.map(Into::into);
        Ok(())
    })
}

/// Sets a PEM file with certificates to trust in addition to those of the system. No text unsets
/// it. Default: not set.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or `path` is not UTF-8; TLS if the file contains
/// no certificate.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_ca_file(
    options: Option<&mut ocigraph_client_options>,
    path: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let path = path.optional("path")?;
        require(options, "options")?.change(|config| config.ca_file = path.map(Into::into))
    })
}

/// Sets the client certificate chain and its private key, both as PEM files, for registries that
/// require mutual TLS. No text for both unsets them. Default: not set.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, if a path is not UTF-8, or if only one path is
/// given; TLS if the files do not contain a certificate and its key.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_client_certificate(
    options: Option<&mut ocigraph_client_options>,
    cert_file: ocigraph_str,
    key_file: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (cert, key) = (cert_file.optional("cert_file")?, key_file.optional("key_file")?);
        require(options, "options")?.change(|config| {
            (config.cert_file, config.key_file) = (cert.map(Into::into), key.map(Into::into));
        })
    })
}

/// Disables the verification of server certificates if true. Anyone on the network path can then
/// read and change the traffic. Default: false.
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

/// Enables the proxies in `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, except for hosts in
/// `NO_PROXY`. Connections to loopback addresses never use a proxy. Default: true.
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

/// Selects plain HTTP (true) or TLS (false) for every registry. Default: plain HTTP for loopback
/// addresses, TLS for all other hosts.
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

/// Adds an HTTP header to requests to the registry itself. Token servers and redirect targets do
/// not receive it.
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

/// Sets the `User-Agent` header, so that the operators of a registry can identify the program.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a valid header value.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_user_agent(
    options: Option<&mut ocigraph_client_options>,
    user_agent: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let user_agent = user_agent.text("user_agent")?;
        require(options, "options")?.change(|config| config.user_agent = user_agent)
    })
}

/// Frees client options. Clients created from them are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_free(options: Option<Box<ocigraph_client_options>>) {
    free(options);
}

/// Creates a client. It reads no file and sends no request yet.
///
/// `runtime`: the threads to use. NULL gives the client its own threads, which end with the client.
/// `options`: NULL for the defaults.
///
/// Ownership: free `out` with `ocigraph_client_free`.
/// Errors: IO if the threads cannot be started.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_new(
    runtime: Option<&ocigraph_runtime>,
    options: Option<&ocigraph_client_options>,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_client>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let (threads, own) = match runtime {
            Some(runtime) => (Arc::clone(&runtime.0), None),
            None => {
                let threads = Arc::new(Threads::start(0)?);
                (Arc::clone(&threads), Some(ocigraph_runtime(threads)))
            }
        };
        let credential_gate = Gate::default();
        let mut config = options.map(|o| o.config.clone()).unwrap_or_default();
        if let Some((Some(credential_callback), user_data)) =
            options.and_then(|o| o.credential_callback)
        {
            let source = CallbackCredentials::new(
                credential_callback,
                user_data,
                credential_gate.clone(),
                &threads,
            )?;
            config.credentials = Credentials::Callback(Arc::new(source));
        }
        let core = Client::with_config(config);
        Ok(ocigraph_client { core, threads, credential_gate, _own_runtime: own })
    })
}

/// Frees a client. Its credential callback is not called afterwards. Blocking calls must have
/// returned, except the call whose callback calls this function.
///
/// A client with its own threads cancels its operations and waits for them, as
/// `ocigraph_runtime_free` does. Operations of a client that shares a runtime continue if they use
/// the callback form.
///
/// Ownership: takes `client`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_free(client: Option<Box<ocigraph_client>>) {
    match client {
        // After a fork, the connections belong to the parent and their locks may never be released.
        Some(client) if client.threads.is_in_forked_child() => mem::forget(client),
        client => free(client),
    }
}
