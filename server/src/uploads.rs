//! The uploads that have begun and not ended. Their number is limited, and one that nobody continues for
//! a while is removed.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use ocigraph::BlobUpload;
use tokio::sync::MutexGuard as AsyncMutexGuard;
use tokio_util::sync::CancellationToken;

use crate::{errors::ErrorResponse, repositories::Repository};

/// The open uploads.
#[derive(Debug)]
pub(crate) struct Uploads {
    sessions: Mutex<HashMap<String, Arc<Session>>>,
    max: usize,
    timeout: Duration,
}

/// An upload that several requests make.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) upload: BlobUpload,
    /// Keeps the handle of the layout, and with it the lease of the upload.
    repository: Arc<Repository>,
    /// Held by the request that continues the upload.
    turn: tokio::sync::Mutex<()>,
    /// Ends the body of that request.
    current: Mutex<CancellationToken>,
    used: Mutex<Instant>,
    /// Bytes of the first part.
    first: OnceLock<u64>,
}

/// The right to continue an upload.
pub(crate) struct Turn<'a> {
    /// Cancelled when another request continues the upload.
    pub(crate) ended: CancellationToken,
    session: &'a Session,
    _guard: AsyncMutexGuard<'a, ()>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *lock(&self.session.used) = Instant::now();
    }
}

impl Session {
    /// Takes over the upload. A request whose connection broke may still wait for its client; it ends.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        let ended = CancellationToken::new();
        std::mem::replace(&mut *lock(&self.current), ended.clone()).cancel();
        let guard = self.turn.lock().await;
        Turn { ended, session: self, _guard: guard }
    }

    /// Returns the bytes of the first part: those that have arrived, if this is the first.
    pub(crate) fn first_part(&self, size: u64) -> u64 {
        *self.first.get_or_init(|| size)
    }

    fn is_idle(&self, timeout: Duration) -> bool {
        self.turn.try_lock().is_ok() && lock(&self.used).elapsed() >= timeout
    }
}

impl Uploads {
    pub(crate) fn new(max: usize, timeout: Duration) -> Self {
        Self { sessions: Mutex::default(), max, timeout }
    }

    /// Refuses an upload if there are too many.
    pub(crate) fn check_number(&self) -> Result<(), ErrorResponse> {
        match lock(&self.sessions).len() < self.max {
            true => Ok(()),
            false => Err(too_many()),
        }
    }

    /// Adds an upload, and returns its identifier, which nobody can guess.
    pub(crate) fn add(
        &self,
        repository: Arc<Repository>,
        upload: BlobUpload,
    ) -> Result<String, ErrorResponse> {
        let id = new_id()?;
        let session = Session {
            upload,
            repository,
            turn: tokio::sync::Mutex::default(),
            current: Mutex::default(),
            used: Mutex::new(Instant::now()),
            first: OnceLock::new(),
        };
        let mut sessions = lock(&self.sessions);
        if sessions.len() >= self.max {
            return Err(too_many());
        }
        sessions.insert(id.clone(), Arc::new(session));
        Ok(id)
    }

    /// Returns an upload to a repository.
    pub(crate) fn get(&self, name: &str, id: &str) -> Result<Arc<Session>, ErrorResponse> {
        let session = lock(&self.sessions).get(id).cloned();
        let session = session.filter(|session| session.repository.name == name);
        session.ok_or_else(ErrorResponse::upload_unknown)
    }

    pub(crate) fn remove(&self, id: &str) {
        lock(&self.sessions).remove(id);
    }

    /// Removes the uploads that nobody has continued for a while.
    pub(crate) async fn remove_idle(&self) {
        let idle: Vec<(String, Arc<Session>)> = {
            let sessions = lock(&self.sessions);
            let idle = sessions.iter().filter(|(_, session)| session.is_idle(self.timeout));
            idle.map(|(id, session)| (id.clone(), Arc::clone(session))).collect()
        };
        for (id, session) in idle {
            let _turn = session.turn().await;
            self.remove(&id);
            session.upload.cancel().await;
        }
    }

    /// Removes all uploads.
    pub(crate) async fn end_all(&self) {
        let sessions = std::mem::take(&mut *lock(&self.sessions));
        for session in sessions.into_values() {
            session.upload.cancel().await;
        }
    }
}

fn too_many() -> ErrorResponse {
    ErrorResponse::too_many("too many uploads have begun and not ended")
}

/// Returns 32 random hexadecimal digits.
pub(crate) fn new_id() -> Result<String, ErrorResponse> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|e| {
        tracing::warn!(error = %e, "the system has no random numbers");
        ErrorResponse::too_many("the registry cannot start an upload now")
    })?;
    let mut id = String::with_capacity(32);
    for byte in random {
        let _ = write!(id, "{byte:02x}");
    }
    Ok(id)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
