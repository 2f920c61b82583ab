//! Lists of tags and repositories, page by page, and how every list of a registry is read.
//!
//! A list is read entry by entry. What cannot be read of it, entry or page, is told, and hides
//! nothing else.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use http::{Method, StatusCode, header};
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::{
    Registry,
    answer::{Response, same_origin},
    call::{AuthContext, Request},
    link::next_links,
    transport::{Connection, RepositoryConnection},
};
use crate::store::{
    limits::check_limit,
    list::{List, Problems},
    memory::Charge,
    registry::auth::Scopes,
};
use ocigraph_types::{
    Algorithm, Code, Digest, Error, Result, check_repository, check_tag, excerpt,
    weight::{Weight, is_bloated},
};

/// An address that is longer than any registry writes.
const URL_LIMIT: usize = 8 * 1024;

/// How many times over a list's bytes may be what is kept of it.
const READ_FOR_KEPT: u64 = 16;

impl Registry {
    /// All tags, those of fallback indexes included.
    pub(super) async fn list_tags(&self) -> Result<List<String>> {
        #[derive(Deserialize)]
        struct Page<'a> {
            #[serde(default, borrow, deserialize_with = "present")]
            tags: Option<&'a RawValue>,
        }
        let url = self.url("tags/list")?;
        let what = format!("the tags of {}", self.repository);
        let mut pages = Pages::new(&self.connection, url, Problems::of(&what));
        let mut tags = Vec::new();
        while let Some(answer) = pages.next().await? {
            if answer.status() != StatusCode::OK {
                return Err(answer.into_error(&format!("{what} are not listed")).await);
            }
            let (bytes, _turn) = answer.metadata_in_turn().await?;
            let Some(page) = pages.page::<Page<'_>>(&bytes)? else { continue };
            pages.add_names(&mut tags, "tags", page.tags, check_tag)?;
        }
        pages.done(tags)
    }
}

impl Connection {
    /// The registry's repositories; UNSUPPORTED where it has no catalog.
    pub async fn repositories(self: &Arc<Self>) -> Result<List<String>> {
        #[derive(Deserialize)]
        struct Page<'a> {
            #[serde(default, borrow, deserialize_with = "present")]
            repositories: Option<&'a RawValue>,
        }
        let purpose = AuthContext { scopes: Scopes::catalog(), ..AuthContext::default() };
        let channel = RepositoryConnection::new(Arc::clone(self), purpose);
        let what = format!("the repositories of {}", self.host());
        let mut pages = Pages::new(&channel, self.url("v2/_catalog")?, Problems::of(what));
        let mut repositories = Vec::new();
        while let Some(answer) = pages.next().await? {
            match answer.status() {
                StatusCode::OK => {}
                // Docker Hub, GHCR and ECR Public have no catalog.
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
                    return Err(Error::new(
                        Code::Unsupported,
                        format!("{} does not list its repositories", self.host()),
                    ));
                }
                _ => return Err(answer.into_error("the repositories are not listed").await),
            }
            let (bytes, _turn) = answer.metadata_in_turn().await?;
            let Some(page) = pages.page::<Page<'_>>(&bytes)? else { continue };
            let listed = page.repositories;
            pages.add_names(&mut repositories, "repositories", listed, check_repository)?;
        }
        pages.done(repositories)
    }
}

/// The pages of a list: the links to the next are followed as they are, within the list's own path,
/// until there is none, a page comes again, or there are too many; what they list is bounded in
/// entries and bytes.
pub(super) struct Pages<'a> {
    connection: &'a RepositoryConnection,
    next: VecDeque<Url>,
    /// Addresses as digests: a registry decides how long they are.
    seen: HashSet<Digest>,
    /// The pages that were asked for.
    asked: usize,
    /// Bytes of the pages that were read.
    read: u64,
    entries: usize,
    pub(super) problems: Problems,
    charge: Charge,
}

impl<'a> Pages<'a> {
    pub(super) fn new(
        connection: &'a RepositoryConnection,
        first: Url,
        problems: Problems,
    ) -> Self {
        let mut pages = Self {
            connection,
            next: VecDeque::new(),
            seen: HashSet::new(),
            asked: 0,
            read: 0,
            entries: 0,
            problems,
            charge: connection.memory().charge(),
        };
        pages.push(first);
        pages
    }

    /// The answer of the first page, whatever it is; of others only what may be a page.
    pub(super) async fn next(&mut self) -> Result<Option<Response>> {
        while let Some(url) = self.next.pop_front() {
            if self.asked >= self.connection.limits().max_pages {
                let message =
                    format!("{} have more than {} pages", self.problems.list(), self.asked);
                return Err(Error::new(Code::TooLarge, message));
            }
            self.asked += 1;
            let first = self.asked == 1;
            let answer = match self.connection.send(Request::new(Method::GET, url.clone())).await {
                Ok(answer) => answer,
                Err(e) if first => return Err(e),
                Err(e) => {
                    self.unreadable(&e);
                    continue;
                }
            };
            if answer.status() == StatusCode::OK {
                self.follow(&url, &answer);
            } else if !first {
                let e = answer.into_error("it was not given").await;
                self.unreadable(&e);
                continue;
            }
            return Ok(Some(answer));
        }
        Ok(None)
    }

    /// What a page says, if it is a JSON object. On the first page anything else is an error.
    pub(super) fn page<'p, T: Deserialize<'p>>(&mut self, bytes: &'p [u8]) -> Result<Option<T>> {
        self.count(bytes)?;
        match object(bytes) {
            Ok(page) => Ok(Some(page)),
            Err(e) if self.asked == 1 => {
                let message = format!("what the registry sent for {}: {e}", self.problems.list());
                Err(Error::new(Code::Registry, message))
            }
            Err(e) => {
                self.unreadable(&e);
                Ok(None)
            }
        }
    }

    /// Counts the bytes of a page: what is kept of it may be less.
    pub(super) fn count(&mut self, bytes: &[u8]) -> Result<()> {
        self.read += bytes.len() as u64;
        let limit =
            (self.connection.limits().max_manifest_bytes as u64).saturating_mul(READ_FOR_KEPT);
        if self.read > limit {
            let message = format!("{} have more than {limit} bytes", self.problems.list());
            return Err(Error::new(Code::TooLarge, message));
        }
        if is_bloated(bytes) {
            let message =
                format!("a page of {} takes far more memory than its length", self.problems.list());
            return Err(Error::new(Code::TooLarge, message));
        }
        Ok(())
    }

    /// Notes that the page which was asked for last cannot be read.
    pub(super) fn unreadable(&mut self, error: &impl ToString) {
        let detail = format!("page {} cannot be read: {}", self.asked, excerpt(&error.to_string()));
        self.problems.add(detail);
    }

    /// Adds the entries that a page lists under `key` to `all`, each read by itself.
    pub(super) fn add<T: Weight>(
        &mut self,
        all: &mut Vec<T>,
        key: &str,
        listed: Option<&RawValue>,
        read: impl Fn(&RawValue) -> std::result::Result<T, String>,
    ) -> Result<()> {
        for entry in self.listed(key, listed) {
            self.entries += 1;
            check_limit(self.entries, self.connection.limits().max_entries)?;
            match read(entry) {
                Ok(entry) => {
                    self.charge.add(entry.weight())?;
                    all.push(entry);
                }
                Err(why) => {
                    let detail = format!("entry {} {why}: {}", self.entries, excerpt(entry.get()));
                    self.problems.add(detail);
                }
            }
        }
        Ok(())
    }

    fn add_names(
        &mut self,
        all: &mut Vec<String>,
        key: &str,
        listed: Option<&RawValue>,
        check: fn(&str) -> Result<()>,
    ) -> Result<()> {
        let mut names = Vec::new();
        self.add(&mut names, key, listed, text)?;
        for name in names {
            match check(&name) {
                Ok(()) => all.push(name),
                // A path of the registry could be written there, and would be asked for.
                Err(e) => self.problems.add_name(&name, excerpt(e.message())),
            }
        }
        Ok(())
    }

    fn listed<'p>(&mut self, key: &str, listed: Option<&'p RawValue>) -> Vec<&'p RawValue> {
        let Some(listed) = listed else {
            self.unreadable(&format!("it has no {key}"));
            return Vec::new();
        };
        if listed.get() == "null" {
            return Vec::new();
        }
        serde_json::from_str(listed.get()).unwrap_or_else(|_| {
            self.unreadable(&format!("its {key} are no list: {}", listed.get()));
            Vec::new()
        })
    }

    /// The list, when there is no further page.
    pub(super) fn done<T>(mut self, entries: Vec<T>) -> Result<List<T>> {
        let problems = self.problems.found();
        self.charge.add(problems.weight())?;
        Ok(List::new(entries, problems, self.charge))
    }

    fn follow(&mut self, url: &Url, answer: &Response) {
        for header in answer.all_of(header::LINK) {
            match next_links(&header) {
                Ok(targets) => targets.into_iter().for_each(|target| self.link(url, target)),
                Err(()) => {
                    let detail = format!(
                        "the page after page {}, {}, is not written as a link",
                        self.asked,
                        excerpt(&header)
                    );
                    self.problems.add(detail);
                }
            }
        }
    }

    /// What a list links to is asked for where it is a page of the same list: anything else would
    /// have the registry choose what is asked of whom.
    fn link(&mut self, url: &Url, target: &str) {
        let next = url.join(target).ok();
        let own =
            |next: &Url| same_origin(next, url) && decoded(next.path()) == decoded(url.path());
        match next {
            Some(next) if next.as_str().len() <= URL_LIMIT && own(&next) => self.push(next),
            _ => {
                let detail = format!(
                    "the page after page {} is elsewhere and was not asked for: {}",
                    self.asked,
                    excerpt(target)
                );
                self.problems.add(detail);
            }
        }
    }

    fn push(&mut self, mut url: Url) {
        url.set_fragment(None);
        if self.seen.insert(Algorithm::Sha256.digest(url.as_str().as_bytes())) {
            self.next.push_back(url);
        }
    }
}

/// A path as it is meant, whichever characters are written as `%2F`.
fn decoded(path: &str) -> Vec<u8> {
    let bytes = path.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let digits = path.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(*byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    decoded
}

/// Tells a list that is null, which means none, from a key that is not there.
pub(super) fn present<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Reads a JSON object, or says why it is none.
pub(super) fn object<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> std::result::Result<T, String> {
    // Structs are read from arrays too.
    match bytes.iter().find(|b| !b.is_ascii_whitespace()) {
        Some(b'{') => serde_json::from_slice(bytes).map_err(|e| format!("it is no list: {e}")),
        _ => Err("it is no JSON object".to_owned()),
    }
}

/// Reads an entry that is an object, or says what is wrong with it.
pub(super) fn entry<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> std::result::Result<T, String> {
    if !raw.get().starts_with('{') {
        return Err("is no object".to_owned());
    }
    serde_json::from_str(raw.get()).map_err(|e| {
        let why = e.to_string();
        let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
        format!("is malformed ({})", excerpt(why))
    })
}

fn text(raw: &RawValue) -> std::result::Result<String, String> {
    serde_json::from_str(raw.get()).map_err(|_| "is no text".to_owned())
}
