//! Credential files: docker's `config.json` and the `auth.json` of the containers tools.
//!
//! They belong to other programs too: what is not understood is kept as it stands. `replace` writes
//! them.

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
    object::{Object, indent_of},
};
use crate::content::small_file::read_small_file;
use ocigraph_types::{Code, Error, Host, Result};

/// Docker Hub's key in every credential file and helper.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// The members of an entry that are, or hold, a credential.
const CREDENTIAL: [&str; 5] = ["auth", "username", "password", "identitytoken", "registrytoken"];

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
    content: Object,
    indent: String,
}

/// What a file says of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lookup {
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
    /// Reads a file; nothing when it is not there. CREDENTIALS when it is not a JSON object, or not a
    /// regular file of at most 4 MiB.
    pub(super) fn read(path: &Path, kind: Kind) -> Result<Option<Self>> {
        match read_text(path)? {
            Some(text) => Self::parse(&path.display().to_string(), &text, kind).map(Some),
            None => Ok(None),
        }
    }

    /// The content of a file, or of a variable like one.
    pub(super) fn parse(name: &str, text: &[u8], kind: Kind) -> Result<Self> {
        let text = std::str::from_utf8(text).map_err(|_| malformed(name, "it is not UTF-8"))?;
        // An empty file is what `touch` or an interrupted writer leaves.
        let content = if text.trim_ascii().is_empty() {
            Object::default()
        } else {
            // The error of the parser says where, and repeats nothing of the content.
            Object::parse(text).map_err(|e| match e.classify() {
                serde_json::error::Category::Data => malformed(name, "it is not a JSON object"),
                _ => malformed(name, &e.to_string()),
            })?
        };
        Ok(Self { name: name.to_owned(), kind, content, indent: indent_of(text).to_owned() })
    }

    fn object(&self, name: &str) -> Result<Option<Object>> {
        let wrong = |_| malformed(&self.name, &format!("{name:?} is not a JSON object"));
        self.content.get(name).map(Object::parse).transpose().map_err(wrong)
    }

    fn text(&self, map: &Object, name: &str) -> Result<Option<Zeroizing<String>>> {
        let Some(value) = map.get(name) else { return Ok(None) };
        let text: Zeroizing<String> = serde_json::from_str(value)
            .map_err(|_| malformed(&self.name, &format!("{name:?} is not text")))?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// The helper in charge of a host, if there is one.
    pub(super) fn helper(&self, host: &Host) -> Result<Option<String>> {
        let name = |map: &Object, key: &str| Ok(self.text(map, key)?.map(|name| name.to_string()));
        if let Some(helpers) = self.object("credHelpers")? {
            let own = key_of(host);
            let exact = helpers.names().find(|key| **key == own);
            if let Some(key) = exact.or_else(|| helpers.names().find(|key| means(key, host))) {
                // An empty name switches the general helper off for this host.
                return name(&helpers, key);
            }
        }
        name(&self.content, "credsStore")
    }

    /// What the file says of a repository of a host.
    pub(super) fn find(&self, host: &Host, repository: &str) -> Result<Lookup> {
        if let Some(helper) = self.helper(host)? {
            return Ok(Lookup::Helper(helper));
        }
        let Some(auths) = self.object("auths")? else { return Ok(Lookup::Nothing) };
        let Some(key) = self.best_key(&auths, host, repository) else { return Ok(Lookup::Nothing) };
        let Some(entry) = auths.get(key) else { return Ok(Lookup::Nothing) };
        let entry = Object::parse(entry)
            .map_err(|_| malformed(&self.name, &format!("{key:?} is not a JSON object")))?;
        Ok(self.credential(key, &entry)?.map_or(Lookup::Nothing, Lookup::Credential))
    }

    /// The longest key that the repository lies under; else one that means the host in an old way.
    fn best_key<'a>(&self, auths: &'a Object, host: &Host, repository: &str) -> Option<&'a str> {
        let whole = format!("{host}/{repository}");
        let over = |key: &str| {
            key == key_of(host)
                || whole
                    .strip_prefix(key)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let keys = || auths.names();
        let longest = keys().filter(|key| over(key)).max_by_key(|key| key.len());
        longest.or_else(|| keys().find(|key| self.kind.means_whole_host(key) && means(key, host)))
    }

    fn credential(&self, key: &str, entry: &Object) -> Result<Option<Credential>> {
        if let Some(token) = self.text(entry, "registrytoken")? {
            return Ok(Some(Credential::registry_token(token.as_str())));
        }
        if let Some(token) = self.text(entry, "identitytoken")? {
            return Ok(Some(Credential::identity_token(token.as_str())));
        }
        if let Some(auth) = self.text(entry, "auth")? {
            let wrong = || {
                malformed(
                    &self.name,
                    &format!("\"auth\" of {key:?} is not the base64 of user:password"),
                )
            };
            let decoded = Zeroizing::new(BASE64.decode(auth.trim()).map_err(|_| wrong())?);
            let decoded = std::str::from_utf8(&decoded).map_err(|_| wrong())?;
            let (user, password) =
                decoded.trim_end_matches('\0').split_once(':').ok_or_else(wrong)?;
            return Ok(Some(Credential::password(user, password)));
        }
        let (user, password) = (self.text(entry, "username")?, self.text(entry, "password")?);
        Ok(user
            .zip(password)
            .map(|(user, password)| Credential::password(user.as_str(), password.as_str())))
    }

    /// Puts a credential under the host's key, and takes away what stood there in another form.
    pub(super) fn set(&mut self, host: &Host, credential: &Credential) -> Result<()> {
        let mut auths = self.object("auths")?.unwrap_or_default();
        let own = key_of(host);
        auths.retain(|key| key == own || !self.is_of(key, host));
        // What another program keeps beside the credential stays.
        let there = auths.get(&own).and_then(|entry| Object::parse(entry).ok());
        let mut entry = there.unwrap_or_default();
        entry.retain(|name| !CREDENTIAL.contains(&name));
        match credential {
            Credential::IdentityToken(token) => {
                // The other tools want a user before they look at the token.
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
                        "a user name has no colon: the part after it would be taken for the password",
                    ));
                }
                entry.set_text("auth", &basic(user, password.expose()));
            }
        }
        auths.set(&own, entry.write(&self.indent, 2).to_string());
        self.content.set("auths", auths.write(&self.indent, 1).to_string());
        Ok(())
    }

    /// Takes away every key that means the host as a whole; whether there was one.
    pub(super) fn remove(&mut self, host: &Host) -> Result<bool> {
        let Some(mut auths) = self.object("auths")? else { return Ok(false) };
        let any = auths.retain(|key| !self.is_of(key, host));
        if any {
            self.content.set("auths", auths.write(&self.indent, 1).to_string());
        }
        Ok(any)
    }

    /// What stands under the keys that mean the host as a whole.
    pub(super) fn entries(&self, host: &Host) -> Result<Vec<Zeroizing<String>>> {
        let Some(auths) = self.object("auths")? else { return Ok(Vec::new()) };
        let own = auths.names().filter(|key| self.is_of(key, host));
        Ok(own.filter_map(|key| auths.get(key)).map(|text| text.to_owned().into()).collect())
    }

    /// Whether a key means the host as a whole: a namespace of the containers tools has a credential
    /// of its own.
    fn is_of(&self, key: &str, host: &Host) -> bool {
        self.kind.means_whole_host(key) && means(key, host)
    }

    /// The text of the file.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let mut text = self.content.write(&self.indent, 0);
        text.push('\n');
        text
    }
}

/// The bytes of a file; nothing when it is not there.
pub(super) fn read_text(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>> {
    // People name it where a program insists on a file, to say that there is none.
    if path == "/dev/null" {
        return Ok(None);
    }
    match read_small_file(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(e) => {
            let what = format!("cannot read {}: {e}", path.display());
            Err(Error::new(Code::Credentials, what).with_source(e))
        }
    }
}

fn malformed(name: &str, why: &str) -> Error {
    Error::new(Code::Credentials, format!("{name} cannot be used: {why}"))
        .with_hint("mend it or move it away; `ocigraph login` writes a new one")
}

/// A file by its place.
#[derive(Debug, Clone)]
pub(super) struct ConfigPath {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn host(text: &str) -> Host {
        text.parse().unwrap()
    }

    fn find(kind: Kind, content: Value, at: &str, repository: &str) -> Lookup {
        let file = CredentialFile::parse("file", content.to_string().as_bytes(), kind).unwrap();
        file.find(&host(at), repository).unwrap()
    }

    fn user(name: &str) -> Lookup {
        Lookup::Credential(Credential::password(name, "p"))
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
        assert_eq!(at("s.example.com"), Lookup::Nothing);
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
        assert_eq!(at("s.example.com", "elsewhere"), Lookup::Nothing);
    }

    #[test]
    fn a_helper_comes_before_the_entries() {
        let content = json!({
            "credsStore": "general", "auths": { "r.example.com": entry("file") },
            "credHelpers": { "s.example.com": "special", "t.example.com": "" },
        });
        let at = |host: &str| find(Kind::Docker, content.clone(), host, "app");
        assert_eq!(at("r.example.com"), Lookup::Helper("general".into()));
        assert_eq!(at("s.example.com"), Lookup::Helper("special".into()));
        assert_eq!(at("t.example.com"), Lookup::Nothing);
    }

    #[test]
    fn entries_have_many_forms() {
        let at = |entry: Value| {
            find(Kind::Docker, json!({ "auths": { "r.example.com": entry } }), "r.example.com", "a")
        };
        // `user:p:q` without its padding, and `user:p` with a zero byte at its end.
        assert_eq!(
            at(json!({ "auth": "dXNlcjpwOnE" })),
            Lookup::Credential(Credential::password("user", "p:q"))
        );
        assert_eq!(at(json!({ "auth": "dXNlcjpwAA==" })), user("user"));
        assert_eq!(at(json!({ "username": "user", "password": "p" })), user("user"));
        assert_eq!(
            at(json!({ "auth": "dXNlcjo=", "identitytoken": "t" })),
            Lookup::Credential(Credential::identity_token("t"))
        );
        assert_eq!(
            at(json!({ "registrytoken": "t" })),
            Lookup::Credential(Credential::registry_token("t"))
        );
        assert_eq!(at(json!({})), Lookup::Nothing);
        let file = json!({ "auths": { "r.example.com": { "auth": "*" } } }).to_string();
        let file = CredentialFile::parse("file", file.as_bytes(), Kind::Docker).unwrap();
        let error = file.find(&host("r.example.com"), "a").unwrap_err();
        assert_eq!(error.code(), Code::Credentials);
        assert!(error.to_string().contains("r.example.com"), "{error}");
    }

    #[test]
    fn an_entry_keeps_its_place_and_what_it_has_beside_the_credential() {
        let text = r#"{"auths": {"a.example.com": {}, "r.example.com": {"auth": "eDp5", "x": 1.0},
            "http://r.example.com/v1/": {"auth": "eDp5"}}, "n": 1e400}"#;
        let mut file = CredentialFile::parse("f", text.as_bytes(), Kind::Docker).unwrap();
        let at = host("r.example.com");
        assert_eq!(file.entries(&at).unwrap().len(), 2);
        file.set(&at, &Credential::password("new", "p")).unwrap();
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
        assert_eq!(file.find(&at, "x").unwrap(), user("new"));
        assert!(file.remove(&at).unwrap());
        assert!(!file.remove(&at).unwrap());
    }
}
