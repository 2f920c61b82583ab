//! Credential files: docker's `config.json`, and the `auth.json` of podman and its relatives
//! ([containers-auth.json(5)](https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md)).
//!
//! Other programs use these files too, so unknown members are kept unchanged. [`edit`] writes the
//! files.

pub(super) mod edit;

use std::{
    io,
    path::{Path, PathBuf},
};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use super::{
    credential::{AZURE_TOKEN_USER, Credential, basic},
    json_object::{JsonObject, indent_of, unquoted},
    login_target::LoginTarget,
};
use crate::{
    content::{plain_text::utf8_text, small_file::read_small_file},
    store::registry::hint,
};
use ocigraph_types::{Code, Error, Host, Result};

/// Docker Hub's key in every credential file and helper.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// The members of an entry that contain a credential.
const CREDENTIAL_MEMBERS: [&str; 5] =
    ["auth", "username", "password", "identitytoken", "registrytoken"];

/// Base64 with or without padding, since some programs omit it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The format of a file, which decides what a path in a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileFormat {
    /// The path has no meaning: it is left over from docker's first registry API.
    Docker,
    /// The path is a namespace or a repository.
    Containers,
}

impl FileFormat {
    /// Returns true if a key applies to all repositories of its host.
    fn is_key_of_host(self, key: &str) -> bool {
        let path = without_scheme(key).split_once('/').map_or("", |(_, path)| path);
        self == Self::Docker || matches!(path.trim_end_matches('/'), "" | "v1" | "v2")
    }
}

/// The content of a credential file.
pub(super) struct CredentialFile {
    /// The path of the file, or the name of the environment variable with its content.
    pub(super) name: String,
    format: FileFormat,
    content: JsonObject,
    indent: String,
}

/// What a file has for a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lookup {
    NotFound,
    Credential(Credential),
    /// The name of the credential helper for the host.
    Helper(String),
}

/// Returns the key under which the credential of a host is stored.
pub(super) fn storage_key(host: &Host) -> String {
    if host.is_docker_hub() { DOCKER_HUB.to_owned() } else { host.to_string() }
}

/// Returns the key of a namespace or repository of a host.
fn namespace_key(host: &Host, namespace: &str) -> String {
    match host.is_docker_hub() {
        true => format!("docker.io/{namespace}"),
        false => format!("{host}/{namespace}"),
    }
}

/// Returns true if a key, with or without scheme and path, names the host.
pub(super) fn matches_host(key: &str, host: &Host) -> bool {
    without_scheme(key)
        .split('/')
        .next()
        .is_some_and(|name| name.parse::<Host>().is_ok_and(|named| is_same_host(&named, host)))
}

fn is_same_host(a: &Host, b: &Host) -> bool {
    a == b || (a.is_docker_hub() && b.is_docker_hub())
}

fn without_scheme(key: &str) -> &str {
    key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key)
}

/// Returns true for a key of a namespace or repository. Docker's older keys have a scheme.
fn is_namespaced(key: &str) -> bool {
    !key.contains("://") && !FileFormat::Containers.is_key_of_host(key)
}

impl CredentialFile {
    /// Reads a file. Returns `None` if it does not exist; CREDENTIALS if it is not a regular file
    /// of at most 4 MiB that contains a JSON object.
    pub(super) fn read(path: &Path, format: FileFormat) -> Result<Option<Self>> {
        match read_text(path)? {
            Some(text) => Self::parse(&path.display().to_string(), &text, format).map(Some),
            None => Ok(None),
        }
    }

    /// Parses the content of a file or of `DOCKER_AUTH_CONFIG`.
    pub(super) fn parse(name: &str, text: &[u8], format: FileFormat) -> Result<Self> {
        let text = utf8_text(text).map_err(|reason| malformed(name, reason))?;
        // `touch` and interrupted writers leave an empty file.
        let content = if text.trim_ascii().is_empty() {
            JsonObject::default()
        } else {
            // The error of the parser has a position, and does not repeat the content.
            JsonObject::parse(text).map_err(|e| match e.classify() {
                serde_json::error::Category::Data => malformed(name, "it is not a JSON object"),
                _ => malformed(name, &e.to_string()),
            })?
        };
        Ok(Self { name: name.to_owned(), format, content, indent: indent_of(text).to_owned() })
    }

    fn object(&self, name: &str) -> Result<Option<JsonObject>> {
        let error = |_| malformed(&self.name, &format!("{name:?} is not a JSON object"));
        self.content.get(name).map(JsonObject::parse).transpose().map_err(error)
    }

    fn text(&self, object: &JsonObject, name: &str) -> Result<Option<Zeroizing<String>>> {
        let Some(value) = object.get(name) else { return Ok(None) };
        let text = unquoted(value)
            .map_err(|_| malformed(&self.name, &format!("{name:?} is not a string")))?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// Returns the name of the credential helper for a host.
    pub(super) fn helper(&self, host: &Host) -> Result<Option<String>> {
        let name = |object: &JsonObject, key: &str| {
            Ok(self.text(object, key)?.map(|name| name.to_string()))
        };
        if let Some(helpers) = self.object("credHelpers")? {
            let own = storage_key(host);
            let exact = helpers.names().find(|key| **key == own);
            if let Some(key) = exact.or_else(|| helpers.names().find(|key| matches_host(key, host)))
            {
                // An empty name disables the general helper for this host.
                return name(&helpers, key);
            }
        }
        name(&self.content, "credsStore")
    }

    /// Looks up a repository of a host.
    pub(super) fn find(&self, host: &Host, repository: &str) -> Result<Lookup> {
        if let Some(helper) = self.helper(host)? {
            return Ok(Lookup::Helper(helper));
        }
        let Some(auths) = self.object("auths")? else { return Ok(Lookup::NotFound) };
        let Some(key) = self.best_key(&auths, host, repository) else {
            return Ok(Lookup::NotFound);
        };
        let Some(entry) = auths.get(key) else { return Ok(Lookup::NotFound) };
        let entry = JsonObject::parse(entry)
            .map_err(|_| malformed(&self.name, &format!("{key:?} is not a JSON object")))?;
        Ok(self.credential(key, &entry)?.map_or(Lookup::NotFound, Lookup::Credential))
    }

    /// Returns the longest key that is a prefix of the repository, else a key of the host in an
    /// older form.
    fn best_key<'a>(
        &self,
        auths: &'a JsonObject,
        host: &Host,
        repository: &str,
    ) -> Option<&'a str> {
        let (own, path) = (storage_key(host), namespace_key(host, repository));
        let is_prefix = |key: &str| {
            key == own
                || path
                    .strip_prefix(key)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let keys = || auths.names();
        let longest =
            keys().filter(|key| is_prefix(key)).max_by_key(|key| (*key != own, key.len()));
        longest.or_else(|| {
            keys().find(|key| self.format.is_key_of_host(key) && matches_host(key, host))
        })
    }

    fn credential(&self, key: &str, entry: &JsonObject) -> Result<Option<Credential>> {
        if let Some(token) = self.text(entry, "registrytoken")? {
            return Ok(Some(Credential::registry_token(token.as_str())));
        }
        if let Some(token) = self.text(entry, "identitytoken")? {
            return Ok(Some(Credential::identity_token(token.as_str())));
        }
        if let Some(auth) = self.text(entry, "auth")? {
            let error = || {
                malformed(
                    &self.name,
                    &format!("\"auth\" of {key:?} is not user:password in base64"),
                )
            };
            let decoded = Zeroizing::new(BASE64.decode(auth.trim()).map_err(|_| error())?);
            let decoded = std::str::from_utf8(&decoded).map_err(|_| error())?;
            let (user, password) =
                decoded.trim_end_matches('\0').split_once(':').ok_or_else(error)?;
            return Ok(Some(Credential::password(user, password)));
        }
        let (user, password) = (self.text(entry, "username")?, self.text(entry, "password")?);
        Ok(user
            .zip(password)
            .map(|(user, password)| Credential::password(user.as_str(), password.as_str())))
    }

    /// Stores a credential under the key of a host or namespace, and removes its older forms.
    pub(super) fn set(&mut self, target: &LoginTarget, credential: &Credential) -> Result<()> {
        let mut auths = self.object("auths")?.unwrap_or_default();
        let own = match target.namespace() {
            Some(namespace) => namespace_key(target.host(), namespace),
            None => storage_key(target.host()),
        };
        auths.retain(|key| key == own || !self.is_key_of(key, target));
        // Members of other programs in the entry are kept.
        let existing = auths.get(&own).and_then(|entry| JsonObject::parse(entry).ok());
        let mut entry = existing.unwrap_or_default();
        entry.retain(|name| !CREDENTIAL_MEMBERS.contains(&name));
        match credential {
            Credential::IdentityToken(token) => {
                // Other tools ignore the token of an entry without a user.
                entry.set_text("auth", &basic(AZURE_TOKEN_USER, ""));
                entry.set_text("identitytoken", token.expose());
            }
            Credential::RegistryToken(token) => entry.set_text("registrytoken", token.expose()),
            other => {
                let (user, password) = other.as_password().ok_or_else(|| {
                    Error::new(Code::Unsupported, "an Entra token cannot be stored")
                })?;
                if user.contains(':') {
                    return Err(Error::new(
                        Code::InvalidArgument,
                        "a user name cannot contain a colon, which separates it from the password",
                    ));
                }
                entry.set_text("auth", &basic(user, password.expose()));
            }
        }
        auths.set(&own, entry.write(&self.indent, 2));
        self.content.set("auths", auths.write(&self.indent, 1));
        Ok(())
    }

    /// Removes all keys of a host, or of a namespace. Returns true if there was one.
    pub(super) fn remove(&mut self, target: &LoginTarget) -> Result<bool> {
        let Some(mut auths) = self.object("auths")? else { return Ok(false) };
        let any = auths.retain(|key| !self.is_key_of(key, target));
        if any {
            self.content.set("auths", auths.write(&self.indent, 1));
        }
        Ok(any)
    }

    /// Returns the entries of all keys of a host, or of a namespace.
    pub(super) fn entries(&self, target: &LoginTarget) -> Result<Vec<Zeroizing<String>>> {
        let Some(auths) = self.object("auths")? else { return Ok(Vec::new()) };
        let own = auths.names().filter(|key| self.is_key_of(key, target));
        Ok(own.filter_map(|key| auths.get(key)).map(|text| text.to_owned().into()).collect())
    }

    /// Returns true for a key of a host, or of a namespace. The namespaces of a host have credentials
    /// of their own.
    fn is_key_of(&self, key: &str, target: &LoginTarget) -> bool {
        let host = target.host();
        match target.namespace() {
            Some(namespace) => key == namespace_key(host, namespace),
            None => {
                self.format.is_key_of_host(key) && !is_namespaced(key) && matches_host(key, host)
            }
        }
    }

    /// Returns the text of the file.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let mut text = self.content.write(&self.indent, 0);
        // There is room for it.
        text.push('\n');
        text
    }
}

/// Returns the bytes of a file, or `None` if it does not exist.
pub(super) fn read_text(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>> {
    // The usual way to pass "no file" to a program that requires one.
    if path == "/dev/null" {
        return Ok(None);
    }
    match read_small_file(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(e) => {
            let message = format!("cannot read {}: {e}", path.display());
            Err(Error::new(Code::Credentials, message).with_source(e))
        }
    }
}

fn malformed(name: &str, reason: &str) -> Error {
    Error::new(Code::Credentials, format!("{name} cannot be used: {reason}"))
        .with_hint(hint::repair_credential_file())
}

/// The path of a credential file, and its format.
#[derive(Debug, Clone)]
pub(super) struct ConfigPath {
    pub(super) path: PathBuf,
    pub(super) format: FileFormat,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn host(text: &str) -> Host {
        text.parse().unwrap()
    }

    fn find(format: FileFormat, content: Value, host_name: &str, repository: &str) -> Lookup {
        let file = CredentialFile::parse("file", content.to_string().as_bytes(), format).unwrap();
        file.find(&host(host_name), repository).unwrap()
    }

    fn user(name: &str) -> Lookup {
        Lookup::Credential(Credential::password(name, "p"))
    }

    fn entry(name: &str) -> Value {
        json!({ "auth": basic(name, "p").as_str() })
    }

    #[test]
    fn an_exact_key_comes_before_one_with_scheme_or_path() {
        let auths = json!({ "auths": {
            "r.example.com": entry("exact"), "https://r.example.com/v1/": entry("old"),
            "http://s.example.com:5000/v2/": entry("old"), "https://index.docker.io/v1/": entry("hub"),
        } });
        let lookup = |host: &str| find(FileFormat::Docker, auths.clone(), host, "app");
        assert_eq!(lookup("r.example.com"), user("exact"));
        assert_eq!(lookup("s.example.com:5000"), user("old"));
        assert_eq!(lookup("s.example.com"), Lookup::NotFound);
        assert_eq!(lookup("docker.io"), user("hub"));
        assert_eq!(lookup("registry-1.docker.io"), user("hub"));
    }

    #[test]
    fn the_longest_namespace_of_whole_segments_is_used() {
        let auths = json!({ "auths": {
            "r.example.com": entry("host"), "r.example.com/team": entry("team"),
            "r.example.com/team/app": entry("app"), "s.example.com/team": entry("other"),
        } });
        let lookup =
            |host: &str, name: &str| find(FileFormat::Containers, auths.clone(), host, name);
        assert_eq!(lookup("r.example.com", "team/app"), user("app"));
        assert_eq!(lookup("r.example.com", "team/application"), user("team"));
        assert_eq!(lookup("r.example.com", "teams"), user("host"));
        assert_eq!(lookup("s.example.com", "elsewhere"), Lookup::NotFound);
    }

    #[test]
    fn a_helper_comes_before_the_entries_of_the_file() {
        let content = json!({
            "credsStore": "general", "auths": { "r.example.com": entry("file") },
            "credHelpers": { "s.example.com": "special", "t.example.com": "" },
        });
        let lookup = |host: &str| find(FileFormat::Docker, content.clone(), host, "app");
        assert_eq!(lookup("r.example.com"), Lookup::Helper("general".into()));
        assert_eq!(lookup("s.example.com"), Lookup::Helper("special".into()));
        assert_eq!(lookup("t.example.com"), Lookup::NotFound);
    }

    #[test]
    fn all_forms_of_an_entry_are_read() {
        let lookup = |entry: Value| {
            find(
                FileFormat::Docker,
                json!({ "auths": { "r.example.com": entry } }),
                "r.example.com",
                "a",
            )
        };
        // `user:p:q` without padding, and `user:p` with a trailing zero byte.
        assert_eq!(
            lookup(json!({ "auth": "dXNlcjpwOnE" })),
            Lookup::Credential(Credential::password("user", "p:q"))
        );
        assert_eq!(lookup(json!({ "auth": "dXNlcjpwAA==" })), user("user"));
        assert_eq!(lookup(json!({ "username": "user", "password": "p" })), user("user"));
        assert_eq!(
            lookup(json!({ "auth": "dXNlcjo=", "identitytoken": "t" })),
            Lookup::Credential(Credential::identity_token("t"))
        );
        assert_eq!(
            lookup(json!({ "registrytoken": "t" })),
            Lookup::Credential(Credential::registry_token("t"))
        );
        assert_eq!(lookup(json!({})), Lookup::NotFound);
        let file = json!({ "auths": { "r.example.com": { "auth": "*" } } }).to_string();
        let file = CredentialFile::parse("file", file.as_bytes(), FileFormat::Docker).unwrap();
        let error = file.find(&host("r.example.com"), "a").unwrap_err();
        assert_eq!(error.code(), Code::Credentials);
        assert!(error.to_string().contains("r.example.com"), "{error}");
    }

    #[test]
    fn a_replaced_entry_keeps_its_position_and_other_members() {
        let text = r#"{"auths": {"a.example.com": {}, "r.example.com": {"auth": "eDp5", "x": 1.0},
            "http://r.example.com/v1/": {"auth": "eDp5"}}, "n": 1e400}"#;
        let mut file = CredentialFile::parse("f", text.as_bytes(), FileFormat::Docker).unwrap();
        let registry: LoginTarget = host("r.example.com").into();
        assert_eq!(file.entries(&registry).unwrap().len(), 2);
        file.set(&registry, &Credential::password("new", "p")).unwrap();
        assert_eq!(
            file.to_text().as_str(),
            r#"{
  "auths": {
    "a.example.com": {},
    "r.example.com": {
      "x": 1.0,
      "auth": "bmV3OnA="
    }
  },
  "n": 1e400
}
"#
        );
        assert_eq!(file.find(registry.host(), "x").unwrap(), user("new"));
        assert!(file.remove(&registry).unwrap());
        assert!(!file.remove(&registry).unwrap());
    }
}
