//! Sweeps many repositories: lists them and their tags, and keeps many images in progress.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};

use super::{
    context::Context,
    image::{SweptImage, sweep_image},
    journal::{Journal, StoredRepository},
    options::SweepOptions,
    place::Place,
    repository::{ListedTags, Repository, Work, key},
    row::{SweepRow, SweepStatus},
    summary::{SweepSummary, Totals},
};
use crate::{
    operation::{
        rows::RowSink,
        selection::{Filter, Names, Pattern, Places, Selector, TagSelection},
    },
    store::list::List,
};
use ocigraph_types::{Code, Digest, Error, Host, ListProblem, Location, Result, TagOrDigest};

/// Repositories whose tags are listed at the same time.
const MAX_LISTING: usize = 16;

/// Bytes of the tags of repositories that wait. With more, no further repository is listed.
const MAX_WAITING: usize = 8 << 20;

/// Rows that are handed over at once.
const BATCH: usize = 1000;

/// Rows that are held back until the end, because the next sweep with the same checkpoint replaces them.
const MAX_LATER: usize = 20_000;

/// Images in a row that could not be reached, after which the rest of a registry is given up.
const MAX_UNREACHABLE: u32 = 32;

/// A repository in progress.
struct Active {
    id: usize,
    repository: Arc<Repository>,
    /// The number of the next tag to sweep.
    next: usize,
    /// The tags that were swept before.
    done: Option<StoredRepository>,
    /// Manifests that are swept by their digests.
    digests: VecDeque<Digest>,
    running: usize,
    /// What no tag leads to was looked for.
    is_complete: bool,
    is_given_up: bool,
}

enum Event {
    Catalog(Host, Option<Pattern>, TagSelection, Result<List<String>>),
    Listed(Work, Result<Listed>),
    LeftOver(usize, Result<Vec<Digest>>),
    Image(usize, Result<Option<SweptImage>>),
}

/// A repository of which the tags are known.
struct Listed {
    repository: Arc<Repository>,
    problems: Vec<ListProblem>,
    /// All of its tags, if they were listed completely and are recorded.
    names: Option<Names>,
}

pub(super) struct Engine {
    places: Places,
    context: Arc<Context>,
    filter: Arc<Filter>,
    selectors: VecDeque<Selector>,
    works: VecDeque<Work>,
    /// What was selected, since targets can overlap.
    selected: HashSet<[u8; 16]>,
    active: VecDeque<Active>,
    /// Repositories that were in progress.
    begun: usize,
    events: FuturesUnordered<BoxFuture<'static, Event>>,
    listing: usize,
    catalogs: usize,
    images: usize,
    unreachable: HashMap<String, u32>,
    totals: Totals,
    journal: Journal,
    sink: RowSink<SweepRow, SweepSummary>,
    /// Rows that were found and not handed over.
    rows: Vec<SweepRow>,
    /// Rows of what is asked for again by the next sweep with the same checkpoint. They come last, and the
    /// checkpoint does not count them.
    later: Vec<SweepRow>,
}

impl Engine {
    pub(super) fn new(
        places: Places,
        selectors: Vec<Selector>,
        options: &SweepOptions,
        journal: Journal,
        sink: RowSink<SweepRow, SweepSummary>,
    ) -> Result<Self> {
        Ok(Self {
            places,
            context: Arc::new(Context::new(options)),
            filter: Arc::new(options.filter()?),
            selectors: selectors.into(),
            works: VecDeque::new(),
            selected: HashSet::new(),
            active: VecDeque::new(),
            begun: 0,
            events: FuturesUnordered::new(),
            listing: 0,
            catalogs: 0,
            images: 0,
            unreachable: HashMap::new(),
            totals: Totals::default(),
            journal,
            sink,
            rows: Vec::new(),
            later: Vec::new(),
        })
    }

    pub(super) async fn run(mut self) -> Result<()> {
        let resumed = self.journal.take_totals();
        self.sink.summarize(|summary| *summary = resumed.summary);
        self.totals = resumed.totals;
        loop {
            let before = self.left();
            self.fill()?;
            if self.events.is_empty() {
                // What was done before, and what is given up, makes no event.
                self.hand_over().await?;
                match self.left() {
                    (0, 0, 0) => break,
                    left if left == before => {
                        let message = "a sweep has work left, and nothing in progress";
                        return Err(Error::new(Code::Internal, message));
                    }
                    _ => continue,
                }
            }
            let context = Arc::clone(&self.context);
            let event = tokio::select! {
                biased;
                () = context.early.added.notified() => None,
                event = self.events.next() => match event {
                    Some(event) => Some(event),
                    None => break,
                },
            };
            self.rows.append(&mut self.context.early.take());
            if let Some(event) = event {
                self.handle(event).await?;
            }
            while self.rows.len() < BATCH
                && let Some(Some(event)) = self.events.next().now_or_never()
            {
                // The row of an image comes after those that were passed on before.
                self.rows.append(&mut self.context.early.take());
                self.handle(event).await?;
            }
            self.rows.append(&mut self.context.early.take());
            self.hand_over().await?;
        }
        let coverage = self.totals.coverage();
        self.sink.summarize(|summary| summary.coverage = coverage);
        self.journal.finish(0).await?;
        let mut later = std::mem::take(&mut self.later);
        while !later.is_empty() {
            let rest = later.split_off(later.len().min(BATCH));
            self.count_attached(&later);
            self.sink.send(std::mem::replace(&mut later, rest)).await;
        }
        self.journal.close().await
    }

    /// The targets, repositories that wait, and repositories in progress.
    fn left(&self) -> (usize, usize, usize) {
        (self.selectors.len(), self.works.len(), self.active.len())
    }

    /// Hands the rows over, and records what they complete once the reader has finished with them.
    async fn hand_over(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let count = rows.len();
        self.count_attached(&rows);
        self.sink.send(rows).await;
        self.journal.finish(count).await
    }

    fn count_attached(&self, rows: &[SweepRow]) {
        let attached = rows.iter().filter(|row| row.is_attached()).count() as u64;
        self.sink.summarize(|summary| summary.attached += attached);
    }

    /// Adds rows of what the checkpoint does not say: the next sweep asks for it again, and its rows replace
    /// these.
    fn add_unrecorded(&mut self, mut rows: Vec<SweepRow>) {
        let holds = self.journal.records() && self.later.len() < MAX_LATER;
        if holds { &mut self.later } else { &mut self.rows }.append(&mut rows);
    }

    /// Adds the row of a repository or registry.
    fn add_row(&mut self, row: SweepRow) {
        self.sink.summarize(|summary| summary.count(row.status));
        self.add_unrecorded(vec![row]);
    }

    /// Starts as much work as the limits allow.
    fn fill(&mut self) -> Result<()> {
        while self.catalogs == 0
            && self.works.len() < MAX_LISTING
            && let Some(selector) = self.selectors.pop_front()
        {
            self.select(selector);
        }
        let waiting = |active: &VecDeque<Active>| -> usize {
            active.iter().map(|active| active.repository.tags.bytes()).sum()
        };
        while self.listing < MAX_LISTING
            && self.active.len() < 4 * MAX_LISTING
            && waiting(&self.active) < MAX_WAITING
            && let Some(work) = self.works.pop_front()
        {
            self.list(work)?;
        }
        // Repositories take turns, so that a slow registry does not hold up another.
        let mut idle = 0;
        while self.images < self.context.requests.max() && idle < self.active.len() {
            let Some(mut active) = self.active.pop_front() else { break };
            if self.is_given_up(&active.repository.place.registry) && active.give_up() {
                self.add_given_up(&active.repository.place);
            }
            idle = if self.start_image(&mut active) { 0 } else { idle + 1 };
            if active.is_over() {
                self.journal.end(&active.repository, active.is_given_up);
                idle = 0;
            } else {
                self.active.push_back(active);
            }
        }
        Ok(())
    }

    fn is_given_up(&self, registry: &str) -> bool {
        self.unreachable.get(registry).is_some_and(|count| *count >= MAX_UNREACHABLE)
    }

    /// Starts to list what a target selects.
    fn select(&mut self, selector: Selector) {
        match selector {
            Selector::One { location, tags } => self.add_work(Work { location, tags }),
            Selector::Catalog { host, repositories, tags } => {
                if let Some(names) = self.journal.repositories(&host) {
                    return self.add_repositories(&host, repositories.as_ref(), &tags, names);
                }
                self.catalogs += 1;
                let list = self.places.repositories(host.clone());
                let event = list.map(|listed| Event::Catalog(host, repositories, tags, listed));
                self.events.push(event.boxed());
            }
        }
    }

    fn add_repositories(
        &mut self,
        host: &Host,
        pattern: Option<&Pattern>,
        tags: &TagSelection,
        names: Vec<String>,
    ) {
        for repository in names {
            if self.filter.has_repository(pattern, &repository) {
                let location = Location::Registry { host: host.clone(), repository };
                self.add_work(Work { location, tags: tags.clone() });
            }
        }
    }

    fn add_work(&mut self, work: Work) {
        if self.filter.is_in_shard(&work.name()) && self.selected.insert(key(&work.digest())) {
            self.works.push_back(work);
        }
    }

    /// Starts to list the tags of a repository.
    fn list(&mut self, work: Work) -> Result<()> {
        let place = Place::of(&work.location);
        if self.is_given_up(&place.registry) {
            self.add_given_up(&place);
            return Ok(());
        }
        let name = work.name_with_tags();
        if self.journal.is_over(&name) {
            return Ok(());
        }
        let stored = self.journal.take_tags(&name);
        self.listing += 1;
        let records = self.journal.records();
        let (places, filter) = (self.places.clone(), Arc::clone(&self.filter));
        let context = Arc::clone(&self.context);
        self.events.push(
            async move {
                let listed = async {
                    let store = places.open(&work.location)?;
                    if matches!(work.tags, TagSelection::Named(_) | TagSelection::Digest(_)) {
                        let repository = Repository::named(&work, store, &context)?;
                        return Ok(Listed::new(repository, Vec::new(), None));
                    }
                    let was_stored = stored.is_some();
                    let mut listed = match stored {
                        Some(names) => ListedTags::stored(&*store, names)?,
                        None => {
                            let _permit = context.requests.acquire().await;
                            ListedTags::of(&*store).await?
                        }
                    };
                    let problems = std::mem::take(&mut listed.problems);
                    let (repository, names) = Repository::listed(
                        &work,
                        store,
                        listed,
                        &filter,
                        &context,
                        problems.is_empty(),
                    )?;
                    let is_recorded = records && !was_stored && problems.is_empty();
                    Ok(Listed::new(repository, problems, is_recorded.then_some(names)))
                };
                let listed = listed.await;
                Event::Listed(work, listed)
            }
            .boxed(),
        );
        Ok(())
    }

    /// Starts the next image of a repository, or the search for what no tag leads to. Returns false if there
    /// is nothing to start.
    fn start_image(&mut self, active: &mut Active) -> bool {
        let Some((name, tag)) = active.next_image() else {
            if active.running > 0 || active.is_complete {
                return false;
            }
            active.is_complete = true;
            active.running += 1;
            let repository = Arc::clone(&active.repository);
            let id = active.id;
            let event = async move { Event::LeftOver(id, repository.left_over().await) };
            self.events.push(event.boxed());
            return true;
        };
        active.running += 1;
        self.images += 1;
        let (context, repository) = (Arc::clone(&self.context), Arc::clone(&active.repository));
        let id = active.id;
        let event =
            async move { Event::Image(id, sweep_image(context, repository, name, tag).await) };
        self.events.push(event.boxed());
        true
    }

    async fn handle(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Catalog(host, pattern, tags, listed) => {
                self.catalogs -= 1;
                let place = Place { registry: host.to_string(), repository: String::new() };
                match listed {
                    Ok(list) => {
                        let is_complete = list.problems.is_empty();
                        self.add_problems(&place, list.problems);
                        if is_complete {
                            self.journal.add_repositories(&host, &list.entries);
                        }
                        self.add_repositories(&host, pattern.as_ref(), &tags, list.entries);
                    }
                    Err(error) => self.add_error(&place, &error)?,
                }
            }
            Event::Listed(work, listed) => {
                self.listing -= 1;
                let place = Place::of(&work.location);
                match listed {
                    Ok(Listed { repository, problems, names }) => {
                        if let Some(names) = names {
                            self.journal.add_tags(&repository, &names).await?;
                        }
                        if !problems.is_empty() {
                            repository.note_unknown();
                        }
                        self.add_problems(&place, problems);
                        self.reached(&place.registry);
                        let done = self.journal.resume(&repository);
                        self.begun += 1;
                        self.active.push_back(Active::new(self.begun, repository, done));
                    }
                    Err(error) => {
                        self.count_unreachable(&place, &error);
                        self.add_error(&place, &error)?;
                    }
                }
            }
            Event::LeftOver(id, left) => {
                let Some(active) = self.active.iter_mut().find(|active| active.id == id) else {
                    return Ok(());
                };
                active.running -= 1;
                let place = active.repository.place.clone();
                if left.is_err() {
                    active.repository.note_unknown();
                }
                match left {
                    Ok(digests) => active.digests.extend(digests),
                    Err(error) => self.add_error(&place, &error)?,
                }
            }
            Event::Image(id, swept) => {
                self.images -= 1;
                let active = self.active.iter_mut().find(|active| active.id == id);
                let Some(active) = active else { return Ok(()) };
                active.running -= 1;
                let repository = Arc::clone(&active.repository);
                if let Some(swept) = swept? {
                    self.add_image(&repository, swept);
                }
            }
        }
        Ok(())
    }

    fn add_image(&mut self, repository: &Repository, mut swept: SweptImage) {
        let registry = &repository.place.registry;
        match swept.is_unreachable {
            true => *self.unreachable.entry(registry.clone()).or_default() += 1,
            false => self.reached(registry),
        }
        if swept.is_new() {
            self.sink.summarize(|summary| {
                summary.images += 1;
                summary.count(swept.status);
            });
        }
        if let Some(coverage) = &swept.coverage {
            self.totals.add(&repository.place.name(), coverage, swept.status_of_all());
        }
        if !swept.status.is_known() {
            repository.note_unknown();
        }
        let rows = std::mem::take(&mut swept.rows);
        match self.journal.add_image(repository, &swept) {
            true => self.rows.extend(rows),
            false => self.add_unrecorded(rows),
        }
    }

    /// The registry answers.
    fn reached(&mut self, registry: &str) {
        if let Some(count) = self.unreachable.get_mut(registry).filter(|n| **n < MAX_UNREACHABLE) {
            *count = 0;
        }
    }

    fn count_unreachable(&mut self, place: &Place, error: &Error) {
        if matches!(error.code(), Code::Network | Code::Timeout | Code::Tls) {
            *self.unreachable.entry(place.registry.clone()).or_default() += 1;
        }
    }

    fn add_given_up(&mut self, place: &Place) {
        let mut row = SweepRow::new(place, None, SweepStatus::Unknown);
        row.error = Some(format!(
            "not swept, since {MAX_UNREACHABLE} requests in a row did not reach {}",
            place.registry
        ));
        self.add_row(row);
    }

    fn add_error(&mut self, place: &Place, error: &Error) -> Result<()> {
        if error.says_nothing_of_a_registry() {
            return Err(error.clone());
        }
        self.add_row(SweepRow::new(place, None, SweepStatus::Unknown).of_error(error));
        Ok(())
    }

    fn add_problems(&mut self, place: &Place, problems: Vec<ListProblem>) {
        for problem in problems.into_iter().filter(|problem| !problem.is_warning()) {
            let mut row = SweepRow::new(place, None, SweepStatus::Unknown).of_problem(problem);
            row.depth = 0;
            self.add_row(row);
        }
    }
}

impl Listed {
    fn new(repository: Repository, problems: Vec<ListProblem>, names: Option<Names>) -> Self {
        Self { repository: Arc::new(repository), problems, names }
    }
}

impl Active {
    fn new(id: usize, repository: Arc<Repository>, done: Option<StoredRepository>) -> Self {
        let digests = repository.digest.iter().cloned().collect();
        Self {
            id,
            repository,
            next: 0,
            done,
            digests,
            running: 0,
            is_complete: false,
            is_given_up: false,
        }
    }

    /// Returns the next image, unless it was swept before.
    fn next_image(&mut self) -> Option<(TagOrDigest, Option<usize>)> {
        while let Some(tag) = self.repository.tags.get(self.next) {
            let number = self.next;
            self.next += 1;
            if !self.done.as_ref().is_some_and(|done| done.has(number)) {
                return Some((TagOrDigest::Tag(tag.to_owned()), Some(number)));
            }
        }
        self.digests.pop_front().map(|digest| (TagOrDigest::Digest(digest), None))
    }

    /// Starts no further image. Returns false if none is left out.
    fn give_up(&mut self) -> bool {
        let leaves_out = self.next < self.repository.tags.len() || !self.digests.is_empty();
        self.next = self.repository.tags.len();
        self.digests.clear();
        self.is_complete = true;
        self.is_given_up = true;
        leaves_out
    }

    fn is_over(&self) -> bool {
        self.running == 0
            && self.is_complete
            && self.digests.is_empty()
            && self.next >= self.repository.tags.len()
    }
}
