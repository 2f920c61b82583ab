//! Sweeps many repositories: lists them and their tags, and keeps many images in progress.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::time::Instant;

use super::{
    context::Context,
    image::{SweptImage, sweep_image},
    journal::{Journal, StoredRepository},
    options::SweepOptions,
    place::Place,
    registries::{MAX_UNREACHABLE, Reach, Registries},
    repository::{ListedTags, Repository},
    row::{SweepRow, SweepStatus},
    summary::{SweepSummary, Totals},
    targets::{Catalog, Work, merged},
    turns::Turns,
};
use crate::{
    operation::{
        rows::RowSink,
        selection::{Filter, Names, Pattern, Places, Selector},
    },
    store::list::List,
};
use ocigraph_types::{Code, Digest, Error, ListProblem, Result, TagOrDigest};

/// Repositories whose tags are listed at the same time.
const MAX_LISTING: usize = 16;

/// Registries whose repositories are listed at the same time.
const MAX_CATALOGS: usize = 4;

/// Repositories in progress.
const MAX_ACTIVE: usize = 64;

/// Bytes of the tags of repositories that wait. With more, no further repository is listed.
const MAX_WAITING: usize = 8 << 20;

/// Rows that are handed over at once.
const BATCH: usize = 1000;

/// Rows that are held back until the end, because the next sweep with the same checkpoint replaces them.
const MAX_LATER: usize = 20_000;

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
    /// Images of tags that are in progress.
    running_tags: usize,
    /// What no tag leads to was looked for.
    is_complete: bool,
}

enum Event {
    Catalog(Catalog, Result<List<String>>),
    Listed(Work, Result<Listed>),
    LeftOver(usize, Result<Vec<Digest>>),
    Image(usize, bool, Result<Option<SweptImage>>),
}

/// A repository of which the tags are known.
struct Listed {
    repository: Arc<Repository>,
    problems: Vec<ListProblem>,
    /// Why its tags were not listed. Those that are named are swept.
    error: Option<Error>,
    /// All of its tags, if they were listed completely and are recorded.
    names: Option<Names>,
    /// The patterns of targets that match no tag.
    unmatched: Vec<String>,
}

pub(super) struct Engine {
    places: Places,
    context: Arc<Context>,
    filter: Arc<Filter>,
    waiting_catalogs: VecDeque<Catalog>,
    /// The registries whose catalogs were listed, and whose repositories wait.
    listed_catalogs: HashSet<String>,
    works: Turns,
    registries: Registries,
    active: VecDeque<Active>,
    /// Repositories that were in progress.
    begun: usize,
    events: FuturesUnordered<BoxFuture<'static, Event>>,
    listing: usize,
    catalogs: usize,
    images: usize,
    totals: Totals,
    journal: Journal,
    sink: RowSink<SweepRow, SweepSummary>,
    /// Rows that were found and not handed over.
    rows: Vec<SweepRow>,
    /// Rows of what is asked for again by the next sweep with the same checkpoint. They come last, and the
    /// checkpoint does not count them.
    later: Vec<SweepRow>,
    /// Something that the checkpoint does not say was unknown or refused.
    has_open: bool,
    /// The targets or the options have patterns, which can select nothing.
    has_patterns: bool,
}

impl Engine {
    pub(super) fn new(
        places: Places,
        selectors: Vec<Selector>,
        options: &SweepOptions,
        journal: Journal,
        sink: RowSink<SweepRow, SweepSummary>,
    ) -> Result<Self> {
        let filter = options.filter()?;
        let has_patterns =
            filter.has_patterns() || selectors.iter().any(Selector::has_pattern_of_tags);
        let (waiting_catalogs, works) = merged(selectors);
        let mut engine = Self {
            places,
            context: Arc::new(Context::new(options)),
            filter: Arc::new(filter),
            waiting_catalogs,
            listed_catalogs: HashSet::new(),
            works: Turns::default(),
            registries: Registries::default(),
            active: VecDeque::new(),
            begun: 0,
            events: FuturesUnordered::new(),
            listing: 0,
            catalogs: 0,
            images: 0,
            totals: Totals::default(),
            journal,
            sink,
            rows: Vec::new(),
            later: Vec::new(),
            has_open: false,
            has_patterns: has_patterns && options.shard.is_none(),
        };
        engine.add_works(works);
        Ok(engine)
    }

    pub(super) async fn run(mut self) -> Result<()> {
        let resumed = self.journal.take_totals();
        let was_resumed = resumed.summary.images > 0 || resumed.summary.resumed_rows > 0;
        self.has_patterns &= !was_resumed;
        self.sink.summarize(|summary| *summary = resumed.summary);
        self.totals = resumed.totals;
        loop {
            let before = self.left();
            self.fill()?;
            let is_idle = self.events.is_empty();
            let next_try = self.next_try(is_idle);
            if is_idle {
                // What was done before, and what is given up, makes no event.
                self.hand_over().await?;
                match self.left() {
                    (0, 0, 0) => break,
                    left if left == before => {
                        if let Some(next) = next_try {
                            tokio::time::sleep_until(next).await;
                            continue;
                        }
                        self.drop_given_up();
                        if self.left() != before {
                            continue;
                        }
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
                () = sleep_until(next_try) => None,
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
        self.has_patterns &= later.is_empty();
        while !later.is_empty() {
            let rest = later.split_off(later.len().min(BATCH));
            self.count_attached(&later);
            self.sink.send(std::mem::replace(&mut later, rest)).await;
        }
        if self.has_patterns {
            let message = "the patterns select no image of what the targets name";
            return Err(Error::new(Code::NotFound, message)
                .with_hint("look at what they have with `ocigraph repos` and `ocigraph tags`"));
        }
        match self.has_open {
            true => self.journal.close().await,
            false => self.journal.end_all().await,
        }
    }

    /// The catalogs and repositories that wait, and the repositories in progress.
    fn left(&self) -> (usize, usize, usize) {
        (self.waiting_catalogs.len(), self.works.len(), self.active.len())
    }

    /// Returns when a registry that did not answer is tried again.
    fn next_try(&mut self, is_idle: bool) -> Option<Instant> {
        let (works, active) = (&self.works, &self.active);
        let has_work = |name: &str| {
            works.has(name) || active.iter().any(|a| a.repository.place.registry == name)
        };
        self.registries.next_try(has_work, is_idle)
    }

    /// Returns how many registries have work, and do not have a pause. Each may take its share of the places, so
    /// that one that hangs does not hold up the others.
    fn working(&self) -> usize {
        // A set costs more than it says for very many.
        if self.works.registries().len() > MAX_ACTIVE {
            return self.works.registries().len();
        }
        let active = self.active.iter().map(|active| active.repository.place.registry.as_str());
        let names = active.chain(self.works.registries());
        names.filter(|name| !self.registries.is_paused(name)).collect::<HashSet<_>>().len().max(1)
    }

    /// Hands the rows over, and records what they complete once the reader has finished with them.
    async fn hand_over(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let count = rows.len();
        self.has_patterns &= rows.is_empty();
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
        self.has_open |= rows.iter().any(|row| !row.status.is_known());
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
        let works = &self.works;
        self.listed_catalogs.retain(|host| works.has(host));
        while self.catalogs + self.listed_catalogs.len() < MAX_CATALOGS
            && let Some(catalog) = self.waiting_catalogs.pop_front()
        {
            self.list_catalog(catalog);
        }
        let waiting = |active: &VecDeque<Active>| -> usize {
            active.iter().map(|active| active.repository.tags.bytes()).sum()
        };
        let share = |working: usize, places: usize| (places / working).max(1);
        let working = self.working();
        let of_registry = |active: &VecDeque<Active>, name: &str| {
            active.iter().filter(|active| active.repository.place.registry == name).count()
        };
        while self.listing < MAX_LISTING
            && self.active.iter().filter(|active| !self.is_paused(active)).count() < MAX_ACTIVE
            && waiting(&self.active) < MAX_WAITING
        {
            let (registries, active) = (&self.registries, &self.active);
            let next = self.works.pop(|name| {
                registries.is_ready(name, share(working, MAX_LISTING))
                    && of_registry(active, name) < share(working, MAX_ACTIVE)
            });
            let Some(work) = next else { break };
            self.list(work)?;
        }
        // Repositories take turns, so that a slow registry does not hold up another.
        let max = self.context.requests.max();
        let share = share(self.working(), max);
        let mut idle = 0;
        while self.images < max && idle < self.active.len() {
            let Some(mut active) = self.active.pop_front() else { break };
            idle = if self.start_image(&mut active, share) { 0 } else { idle + 1 };
            if active.is_over() {
                self.journal.end(&active.repository);
                idle = 0;
            } else {
                self.active.push_back(active);
            }
        }
        Ok(())
    }

    fn is_paused(&self, active: &Active) -> bool {
        self.registries.is_paused(&active.repository.place.registry)
    }

    /// Ends the work of registries that were given up.
    fn drop_given_up(&mut self) {
        let registries = &self.registries;
        let mut places = Vec::new();
        while let Some(work) = self.works.pop(|name| registries.is_given_up(name)) {
            let is_over = self.journal.is_over(&work.name_with_tags());
            places.extend((!is_over).then(|| Place::of(&work.location)));
        }
        self.active.retain(|active| {
            let place = &active.repository.place;
            let is_given_up = registries.is_given_up(&place.registry);
            if is_given_up && active.has_images() {
                places.push(place.clone());
            }
            !is_given_up
        });
        places.iter().for_each(|place| self.add_given_up(place));
    }

    /// Starts to list the repositories of a registry.
    fn list_catalog(&mut self, catalog: Catalog) {
        if let Some(names) = self.journal.repositories(&catalog.host) {
            self.listed_catalogs.insert(catalog.host.to_string());
            self.add_unmatched_patterns(&catalog, &names);
            let works = catalog.works(names, &self.filter);
            return self.add_works(works);
        }
        self.catalogs += 1;
        let list = self.places.repositories(catalog.host.clone());
        self.events.push(list.map(|listed| Event::Catalog(catalog, listed)).boxed());
    }

    fn add_works(&mut self, works: Vec<Work>) {
        for work in works {
            if self.filter.is_in_shard(&work.name()) {
                self.works.push(work);
            }
        }
    }

    /// Starts to list the tags of a repository.
    fn list(&mut self, work: Work) -> Result<()> {
        let name = work.name_with_tags();
        if self.journal.is_over(&name) {
            return Ok(());
        }
        let stored = self.journal.take_tags(&name);
        self.listing += 1;
        self.registries.start(&Place::of(&work.location).registry);
        let records = self.journal.records();
        let (places, filter) = (self.places.clone(), Arc::clone(&self.filter));
        let context = Arc::clone(&self.context);
        self.events.push(
            async move {
                let listed = async {
                    let store = places.open(&work.location)?;
                    if !work.tags.are_listed() {
                        let repository = Repository::named(&work, store, &filter, &context)?;
                        return Ok(Listed::new(repository, Vec::new(), None));
                    }
                    let was_stored = stored.is_some();
                    let mut listed = match stored {
                        Some((names, fallback)) => ListedTags::stored(&*store, names, &fallback)?,
                        None => {
                            let listed = {
                                let _permit = context.requests.acquire().await;
                                ListedTags::of(&*store).await
                            };
                            match listed {
                                Err(error) if work.tags.are_named() => {
                                    let mut repository =
                                        Repository::named(&work, store, &filter, &context)?;
                                    repository.is_complete = false;
                                    let listed = Listed::new(repository, Vec::new(), None);
                                    return Ok(Listed { error: Some(error), ..listed });
                                }
                                listed => listed?,
                            }
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
                    let is_complete = problems.is_empty();
                    let unmatched: Vec<String> = match is_complete {
                        true => work.tags.unmatched(&names).map(Pattern::to_string).collect(),
                        false => Vec::new(),
                    };
                    let is_recorded = records && !was_stored && is_complete;
                    let listed = Listed::new(repository, problems, is_recorded.then_some(names));
                    Ok(Listed { unmatched, ..listed })
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
    fn start_image(&mut self, active: &mut Active, share: usize) -> bool {
        let registry = &active.repository.place.registry.clone();
        let next = match self.registries.is_ready(registry, share) {
            true => active.next_image(),
            false if active.has_images() => return false,
            false => None,
        };
        let Some((name, tag)) = next else {
            if active.running > 0 || active.is_complete || !active.digests.is_empty() {
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
        active.running_tags += usize::from(tag.is_some());
        self.images += 1;
        self.registries.start(registry);
        let (context, repository) = (Arc::clone(&self.context), Arc::clone(&active.repository));
        let (id, has_tag) = (active.id, tag.is_some());
        let event = async move {
            Event::Image(id, has_tag, sweep_image(context, repository, name, tag).await)
        };
        self.events.push(event.boxed());
        true
    }

    async fn handle(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Catalog(catalog, listed) => {
                self.catalogs -= 1;
                let host = catalog.host.clone();
                let place = Place { registry: host.to_string(), repository: String::new() };
                match listed {
                    Ok(list) => {
                        let is_complete = list.problems.is_empty();
                        self.add_problems(&place, list.problems);
                        if is_complete {
                            self.journal.add_repositories(&host, &list.entries);
                            self.add_unmatched_patterns(&catalog, &list.entries);
                        }
                        self.listed_catalogs.insert(host.to_string());
                        let works = catalog.works(list.entries, &self.filter);
                        self.add_works(works);
                    }
                    Err(error) => {
                        self.add_error(&place, &error)?;
                        self.add_works(catalog.named());
                    }
                }
            }
            Event::Listed(work, listed) => {
                self.listing -= 1;
                let place = Place::of(&work.location);
                let error = match &listed {
                    Ok(listed) => listed.error.as_ref(),
                    Err(error) => Some(error),
                };
                // Without a request, nothing is known of the registry.
                let reach = match error {
                    None if work.tags.are_listed() => Reach::Reached,
                    None => Reach::NotAsked,
                    Some(error) => Reach::of(error),
                };
                self.registries.end(&place.registry, reach);
                match listed {
                    Ok(Listed { repository, problems, error, names, unmatched }) => {
                        if let Some(names) = names {
                            self.journal.add_tags(&repository, &names).await?;
                        }
                        if let Some(error) = &error {
                            self.add_error(&place, error)?;
                        }
                        if !problems.is_empty() || error.is_some() {
                            repository.note_unknown();
                        }
                        self.add_problems(&place, problems);
                        for pattern in unmatched {
                            self.add_unmatched(&place, &format!("no tag matches {pattern}"));
                        }
                        let done = self.journal.resume(&repository);
                        self.begun += 1;
                        self.active.push_back(Active::new(self.begun, repository, done));
                    }
                    Err(error) => self.add_error(&place, &error)?,
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
            Event::Image(id, has_tag, swept) => {
                self.images -= 1;
                let active = self.active.iter_mut().find(|active| active.id == id);
                let Some(active) = active else { return Ok(()) };
                active.running -= 1;
                active.running_tags -= usize::from(has_tag);
                let repository = Arc::clone(&active.repository);
                let swept = swept?;
                let reach = match &swept {
                    Some(swept) if swept.is_unreachable => Reach::Unreachable,
                    Some(_) => Reach::Reached,
                    None => Reach::NotAsked,
                };
                self.registries.end(&repository.place.registry, reach);
                if let Some(swept) = swept {
                    self.add_image(&repository, swept);
                }
            }
        }
        Ok(())
    }

    fn add_image(&mut self, repository: &Repository, mut swept: SweptImage) {
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

    fn add_unmatched_patterns(&mut self, catalog: &Catalog, repositories: &[String]) {
        let place = Place { registry: catalog.host.to_string(), repository: String::new() };
        for pattern in catalog.unmatched(repositories) {
            self.add_unmatched(&place, &format!("no repository matches {pattern}"));
        }
    }

    /// Adds the row of a pattern that selects nothing.
    fn add_unmatched(&mut self, place: &Place, what: &str) {
        let mut row = SweepRow::new(place, None, SweepStatus::Missing);
        row.error = Some(what.to_owned());
        self.add_row(row);
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

/// Waits until a time, or for ever.
async fn sleep_until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

impl Listed {
    fn new(repository: Repository, problems: Vec<ListProblem>, names: Option<Names>) -> Self {
        let unmatched = Vec::new();
        Self { repository: Arc::new(repository), problems, error: None, names, unmatched }
    }
}

impl Active {
    fn new(id: usize, repository: Arc<Repository>, done: Option<StoredRepository>) -> Self {
        let digests = repository.digests.iter().cloned().collect();
        Self {
            id,
            repository,
            next: 0,
            done,
            digests,
            running: 0,
            running_tags: 0,
            is_complete: false,
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
        // A tag may lead to the same image, whose row is then that of the tag.
        if self.running_tags > 0 {
            return None;
        }
        self.digests.pop_front().map(|digest| (TagOrDigest::Digest(digest), None))
    }

    /// Returns true if an image was not started.
    fn has_images(&self) -> bool {
        self.next < self.repository.tags.len() || !self.digests.is_empty()
    }

    fn is_over(&self) -> bool {
        self.running == 0
            && self.is_complete
            && self.digests.is_empty()
            && self.next >= self.repository.tags.len()
    }
}
