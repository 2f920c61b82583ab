//! Credentials, and the credential callback.

use std::{ffi::c_void, mem::MaybeUninit, sync::Arc};

use ::ocigraph_runtime::{TaskGroup, spawn_blocking_on, track_foreign_call};
use ocigraph::{Code, Credential, CredentialSource, Error, Host, Result};
use tokio::{runtime::Handle, sync::Mutex};
use tokio_util::sync::CancellationToken;

use crate::{
    boundary::{call, free},
    callback::{Gate, UserData},
    error::ocigraph_error,
    runtime::{RUNTIME_ENDED, Threads},
    status::{OCIGRAPH_OK, ocigraph_status},
    text::ocigraph_str,
};

/// A credential for a registry. Freeing it erases the secret from memory.
pub struct ocigraph_credential(pub(crate) Credential);

/// Provides the credential for a repository of a registry.
///
/// It stores the credential in `out`, or leaves NULL there for anonymous access, and returns
/// `OCIGRAPH_OK`. Any other status fails the operation with `OCIGRAPH_CREDENTIALS`. `error` can
/// receive an error from `ocigraph_error_new` that states the reason; such an error fails the
/// operation even if the status is `OCIGRAPH_OK`. Both outputs are NULL on entry. The library takes
/// ownership of both.
///
/// `host` is the registry, such as "registry.example.com:5000". `repository` is the repository, or
/// `{NULL, 0}` for a request that concerns the whole registry.
///
/// The library calls it on one of its own threads, one call at a time for each client. It may
/// block. The operation waits for it, even after the operation was cancelled.
pub type ocigraph_credential_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        host: ocigraph_str,
        repository: ocigraph_str,
        out: *mut Option<Box<ocigraph_credential>>,
        error: *mut Option<Box<ocigraph_error>>,
    ) -> ocigraph_status,
>;

/// Creates a credential from a user name and a password.
///
/// Ownership: free `out` with `ocigraph_credential_free`.
/// Errors: INVALID_ARGUMENT if `username` is empty or a text is not UTF-8.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_credential_password(
    username: ocigraph_str,
    password: ocigraph_str,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_credential>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let (username, password) = (username.required("username")?, password.text("password")?);
        Ok(ocigraph_credential(Credential::password(username, password)))
    })
}

/// Creates a credential from an identity token (an OAuth 2.0 refresh token), which the token server
/// of the registry exchanges for access tokens.
///
/// Ownership: free `out` with `ocigraph_credential_free`.
/// Errors: INVALID_ARGUMENT if `token` is empty or not UTF-8.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_credential_identity_token(
    token: ocigraph_str,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_credential>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        Ok(ocigraph_credential(Credential::identity_token(token.required("token")?)))
    })
}

/// Creates a credential from a bearer token, which is sent to the registry unchanged.
///
/// Ownership: free `out` with `ocigraph_credential_free`.
/// Errors: INVALID_ARGUMENT if `token` is empty or not UTF-8.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_credential_registry_token(
    token: ocigraph_str,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_credential>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        Ok(ocigraph_credential(Credential::registry_token(token.required("token")?)))
    })
}

/// Creates a credential from a Microsoft Entra access token, which Azure Container Registry
/// exchanges for an identity token.
///
/// `tenant`: the Microsoft Entra tenant. No text selects the tenant in the token.
///
/// Ownership: free `out` with `ocigraph_credential_free`.
/// Errors: INVALID_ARGUMENT if `token` is empty or a text is not UTF-8.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_credential_entra_token(
    token: ocigraph_str,
    tenant: ocigraph_str,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_credential>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let (token, tenant) = (token.required("token")?, tenant.optional("tenant")?);
        Ok(ocigraph_credential(Credential::entra_token(token, tenant)))
    })
}

/// Frees a credential and erases its secret from memory.
///
/// Ownership: takes `credential`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_credential_free(credential: Option<Box<ocigraph_credential>>) {
    free(credential);
}

type CredentialFn = unsafe extern "C" fn(
    *mut c_void,
    ocigraph_str,
    ocigraph_str,
    *mut Option<Box<ocigraph_credential>>,
    *mut Option<Box<ocigraph_error>>,
) -> ocigraph_status;

/// A credential source that calls the credential callback, until the client is freed or the runtime
/// ends.
pub(crate) struct CallbackCredentials {
    callback: CredentialFn,
    user_data: UserData,
    gate: Gate,
    /// Serializes the calls. An async lock, so that a waiting call occupies no thread.
    lock: Arc<Mutex<()>>,
    callbacks: Handle,
    /// The operations of the runtime, whose end waits for running calls.
    tasks: TaskGroup,
}

impl CallbackCredentials {
    pub(crate) fn new(
        callback: CredentialFn,
        user_data: UserData,
        gate: Gate,
        threads: &Threads,
    ) -> Result<Self> {
        let (tasks, callbacks) = (threads.tasks.clone(), threads.callbacks()?);
        Ok(Self { callback, user_data, gate, lock: Arc::default(), callbacks, tasks })
    }
}

#[async_trait::async_trait]
impl CredentialSource for CallbackCredentials {
    async fn credential(&self, host: &Host, repository: &str) -> Result<Option<Credential>> {
        let Self { callback, user_data, .. } = *self;
        let (gate, ended) = (self.gate.clone(), self.tasks.ended().clone());
        let (host, repository) = (host.to_string(), repository.to_owned());
        let runtime_ended = || Error::new(Code::Cancelled, RUNTIME_ENDED);
        let tokens = (self.tasks.enter().ok_or_else(runtime_ended)?, track_foreign_call());
        // Prevents the callback after the operation was cancelled and this future dropped.
        let dropped = CancellationToken::new();
        let _guard = dropped.clone().drop_guard();
        let lock = Arc::clone(&self.lock).lock_owned().await;
        spawn_blocking_on(&self.callbacks, move || {
            let _lock = lock;
            let user_data = user_data;
            let _tokens = tokens;
            let (mut credential, mut error) = (None, None);
            let repository = Some(repository.as_str()).filter(|text| !text.is_empty());
            let status = gate.call(|| {
                let active = !dropped.is_cancelled() && !ended.is_cancelled();
                let (host, repository) = (host.as_str().into(), repository.into());
                // SAFETY: the caller supplied this function as a credential callback. Both outputs are
                // NULL, and the callback transfers ownership of what it stores there, as the header
                // documents.
                active.then(|| unsafe {
                    callback(user_data.0, host, repository, &mut credential, &mut error)
                })
            });
            match status.flatten() {
                Some(OCIGRAPH_OK) if error.is_none() => {
                    Ok(credential.map(|credential| credential.0))
                }
                Some(status) => Err(error.map_or_else(
                    || {
                        Error::new(
                            Code::Credentials,
                            format!("the credential callback returned {status}"),
                        )
                    },
                    |error| error.into_core(),
                )),
                None => Err(Error::new(Code::Cancelled, "the client was freed")),
            }
        })
        .await
    }
}
