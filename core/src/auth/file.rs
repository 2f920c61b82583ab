//! Credential files: docker's `config.json` and the `auth.json` of the containers tools.
//!
//! They belong to other programs too: what is not understood is kept, and a file is replaced whole
//! by rename, readable for its owner alone.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::credential::{AZURE_TOKEN_USER, Credential, basic};
use crate::{
    error::{Code, Error, Result},
    reference::Host,
};

/// Docker Hub's key in every credential file and helper.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// Some writers leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whose file it is, which decides what a path in a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A path is left over from docker's first registry: the key means the whole host.
    Docker,
    /// A path is a namespace or a repository.
    Containers,
}

impl Kind {
    /// Whether a key speaks of a host as a whole, whatever path it has.
    fn means_whole_host(self, key: &str) -> bool {
        let path = without_scheme(key).split_once('/').map_or("", |(_, path)| path);
        self == Kind::Docker || matches!(path.trim_end_matches('/'), "" | "v1" | "v2")
    }
}

/// A file's content.
pub(super) struct CredentialFile {
    /// Where it is, or the name of the variable that holds it.
    pub(super) name: String,
    kind: Kind,
    content: Map<String, Value>,
}

/// What a file says of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// A credential.
    Credential(Credential),
    /// The name of the helper to ask.
    Helper(String),
}

/// The name under which a host's credential is stored.
pub(super) fn key_of(host: &Host) -> String {
    if host.is_docker_hub() { DOCKER_HUB.to_owned() } else { host.to_string() }
}

/// Whether a key, with or without scheme and path, means the host.
pub(super) fn means(key: &str, host: &Host) -> bool {
    without_scheme(key)
        .split('/')
        .next()
        .is_some_and(|name| name.parse::<Host>().is_ok_and(|named| same(&named, host)))
}

fn same(a: &Host, b: &Host) -> bool {
    a == b || (a.is_docker_hub() && b.is_docker_hub())
}

fn without_scheme(key: &str) -> &str {
    key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key)
}

impl CredentialFile {
    /// Reads a file; nothing when it is not there. CREDENTIALS when it is no JSON object.
    pub(super) fn read(path: &Path, kind: Kind) -> Result<Option<Self>> {
        let text = match fs::read(path) {
            Ok(text) => Zeroizing::new(text),
            Err(e)
                if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
            {
                return Ok(None);
            }
            Err(e) => {
                return Err(Error::new(
                    Code::Credentials,
                    format!("cannot read {}: {e}", path.display()),
                )
                .with_source(e));
            }
        };
        Self::parse(&path.display().to_string(), &text, kind).map(Some)
    }

    /// The content of a file, or of a variable like one.
    pub(super) fn parse(name: &str, text: &[u8], kind: Kind) -> Result<Self> {
        // An empty file is what `touch` or an interrupted writer leaves.
        let content = if text.trim_ascii().is_empty() {
            Map::new()
        } else {
            match serde_json::from_slice(text) {
                Ok(Value::Object(content)) => content,
                Ok(_) => return Err(malformed(name, "it is no JSON object")),
                // The error of the parser says where, and repeats nothing of the content.
                Err(e) => return Err(malformed(name, &e.to_string())),
            }
        };
        Ok(Self { name: name.to_owned(), kind, content })
    }

    fn object(&self, name: &str) -> Result<Option<&Map<String, Value>>> {
        match self.content.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(_) => Err(malformed(&self.name, &format!("{name:?} is no JSON object"))),
        }
    }

    fn text<'a>(&self, map: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>> {
        match map.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(malformed(&self.name, &format!("{name:?} is no text"))),
        }
    }

    /// The helper in charge of a host, if there is one.
    pub(super) fn helper(&self, host: &Host) -> Result<Option<&str>> {
        if let Some(helpers) = self.object("credHelpers")? {
            let own = key_of(host);
            let exact = helpers.contains_key(&own).then_some(own.as_str());
            let key = exact.or_else(|| helpers.keys().map(String::as_str).find(|k| means(k, host)));
            if let Some(key) = key {
                // An empty name switches the general helper off for this host.
                return self.text(helpers, key);
            }
        }
        self.text(&self.content, "credsStore")
    }

    /// What the file says of a repository of a host.
    pub(super) fn find(&self, host: &Host, repository: &str) -> Result<Found> {
        if let Some(helper) = self.helper(host)? {
            return Ok(Found::Helper(helper.to_owned()));
        }
        let Some(auths) = self.object("auths")? else { return Ok(Found::Nothing) };
        let Some(key) = self.best_key(auths, host, repository) else { return Ok(Found::Nothing) };
        let entry = match auths.get(key) {
            Some(Value::Object(entry)) => entry,
            Some(Value::Null) | None => return Ok(Found::Nothing),
            Some(_) => return Err(malformed(&self.name, &format!("{key:?} is no JSON object"))),
        };
        Ok(self.credential(key, entry)?.map_or(Found::Nothing, Found::Credential))
    }

    /// The longest key that the repository lies under; else one that means the host in an old way.
    fn best_key<'a>(
        &self,
        auths: &'a Map<String, Value>,
        host: &Host,
        repository: &str,
    ) -> Option<&'a str> {
        let whole = format!("{host}/{repository}");
        let over = |key: &str| {
            key == key_of(host)
                || whole
                    .strip_prefix(key)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let keys = || auths.keys().map(String::as_str);
        let longest = keys().filter(|key| over(key)).max_by_key(|key| key.len());
        longest.or_else(|| keys().find(|key| self.kind.means_whole_host(key) && means(key, host)))
    }

    fn credential(&self, key: &str, entry: &Map<String, Value>) -> Result<Option<Credential>> {
        if let Some(token) = self.text(entry, "registrytoken")? {
            return Ok(Some(Credential::registry_token(token)));
        }
        if let Some(token) = self.text(entry, "identitytoken")? {
            return Ok(Some(Credential::identity_token(token)));
        }
        if let Some(auth) = self.text(entry, "auth")? {
            let wrong = || {
                malformed(&self.name, &format!("\"auth\" of {key:?} is no base64 of user:password"))
            };
            let decoded = Zeroizing::new(BASE64.decode(auth.trim()).map_err(|_| wrong())?);
            let decoded = std::str::from_utf8(&decoded).map_err(|_| wrong())?;
            let (user, password) =
                decoded.trim_end_matches('\0').split_once(':').ok_or_else(wrong)?;
            return Ok(Some(Credential::password(user, password)));
        }
        let (user, password) = (self.text(entry, "username")?, self.text(entry, "password")?);
        Ok(user.zip(password).map(|(user, password)| Credential::password(user, password)))
    }

    /// Puts a credential under the host's key, and takes away what stood there in another form.
    pub(super) fn set(&mut self, host: &Host, credential: &Credential) -> Result<()> {
        let entry = match credential {
            Credential::IdentityToken(token) => json!({
                // The other tools want a user before they look at the token.
                "auth": basic(AZURE_TOKEN_USER, "").as_str(),
                "identitytoken": token.expose(),
            }),
            Credential::RegistryToken(token) => json!({ "registrytoken": token.expose() }),
            other => {
                let (user, password) = other.as_password().ok_or_else(|| {
                    Error::new(Code::Unsupported, "an Entra token cannot be stored")
                })?;
                if user.contains(':') {
                    return Err(Error::new(
                        Code::InvalidArgument,
                        "a user name has no colon: the part after it would be taken for the password",
                    ));
                }
                json!({ "auth": basic(user, password.expose()).as_str() })
            }
        };
        self.remove(host)?;
        self.object("auths")?;
        let auths = self.content.entry("auths").or_insert_with(|| json!({}));
        if auths.is_null() {
            *auths = json!({});
        }
        if let Some(auths) = auths.as_object_mut() {
            auths.insert(key_of(host), entry);
        }
        Ok(())
    }

    /// Takes away every key that means the host as a whole; whether there was one.
    pub(super) fn remove(&mut self, host: &Host) -> Result<bool> {
        self.object("auths")?;
        let kind = self.kind;
        let Some(auths) = self.content.get_mut("auths").and_then(Value::as_object_mut) else {
            return Ok(false);
        };
        let before = auths.len();
        auths.retain(|key, _| {
            // A namespace of the containers tools has a credential of its own.
            !(kind.means_whole_host(key) && means(key, host))
        });
        Ok(auths.len() < before)
    }

    /// Replaces the file, by rename, readable for its owner alone.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let fail = |e: io::Error| {
            Error::new(Code::Credentials, format!("cannot write {}: {e}", path.display()))
                .with_source(e)
        };
        // A link is followed: the file itself may lie in a folder that is synchronised elsewhere.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let folder = crate::files::parent(&path);
        make_private_folder(folder).map_err(fail)?;
        let text = Zeroizing::new(format!("{:#}\n", Value::Object(self.content.clone())));
        // A temporary file is readable for its owner alone.
        let mut file = tempfile::Builder::new()
            .prefix(".ocigraph-")
            .suffix(".tmp")
            .tempfile_in(folder)
            .map_err(fail)?;
        file.write_all(text.as_bytes()).map_err(fail)?;
        file.as_file().sync_all().map_err(fail)?;
        file.persist(&path).map_err(|e| fail(e.error))?;
        Ok(())
    }

    /// An empty one, to be written to `path`.
    pub(super) fn empty(path: &Path, kind: Kind) -> Self {
        Self { name: path.display().to_string(), kind, content: Map::new() }
    }
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn malformed(name: &str, why: &str) -> Error {
    Error::new(Code::Credentials, format!("{name} cannot be used: {why}"))
        .with_hint("mend it or move it away; `ocigraph login` writes a new one")
}

/// A file by its place.
#[derive(Debug, Clone)]
pub(super) struct At {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        text.parse().unwrap()
    }

    fn find(kind: Kind, content: Value, at: &str, repository: &str) -> Found {
        let file = CredentialFile::parse("file", content.to_string().as_bytes(), kind).unwrap();
        file.find(&host(at), repository).unwrap()
    }

    fn user(name: &str) -> Found {
        Found::Credential(Credential::password(name, "p"))
    }

    fn entry(name: &str) -> Value {
        json!({ "auth": basic(name, "p").as_str() })
    }

    #[test]
    fn keys_match_exactly_then_without_scheme_and_path() {
        let auths = json!({ "auths": {
            "r.example.com": entry("exact"), "https://r.example.com/v1/": entry("old"),
            "http://s.example.com:5000/v2/": entry("old"), "https://index.docker.io/v1/": entry("hub"),
        } });
        let at = |host: &str| find(Kind::Docker, auths.clone(), host, "app");
        assert_eq!(at("r.example.com"), user("exact"));
        assert_eq!(at("s.example.com:5000"), user("old"));
        assert_eq!(at("s.example.com"), Found::Nothing);
        assert_eq!(at("docker.io"), user("hub"));
        assert_eq!(at("registry-1.docker.io"), user("hub"));
    }

    #[test]
    fn the_longest_namespace_wins_on_segment_borders() {
        let auths = json!({ "auths": {
            "r.example.com": entry("host"), "r.example.com/team": entry("team"),
            "r.example.com/team/app": entry("app"), "s.example.com/team": entry("other"),
        } });
        let at = |host: &str, name: &str| find(Kind::Containers, auths.clone(), host, name);
        assert_eq!(at("r.example.com", "team/app"), user("app"));
        assert_eq!(at("r.example.com", "team/application"), user("team"));
        assert_eq!(at("r.example.com", "teams"), user("host"));
        assert_eq!(at("s.example.com", "elsewhere"), Found::Nothing);
    }

    #[test]
    fn a_helper_comes_before_the_entries() {
        let content = json!({
            "credsStore": "general", "auths": { "r.example.com": entry("file") },
            "credHelpers": { "s.example.com": "special", "t.example.com": "" },
        });
        let at = |host: &str| find(Kind::Docker, content.clone(), host, "app");
        assert_eq!(at("r.example.com"), Found::Helper("general".into()));
        assert_eq!(at("s.example.com"), Found::Helper("special".into()));
        assert_eq!(at("t.example.com"), Found::Nothing);
    }

    #[test]
    fn entries_have_many_forms() {
        let at = |entry: Value| {
            find(Kind::Docker, json!({ "auths": { "r.example.com": entry } }), "r.example.com", "a")
        };
        // `user:p:q` without its padding, and `user:p` with a zero byte at its end.
        assert_eq!(
            at(json!({ "auth": "dXNlcjpwOnE" })),
            Found::Credential(Credential::password("user", "p:q"))
        );
        assert_eq!(at(json!({ "auth": "dXNlcjpwAA==" })), user("user"));
        assert_eq!(at(json!({ "username": "user", "password": "p" })), user("user"));
        assert_eq!(
            at(json!({ "auth": "dXNlcjo=", "identitytoken": "t" })),
            Found::Credential(Credential::identity_token("t"))
        );
        assert_eq!(
            at(json!({ "registrytoken": "t" })),
            Found::Credential(Credential::registry_token("t"))
        );
        assert_eq!(at(json!({})), Found::Nothing);
        let file = json!({ "auths": { "r.example.com": { "auth": "*" } } }).to_string();
        let file = CredentialFile::parse("file", file.as_bytes(), Kind::Docker).unwrap();
        let error = file.find(&host("r.example.com"), "a").unwrap_err();
        assert_eq!(error.code(), Code::Credentials);
        assert!(error.to_string().contains("r.example.com"), "{error}");
    }

    #[test]
    fn writing_keeps_what_is_not_understood_and_hides_it_from_others() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/config.json");
        let content = json!({
            "HttpHeaders": { "a": "b" }, "auths": { "https://r.example.com/v1/": entry("old") },
        });
        let mut file =
            CredentialFile::parse("f", content.to_string().as_bytes(), Kind::Docker).unwrap();
        file.set(&host("r.example.com"), &Credential::password("new", "p")).unwrap();
        file.write(&path).unwrap();
        let read = CredentialFile::read(&path, Kind::Docker).unwrap().unwrap();
        assert_eq!(read.content["HttpHeaders"], json!({ "a": "b" }));
        assert_eq!(read.content["auths"].as_object().unwrap().len(), 1);
        assert_eq!(read.find(&host("r.example.com"), "x").unwrap(), user("new"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        let mut read = read;
        assert!(read.remove(&host("r.example.com")).unwrap());
        assert!(!read.remove(&host("r.example.com")).unwrap());
    }
}
