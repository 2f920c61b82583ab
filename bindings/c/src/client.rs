//! The client.

use std::{
    mem::{self, MaybeUninit},
    sync::Arc,
};

use ocigraph::{Client, Credentials, Result};

use crate::{
    boundary::{call, free, require},
    callback::Gate,
    client_options::ocigraph_client_options,
    credential::CallbackCredentials,
    error::ocigraph_error,
    handle::as_ref,
    runtime::{Threads, ocigraph_runtime},
    status::ocigraph_status,
};

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
#[derive(Clone)]
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

impl ocigraph_client {
    /// Returns what an operation of another client needs of this one.
    pub(crate) fn shared(&self) -> Result<Client> {
        self.threads.check_process()?;
        Ok(self.core.clone())
    }
}

impl Drop for ocigraph_client {
    fn drop(&mut self) {
        self.credential_gate.close();
    }
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
