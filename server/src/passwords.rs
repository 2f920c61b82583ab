//! Passwords: `Authorization: Basic`, checked with a file of bcrypt hashes as `htpasswd -B` writes it.
//!
//! A check of bcrypt takes long on purpose. So few run at a time, and a credential that was right is
//! remembered, as a digest with a key that exists in this process only.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::Read as _,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::{
    StatusCode,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ocigraph::{Algorithm, Code, Digest, Error, Result, excerpt};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{errors::ErrorResponse, request::Request};

/// Maximum bytes of the file.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// Maximum checks of bcrypt that run at a time.
const MAX_CHECKS: usize = 2;
/// Maximum number of credentials that are remembered.
const MAX_REMEMBERED: usize = 10_000;
/// The costs that bcrypt has.
const COSTS: std::ops::RangeInclusive<u32> = 4..=31;
/// The beginnings of bcrypt hashes.
const PREFIXES: [&str; 4] = ["$2a$", "$2b$", "$2x$", "$2y$"];
const CHALLENGE: &str = "Basic realm=\"ocigraph\", charset=\"UTF-8\"";

/// The users and the hashes of their passwords.
pub(crate) struct Passwords {
    hashes: HashMap<String, String>,
    /// A hash of the file, which is checked for an unknown user, so that the time does not tell who exists.
    nobody: String,
    checks: Arc<Semaphore>,
    /// Digests of credentials that were right.
    remembered: Mutex<HashSet<Digest>>,
    key: [u8; 32],
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords").field("users", &self.hashes.len()).finish_non_exhaustive()
    }
}

impl Passwords {
    /// Reads a file with one `USER:HASH` a line. Empty lines and those that begin with `#` count as none.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let failed = |e| Error::io("read", path, e);
        let mut text = String::new();
        let file = File::open(path).map_err(failed)?;
        file.take(MAX_FILE + 1).read_to_string(&mut text).map_err(failed)?;
        if text.len() as u64 > MAX_FILE {
            let message = format!("{} has more than {MAX_FILE} bytes", path.display());
            return Err(Error::new(Code::TooLarge, message));
        }
        let hashes = parsed(&text).map_err(|(line, what)| {
            let message = format!("line {line} of {} {what}", path.display());
            Error::new(Code::InvalidArgument, message).with_hint(
                "write the file with `htpasswd -B`: one USER:HASH a line, with a hash of bcrypt",
            )
        })?;
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|e| {
            Error::new(Code::Internal, format!("the system has no random numbers: {e}"))
        })?;
        let nobody = hashes.values().next().cloned().unwrap_or_default();
        let checks = Arc::new(Semaphore::new(MAX_CHECKS));
        Ok(Self { hashes, nobody, checks, remembered: Mutex::default(), key })
    }

    /// Checks the credential of a request.
    pub(crate) async fn check(&self, request: &Request) -> Result<(), ErrorResponse> {
        let credential = request.header(AUTHORIZATION).and_then(credential_of);
        let Some((user, password)) = credential else {
            return Err(refused("a password is needed"));
        };
        let known = self.digest(&user, &password);
        let remembered = || self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered().contains(&known) {
            return Ok(());
        }
        let hash = self.hashes.get(&user).cloned();
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let turn = Arc::clone(&self.checks).acquire_owned().await;
        let checked = spawn_blocking(move || {
            // The check goes on if its client has gone.
            let _turn = turn;
            bcrypt::verify(password, &hash).unwrap_or(false)
        });
        if !(checked.await.unwrap_or(false) && exists) {
            return Err(refused("the user name or the password is wrong"));
        }
        let mut remembered = remembered();
        if remembered.len() < MAX_REMEMBERED {
            remembered.insert(known);
        }
        Ok(())
    }

    /// Returns a digest by which a credential is remembered.
    fn digest(&self, user: &str, password: &str) -> Digest {
        let mut text = self.key.to_vec();
        text.extend_from_slice(&user.len().to_le_bytes());
        text.extend_from_slice(user.as_bytes());
        text.extend_from_slice(password.as_bytes());
        Algorithm::Sha256.digest(&text)
    }
}

/// Opens the file of passwords, if there is one.
pub(crate) fn open(path: Option<&Path>) -> Result<Option<Arc<Passwords>>> {
    path.map(|path| Passwords::read(path).map(Arc::new)).transpose()
}

/// Returns the hashes by user, or the number of a line and what is wrong with it.
fn parsed(text: &str) -> std::result::Result<HashMap<String, String>, (usize, String)> {
    let mut hashes = HashMap::new();
    for (number, line) in text.lines().enumerate() {
        let (number, line) = (number + 1, line.trim_end());
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (user, hash) = line.split_once(':').ok_or((number, "has no colon".to_owned()))?;
        let is_bcrypt = PREFIXES.iter().any(|prefix| hash.starts_with(prefix));
        let cost = hash.parse::<bcrypt::HashParts>().map(|parts| parts.get_cost());
        if !is_bcrypt || !cost.is_ok_and(|cost| COSTS.contains(&cost)) {
            return Err((number, format!("has no bcrypt hash for the user {}", excerpt(user))));
        }
        hashes.insert(user.to_owned(), hash.to_owned());
    }
    match hashes.is_empty() {
        true => Err((1, "has no user".to_owned())),
        false => Ok(hashes),
    }
}

/// Returns the user name and the password of a header.
fn credential_of(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn refused(message: &str) -> ErrorResponse {
    ErrorResponse::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message)
        .header(WWW_AUTHENTICATE, CHALLENGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_users_with_bcrypt_hashes() {
        let hash = bcrypt::hash("secret", 4).unwrap();
        let hashes = parsed(&format!("# users\n\nada:{hash}\r\nbob:{hash}\n")).unwrap();
        assert_eq!(hashes.len(), 2);
        assert!(bcrypt::verify("secret", &hashes["ada"]).unwrap());
        for (text, line) in [
            ("", 1),
            ("ada", 1),
            ("ada:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", 1),
            ("# x\nada:$2y$05$short", 2),
            ("ada:$apr1$abc$def", 1),
            (&format!("ada:{}", hash.replacen("$04$", "$03$", 1)), 1),
        ] {
            assert_eq!(parsed(text).unwrap_err().0, line, "{text}");
        }
    }

    #[test]
    fn a_password_can_contain_a_colon() {
        let header = format!("basic {}", BASE64_STANDARD.encode("ada:a:b ä"));
        assert_eq!(credential_of(&header), Some(("ada".to_owned(), "a:b ä".to_owned())));
        for header in ["Basic", "Basic !", "Bearer YTpi", "Basic YQ=="] {
            assert_eq!(credential_of(header), None, "{header}");
        }
    }
}
