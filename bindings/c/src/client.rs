//! The client, and how it speaks to registries.

use std::{mem::MaybeUninit, sync::Arc};

use ocigraph::{Client, RegistryConfig};

use crate::{
    boundary::{act, call, end, need},
    error::ocigraph_error,
    runtime::{Threads, ocigraph_runtime},
    status::ocigraph_status,
    text::ocigraph_str,
};

/// How to speak to registries. May be used for any number of clients.
#[derive(Default)]
pub struct ocigraph_client_options(pub(crate) RegistryConfig);

/// A client for registries and layouts: connections, and what was learned of each registry.
pub struct ocigraph_client {
    pub(crate) core: Client,
    pub(crate) threads: Arc<Threads>,
    /// Where it was given none; it stops when this is dropped.
    _own: Option<ocigraph_runtime>,
}

/// New options, with the defaults.
///
/// Ownership: the caller's, until `ocigraph_client_options_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_new() -> Option<Box<ocigraph_client_options>> {
    Some(Box::default())
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
    act(error, || {
        need(options, "options")?.0.plain_http = Some(plain_http);
        Ok(())
    })
}

/// Adds a header, which is sent to the registry itself and nowhere else.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL; a header that cannot be sent fails
/// the first call to a registry. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_add_header(
    options: Option<&mut ocigraph_client_options>,
    name: ocigraph_str,
    value: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    act(error, || {
        let header = (name.text("name")?, value.text("value")?);
        need(options, "options")?.0.headers.push(header);
        Ok(())
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
    act(error, || {
        let user_agent = user_agent.text("user_agent")?;
        need(options, "options")?.0.user_agent = user_agent;
        Ok(())
    })
}

/// Ends options. Clients that were made with them keep what they need.
///
/// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_free(options: Option<Box<ocigraph_client_options>>) {
    end(options);
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
        let core = Client::with_config(options.map(|o| o.0.clone()).unwrap_or_default());
        let (threads, own) = match runtime {
            Some(runtime) => (Arc::clone(&runtime.0), None),
            None => {
                let threads = Arc::new(Threads::start(0)?);
                (Arc::clone(&threads), Some(ocigraph_runtime(threads)))
            }
        };
        Ok(ocigraph_client { core, threads, _own: own })
    })
}

/// Ends a client. Where it has threads of its own, as `ocigraph_runtime_free`; otherwise operations
/// of the callback form go on. Blocking calls must have returned.
///
/// Ownership: takes `client`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_free(client: Option<Box<ocigraph_client>>) {
    end(client);
}
