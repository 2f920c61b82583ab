//! The client, and how it speaks to registries.

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

/// How to speak to registries. May be used for any number of clients.
#[derive(Default)]
pub struct ocigraph_client_options {
    pub(crate) config: ClientConfig,
    /// Takes the place of the config's credentials.
    ask: Option<(ocigraph_credential_fn, UserData)>,
}

impl ocigraph_client_options {
    /// Changes the configuration, unless it could not be used then.
    fn change(&mut self, change: impl FnOnce(&mut ClientConfig)) -> Result<()> {
        let mut config = self.config.clone();
        change(&mut config);
        config.check()?;
        self.config = config;
        Ok(())
    }
}

/// A client for registries and layouts: connections, and what was learned of each registry.
pub struct ocigraph_client {
    core: Client,
    threads: Arc<Threads>,
    /// For the credential callback, which is not called once the client is gone.
    asking: Gate,
    /// Where it was given none; it stops when this is dropped.
    _own: Option<ocigraph_runtime>,
}

/// What a call keeps of its client, which a callback may free meanwhile.
pub(crate) struct CallContext {
    pub(crate) core: Client,
    pub(crate) threads: Arc<Threads>,
}

impl CallContext {
    pub(crate) fn of(client: *const ocigraph_client) -> Result<Self> {
        let client = require(as_ref(client), "client")?;
        Ok(Self { core: client.core.clone(), threads: Arc::clone(&client.threads) })
    }
}

impl Drop for ocigraph_client {
    fn drop(&mut self) {
        self.asking.shut();
    }
}

/// New options, with the defaults.
///
/// Ownership: the caller's, until `ocigraph_client_options_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_new() -> Option<Box<ocigraph_client_options>> {
    Some(Box::default())
}

/// This credential for every registry that the client is used with. Without it, and without the two
/// below, credentials are looked for where the other tools keep them: `DOCKER_AUTH_CONFIG`, the
/// configuration files of docker and of the containers tools, and the helpers that these name.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
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
        options.ask = None;
        Ok(())
    })
}

/// No credential at all.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_anonymous(
    options: Option<&mut ocigraph_client_options>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        options.config.credentials = Credentials::Anonymous;
        options.ask = None;
        Ok(())
    })
}

/// Asks `callback`, with `user_data` as its first argument, when a registry wants a credential.
/// `user_data` must live until clients that were made with these options are freed; nothing is
/// called after that.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_credential_callback(
    options: Option<&mut ocigraph_client_options>,
    callback: ocigraph_credential_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let callback = Some(require(callback, "callback")?);
        require(options, "options")?.ask = Some((callback, UserData(user_data)));
        Ok(())
    })
}

/// A credential file to look into before those of docker and of the containers tools; login writes
/// to it. No text: none.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is not UTF-8; a file that cannot
/// be used fails, with CREDENTIALS, what is done at a registry that asks for a credential. Since 0.1.0.
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

/// Certificates in PEM to trust beside those of the system. No text: none.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is not UTF-8, TLS for a file that
/// holds no certificates. Since 0.1.0.
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

/// The client's own certificates and their private key, both in PEM, for registries that ask for one.
/// No text in both: none.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, for what is not UTF-8 and for one
/// without the other, TLS for files that do not hold them. Since 0.1.0.
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

/// Takes any certificate: whoever sits between reads and changes what is sent.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
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

/// Uses the proxies that `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY` name, for hosts that `NO_PROXY`
/// does not; never for this machine. The default is true.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
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

/// Plain HTTP or TLS for every registry. Without it plain HTTP for this machine, TLS for others.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
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

/// Adds a header, which is sent to the registry itself and nowhere else.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, and for what is no header. Since 0.1.0.
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

/// Sets the `User-Agent` header; a program names itself here.
///
/// Threads: one at a time. Errors: as `ocigraph_client_options_add_header`. Since 0.1.0.
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

/// Ends options. Clients that were made with them keep what they need.
///
/// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_free(options: Option<Box<ocigraph_client_options>>) {
    free(options);
}

/// A new client. Nothing is read or sent yet.
///
/// `runtime`: whose threads to use; NULL gives the client threads of its own, which end with it.
/// `options`: NULL for the defaults.
///
/// Ownership: `out` is the caller's, until `ocigraph_client_free`; it keeps nothing of `options`.
/// Threads: any. Errors: IO where threads cannot be started. Since 0.1.0.
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
        let asking = Gate::default();
        let mut config = options.map(|o| o.config.clone()).unwrap_or_default();
        if let Some((Some(ask), user_data)) = options.and_then(|o| o.ask) {
            let asked = CallbackCredentials::new(ask, user_data, asking.clone(), &threads)?;
            config.credentials = Credentials::Callback(Arc::new(asked));
        }
        let core = Client::with_config(config);
        Ok(ocigraph_client { core, threads, asking, _own: own })
    })
}

/// Ends a client. Where it has threads of its own, as `ocigraph_runtime_free`; otherwise operations
/// of the callback form go on. Its credential callback is not called after that. Blocking calls
/// must have returned, but for one in whose callback this is called.
///
/// Ownership: takes `client`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_free(client: Option<Box<ocigraph_client>>) {
    match client {
        // Its connections are the parent's, and what guards them may be locked for ever.
        Some(client) if client.threads.is_of_another_process() => mem::forget(client),
        client => free(client),
    }
}
