//! Reads the lists of a registry, page by page and entry by entry.
//!
//! An entry or page that cannot be read becomes a problem of the list, and hides no other entry.

use std::collections::{HashSet, VecDeque};

use http::{Method, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::{connection::RepositoryConnection, link_header::next_links};
use crate::{
    content::plain_text::without_mark,
    store::{
        limits::check_limit,
        list::{List, Problems},
        memory_budget::Charge,
        registry::http::{
            received::Received, request::Request, response::Response, url::same_origin,
        },
    },
};
use ocigraph_types::{
    Algorithm, Code, Digest, Error, Result, excerpt,
    weight::{Weight, is_bloated},
};

/// Bytes of the URL of a page: more than any registry uses.
const MAX_URL_BYTES: usize = 8 * 1024;

/// The pages of a list may have this many times `max_manifest_bytes`.
const MAX_PAGES_FACTOR: u64 = 16;

/// The pages of a list, until no new page is linked. Pages, entries and bytes are limited.
///
/// All pages are requested from the URL of the list: a link only says with which query. So a link
/// cannot choose what is requested from whom, and the links of proxies and gateways work, which name
/// a host or path that only they know (Nexus, Artifactory).
pub(super) struct Pages<'a> {
    connection: &'a RepositoryConnection,
    list: Url,
    queue: VecDeque<NextPage>,
    /// The digests of all queued URLs, which may be long.
    seen: HashSet<Digest>,
    /// The digests of all pages that were read.
    read: HashSet<Digest>,
    /// The page was read before.
    is_repeated: bool,
    /// The link to the requested page, if it does not lead to the list as it is written.
    foreign_link: Option<String>,
    /// A link without a query: the next page starts after the last entry of this one.
    link_without_query: Option<String>,
    /// The response with the page, without its body.
    received: Option<Received>,
    pages_requested: usize,
    bytes_read: u64,
    entries: usize,
    max_entries: usize,
    pub(super) problems: Problems,
    charge: Charge,
}

struct NextPage {
    url: Url,
    foreign_link: Option<String>,
}

impl<'a> Pages<'a> {
    pub(super) fn new(
        connection: &'a RepositoryConnection,
        first: Url,
        problems: Problems,
    ) -> Self {
        let mut pages = Self {
            connection,
            list: first.clone(),
            queue: VecDeque::new(),
            seen: HashSet::new(),
            read: HashSet::new(),
            is_repeated: false,
            foreign_link: None,
            link_without_query: None,
            received: None,
            pages_requested: 0,
            bytes_read: 0,
            entries: 0,
            max_entries: connection.limits().max_entries,
            problems,
            charge: connection.memory().charge(),
        };
        pages.enqueue(first, None);
        pages
    }

    /// Limits the pages and their bytes, and not the number of entries. For a list that is read in parts.
    pub(super) fn of_any_length(mut self) -> Self {
        self.max_entries = usize::MAX;
        self
    }

    /// Requests the next page. Returns any response for the first page, but only 200 for the
    /// others.
    pub(super) async fn next(&mut self) -> Result<Option<Response>> {
        self.report_link_without_query();
        while let Some(NextPage { url, foreign_link }) = self.queue.pop_front() {
            self.foreign_link = foreign_link;
            if self.pages_requested >= self.connection.limits().max_pages {
                let message =
                    format!("{} exceed {} pages", self.problems.list(), self.pages_requested);
                return Err(Error::new(Code::TooLarge, message));
            }
            self.pages_requested += 1;
            let is_first = self.pages_requested == 1;
            // Other registries than Azure answer 404 for Azure's paths to everybody.
            let request = Request::new(Method::GET, url.clone())
                .signing_in(!self.list.path().starts_with("/acr/"));
            let response = match self.connection.send(request).await {
                Ok(response) => response,
                Err(e) if is_first => return Err(e),
                Err(e) => {
                    self.add_page_problem(&e);
                    continue;
                }
            };
            self.received = Some(response.received());
            if response.status() == StatusCode::OK {
                self.queue_next_pages(&url, &response);
            } else if !is_first {
                let e = response.into_error("the request failed").await;
                self.add_page_problem(&e);
                continue;
            }
            return Ok(Some(response));
        }
        Ok(None)
    }

    /// Returns true if the list has more pages, and `max_pages` were requested.
    pub(super) fn has_more_than(&self, max_pages: usize) -> bool {
        self.pages_requested >= max_pages && !self.queue.is_empty()
    }

    /// Parses a page. A first page that is not a JSON object is an error, another one a problem.
    pub(super) fn page<'p, T: Deserialize<'p>>(&mut self, bytes: &'p [u8]) -> Result<Option<T>> {
        self.count(bytes)?;
        match object(bytes) {
            Ok(page) => Ok(Some(page)),
            Err(e) if self.pages_requested == 1 => {
                let message = format!("cannot read {}: {e}", self.problems.list());
                let error = Error::new(Code::Registry, message);
                Err(match &self.received {
                    Some(received) => received.explain(error, bytes),
                    None => error,
                })
            }
            Err(e) => {
                self.add_page_problem(&e);
                Ok(None)
            }
        }
    }

    /// Checks the size of a page; TOO_LARGE if the list has too many bytes.
    pub(super) fn count(&mut self, bytes: &[u8]) -> Result<()> {
        self.is_repeated = !self.read.insert(Algorithm::Sha256.digest(bytes));
        self.bytes_read += bytes.len() as u64;
        let limit =
            (self.connection.limits().max_manifest_bytes as u64).saturating_mul(MAX_PAGES_FACTOR);
        if self.bytes_read > limit {
            let message = format!("{} exceed {limit} bytes", self.problems.list());
            return Err(Error::new(Code::TooLarge, message));
        }
        if is_bloated(bytes) {
            let message =
                format!("a page of {} needs far more memory than its size", self.problems.list());
            return Err(Error::new(Code::TooLarge, message));
        }
        Ok(())
    }

    /// Records that the last requested page cannot be read.
    pub(super) fn add_page_problem(&mut self, error: &impl ToString) {
        let detail = format!(
            "page {} cannot be read: {}",
            self.pages_requested,
            excerpt(&error.to_string())
        );
        self.problems.add(detail);
    }

    /// Adds to `all` the entries that a page lists under `key`. An entry that cannot be read
    /// becomes a problem.
    pub(super) fn add<T: Weight>(
        &mut self,
        all: &mut Vec<T>,
        key: &str,
        entries: Option<&RawValue>,
        read: impl Fn(&RawValue) -> std::result::Result<T, String>,
    ) -> Result<()> {
        for entry in self.split_entries(key, entries) {
            self.entries += 1;
            check_limit(self.entries, self.max_entries)?;
            match read(entry) {
                Ok(entry) => {
                    self.charge.add(entry.weight())?;
                    all.push(entry);
                }
                Err(reason) => {
                    let detail =
                        format!("entry {} {reason}: {}", self.entries, excerpt(entry.get()));
                    self.problems.add(detail);
                }
            }
        }
        Ok(())
    }

    /// Adds to `all` the valid names that a page lists under `key`.
    pub(super) fn add_names(
        &mut self,
        all: &mut Vec<String>,
        key: &str,
        entries: Option<&RawValue>,
        check: fn(&str) -> Result<()>,
    ) -> Result<()> {
        let mut names = Vec::new();
        self.add(&mut names, key, entries, text)?;
        if let Some(link) = self.link_without_query.take() {
            self.queue_page_after(names.last(), link);
        }
        for name in names {
            match check(&name) {
                Ok(()) => all.push(name),
                // A later request would have the name in its path, and could go elsewhere.
                Err(e) => self.problems.add_name(&name, excerpt(e.message())),
            }
        }
        Ok(())
    }

    fn split_entries<'p>(&mut self, key: &str, entries: Option<&'p RawValue>) -> Vec<&'p RawValue> {
        let Some(entries) = entries else {
            self.add_page_problem(&format!("it has no {key}"));
            return Vec::new();
        };
        if entries.get() == "null" {
            return Vec::new();
        }
        let entries: Vec<&RawValue> = serde_json::from_str(entries.get()).unwrap_or_else(|_| {
            self.add_page_problem(&format!("{key} is not an array: {}", entries.get()));
            Vec::new()
        });
        // A registry that does not know the query of the link sends its first page again.
        if let Some(link) = self.foreign_link.take()
            && self.is_repeated
            && !entries.is_empty()
        {
            self.add_link_problem("leads to another list", &link);
            self.queue.clear();
            return Vec::new();
        }
        entries
    }

    /// Returns true if no further page is known.
    pub(super) fn is_last(&self) -> bool {
        self.queue.is_empty()
    }

    /// Returns the entries of some pages as a part of the list. Its problems are in the last part, which
    /// [`Pages::finish`] returns.
    pub(super) fn part<T>(&mut self, entries: Vec<T>) -> List<T> {
        let charge = std::mem::replace(&mut self.charge, self.connection.memory().charge());
        List::new(entries, Vec::new(), charge)
    }

    /// Returns the list after its last page.
    pub(super) fn finish<T>(mut self, entries: Vec<T>) -> Result<List<T>> {
        self.report_link_without_query();
        let problems = self.problems.found();
        self.charge.add(problems.weight())?;
        Ok(List::new(entries, problems, self.charge))
    }

    fn queue_next_pages(&mut self, url: &Url, response: &Response) {
        for header in response.header_values(header::LINK) {
            match next_links(&header) {
                Ok(targets) => targets.into_iter().for_each(|target| self.queue_link(url, target)),
                Err(()) => self.add_link_problem("is malformed", &header),
            }
        }
    }

    /// Queues a linked page: the URL of the list, with the query of the link.
    fn queue_link(&mut self, url: &Url, target: &str) {
        let next = url.join(target).ok().filter(|next| matches!(next.scheme(), "http" | "https"));
        let Some(next) = next.filter(|next| next.as_str().len() <= MAX_URL_BYTES) else {
            return self.add_link_problem("was not followed", target);
        };
        let decoded = |url: &Url| percent_decode_str(url.path()).collect::<Vec<u8>>();
        if same_origin(&next, url) && decoded(&next) == decoded(url) {
            return self.enqueue(next, None);
        }
        if next.query().is_none_or(str::is_empty) {
            self.link_without_query = Some(target.to_owned());
            return;
        }
        let mut page = self.list.clone();
        page.set_query(next.query());
        self.enqueue(page, Some(target.to_owned()));
    }

    /// Queues the page after the entry `last` (distribution-spec v1.1.1, "Listing Tags").
    fn queue_page_after(&mut self, last: Option<&String>, link: String) {
        let Some(last) = last else { return self.add_link_problem("was not followed", &link) };
        let mut page = self.list.clone();
        page.query_pairs_mut().append_pair("last", last);
        self.enqueue(page, Some(link));
    }

    /// Reports a link without a query to the next page of a list that is not a list of names.
    fn report_link_without_query(&mut self) {
        if let Some(link) = self.link_without_query.take() {
            self.add_link_problem("was not followed", &link);
        }
    }

    fn add_link_problem(&mut self, what: &str, link: &str) {
        let detail = format!(
            "the link to the page after page {} {what}: {}",
            self.pages_requested,
            excerpt(link)
        );
        self.problems.add(detail);
    }

    fn enqueue(&mut self, mut url: Url, foreign_link: Option<String>) {
        url.set_fragment(None);
        if self.seen.insert(Algorithm::Sha256.digest(url.as_str().as_bytes())) {
            self.queue.push_back(NextPage { url, foreign_link });
        }
    }
}

/// Deserializes a member as `Some`, even if it is null: a null list is empty, but a missing one is
/// an error.
pub(super) fn present<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Parses a JSON object, or returns what is wrong with it.
pub(super) fn object<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> std::result::Result<T, String> {
    let bytes = without_mark(bytes)?;
    // serde would read a struct from an array too.
    match bytes.iter().find(|b| !b.is_ascii_whitespace()) {
        Some(b'{') => {
            serde_json::from_slice(bytes).map_err(|e| format!("it is not a valid list: {e}"))
        }
        _ => Err("it is not a JSON object".to_owned()),
    }
}

/// Parses an entry that is an object, or returns what is wrong with it.
pub(super) fn entry<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> std::result::Result<T, String> {
    if !raw.get().starts_with('{') {
        return Err("is not an object".to_owned());
    }
    serde_json::from_str(raw.get()).map_err(|e| {
        let reason = e.to_string();
        let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
        format!("is malformed ({})", excerpt(reason))
    })
}

fn text(raw: &RawValue) -> std::result::Result<String, String> {
    serde_json::from_str(raw.get()).map_err(|_| "is not a string".to_owned())
}
