//! Credentials as handles, and a function of the caller's that is asked for them.

use std::{ffi::c_void, future::Future, mem::MaybeUninit, sync::Arc};

use ocigraph::{Code, Credential, CredentialSource, Error, Host, Result};
use tokio::{runtime::Handle, sync::Mutex};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    blob::spawn_callback,
    boundary::{call, free},
    callback::{Gate, UserData},
    error::ocigraph_error,
    runtime::Threads,
    status::{OCIGRAPH_OK, ocigraph_status},
    text::ocigraph_str,
};

/// Who the client is to a registry. Its secret is wiped from memory when it is freed.
pub struct ocigraph_credential(pub(crate) Credential);

/// Gives the credential for a repository of a registry in `out`, or leaves it NULL for anonymous
/// use. `repository` is no text where the registry as a whole is meant. Anything but `OCIGRAPH_OK`
/// fails the operation that asked with `OCIGRAPH_CREDENTIALS`; `error` may then be given what
/// `ocigraph_error_new` makes, to say why, and fails the operation also beside `OCIGRAPH_OK`. Both
/// are NULL on entry, and the library takes what is in them.
///
/// It is called on a thread of the library, one call at a time for each client, and may block: the
/// operation waits for it, even one that is cancelled meanwhile.
pub type ocigraph_credential_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        host: ocigraph_str,
        repository: ocigraph_str,
        out: *mut Option<Box<ocigraph_credential>>,
        error: *mut Option<Box<ocigraph_error>>,
    ) -> ocigraph_status,
>;

/// A name and a password.
///
/// Ownership: `out` is the caller's, until `ocigraph_credential_free`. Threads: any.
/// Errors: INVALID_ARGUMENT for what is not UTF-8. Since 0.1.0.
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

/// A refresh token, for which the registry's token server gives access tokens.
///
/// Ownership: `out` is the caller's, until `ocigraph_credential_free`. Threads: any.
/// Errors: INVALID_ARGUMENT for no text or what is not UTF-8. Since 0.1.0.
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

/// A token that is sent to the registry as it is.
///
/// Ownership: `out` is the caller's, until `ocigraph_credential_free`. Threads: any.
/// Errors: INVALID_ARGUMENT for no text or what is not UTF-8. Since 0.1.0.
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

/// A Microsoft Entra access token, which Azure's registry exchanges for an identity token.
///
/// `tenant`: no text takes the one that the token names.
///
/// Ownership: `out` is the caller's, until `ocigraph_credential_free`. Threads: any.
/// Errors: INVALID_ARGUMENT for no token or what is not UTF-8. Since 0.1.0.
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

/// Ends a credential, and wipes its secret.
///
/// Ownership: takes `credential`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_credential_free(credential: Option<Box<ocigraph_credential>>) {
    free(credential);
}

type Ask = unsafe extern "C" fn(
    *mut c_void,
    ocigraph_str,
    ocigraph_str,
    *mut Option<Box<ocigraph_credential>>,
    *mut Option<Box<ocigraph_error>>,
) -> ocigraph_status;

/// Asks the caller, until the client's gate is shut or the runtime ends.
pub(crate) struct CallbackCredentials {
    ask: Ask,
    user_data: UserData,
    gate: Gate,
    /// Whoever waits for a turn holds no thread.
    turn: Arc<Mutex<()>>,
    callbacks: Handle,
    ended: CancellationToken,
    /// What the end of the runtime waits for.
    tracker: TaskTracker,
}

impl CallbackCredentials {
    pub(crate) fn new(
        ask: Ask,
        user_data: UserData,
        gate: Gate,
        threads: &Threads,
    ) -> Result<Self> {
        let (ended, tracker) = (threads.ended.clone(), threads.tracker.clone());
        let callbacks = threads.callbacks()?;
        Ok(Self { ask, user_data, gate, turn: Arc::default(), callbacks, ended, tracker })
    }
}

tokio::task_local! {
    static CREDENTIAL_CALLS: TaskTracker;
}

/// Questions of one operation to the caller, which may still be answered when it was broken off.
#[derive(Default)]
pub(crate) struct PendingCredentialCalls(TaskTracker);

impl PendingCredentialCalls {
    /// The same operation, its questions watched.
    pub(crate) fn watch<F: Future>(
        &self,
        operation: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        CREDENTIAL_CALLS.scope(self.0.clone(), operation)
    }

    /// Waits until no question of it is being answered.
    pub(crate) async fn wait(&self) {
        self.0.close();
        self.0.wait().await;
    }
}

#[async_trait::async_trait]
impl CredentialSource for CallbackCredentials {
    async fn credential(&self, host: &Host, repository: &str) -> Result<Option<Credential>> {
        let Self { ask, user_data, .. } = *self;
        let (gate, ended) = (self.gate.clone(), self.ended.clone());
        let (host, repository) = (host.to_string(), repository.to_owned());
        // Counted before it is looked whether the end has come: at the end it is the other way round.
        let waited_for = (self.tracker.token(), CREDENTIAL_CALLS.try_with(TaskTracker::token).ok());
        // Nobody is asked for an operation that has been broken off.
        let dropped = CancellationToken::new();
        let _guard = dropped.clone().drop_guard();
        let turn = Arc::clone(&self.turn).lock_owned().await;
        spawn_callback(&self.callbacks, move || {
            let _turn = turn;
            let user_data = user_data;
            let _waited_for = waited_for;
            let (mut given, mut error) = (None, None);
            let repository = Some(repository.as_str()).filter(|text| !text.is_empty());
            let said = gate.call(|| {
                let wanted = !dropped.is_cancelled() && !ended.is_cancelled();
                let (host, repository) = (host.as_str().into(), repository.into());
                // SAFETY: the caller gave this function for this purpose; both outputs are NULL, as
                // the header says, and what is put there is given away.
                wanted
                    .then(|| unsafe { ask(user_data.0, host, repository, &mut given, &mut error) })
            });
            match said.flatten() {
                Some(OCIGRAPH_OK) if error.is_none() => Ok(given.map(|credential| credential.0)),
                Some(said) => Err(error.map_or_else(
                    || {
                        Error::new(
                            Code::Credentials,
                            format!("the credential callback returned {said}"),
                        )
                    },
                    |error| error.into_core(),
                )),
                None => Err(Error::new(Code::Cancelled, "the client has ended")),
            }
        })
        .await
    }
}
