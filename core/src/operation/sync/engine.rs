//! Synchronises many repositories: lists them and their tags, and keeps many images in progress.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};

use super::{
    image::{Context, Synced, sync_image},
    journal::Journal,
    mapping::{Mapping, Stores},
    options::SyncOptions,
    plan::Plan,
    repository::{Listed, Repository, Work},
    row::{SyncOutcome, SyncRow},
    summary::SyncSummary,
};
use crate::{
    operation::{
        copy::SharedLimits,
        rows::RowSink,
        selection::{Filter, Pattern, Selector, TagSelection},
    },
    store::list::List,
};
use ocigraph_types::{Code, Error, Host, ListProblem, Location, Result, TagOrDigest};

/// Repositories whose tags are listed at the same time.
const MAX_LISTING: usize = 32;

/// Repositories that are in progress.
const MAX_ACTIVE: usize = 64;

/// Images that are in progress. Each holds what is known of its graph.
const MAX_IMAGES: usize = 64;

/// References for which the destination refuses the credential, or does not answer, before the sync ends.
const MAX_HOPELESS: usize = 16;

/// Rows that are handed over at once.
const BATCH: usize = 1000;

enum Event {
    Catalog(Host, Option<Pattern>, TagSelection, Result<List<String>>),
    Listed(Work, Result<Listed>),
    Image(usize, String, Box<Synced>),
    Pruned(usize, Vec<SyncRow>),
}

/// A repository in progress.
struct Active {
    repository: Arc<Repository>,
    names: VecDeque<TagOrDigest>,
    running: usize,
    /// The tags that have the digest of a manifest without a tag were added.
    has_others: bool,
    is_pruned: bool,
    /// Something of it is not done.
    has_failed: bool,
    /// An earlier sync did a part of it.
    was_resumed: bool,
}

pub(super) struct Engine {
    stores: Stores,
    mapping: Mapping,
    context: Arc<Context>,
    filter: Arc<Filter>,
    selectors: VecDeque<Selector>,
    works: VecDeque<Work>,
    /// What was selected, since sources can overlap.
    selected: HashSet<String>,
    /// The source of each destination.
    places: HashMap<String, Location>,
    active: HashMap<usize, Active>,
    begun: usize,
    events: FuturesUnordered<BoxFuture<'static, Event>>,
    listing: usize,
    catalogs: usize,
    images: usize,
    /// The destination has answered.
    has_answered: bool,
    /// The rows for which the destination refused the credential or did not answer before it did for another
    /// one, and the first error.
    hopeless: usize,
    hopeless_error: Option<Error>,
    /// A row was handed over, or an earlier sync had one.
    has_rows: bool,
    is_share: bool,
    journal: Journal,
    sink: RowSink<SyncRow, SyncSummary>,
    rows: Vec<SyncRow>,
}

impl Engine {
    pub(super) fn new(
        stores: Stores,
        plan: Plan,
        options: &SyncOptions,
        journal: Journal,
        sink: RowSink<SyncRow, SyncSummary>,
    ) -> Result<Self> {
        let limits = SharedLimits::new(options.concurrency);
        Ok(Self {
            stores,
            mapping: plan.mapping,
            context: Arc::new(Context { limits, options: options.clone() }),
            filter: Arc::new(options.filter()?),
            selectors: plan.selectors.into(),
            works: VecDeque::new(),
            selected: HashSet::new(),
            places: HashMap::new(),
            active: HashMap::new(),
            begun: 0,
            events: FuturesUnordered::new(),
            listing: 0,
            catalogs: 0,
            images: 0,
            has_answered: false,
            hopeless: 0,
            hopeless_error: None,
            has_rows: false,
            is_share: options.shard.is_some(),
            journal,
            sink,
            rows: Vec::new(),
        })
    }

    pub(super) async fn run(mut self) -> Result<()> {
        let resumed = self.journal.take_resumed();
        self.has_rows = resumed.resumed > 0;
        self.sink.summarize(|summary| *summary = resumed);
        loop {
            self.fill()?;
            let Some(event) = self.events.next().await else { break };
            self.handle(event)?;
            while self.rows.len() < BATCH
                && let Some(Some(event)) = self.events.next().now_or_never()
            {
                self.handle(event)?;
            }
            self.hand_over().await?;
            if self.hopeless >= MAX_HOPELESS {
                self.check_hope()?;
            }
        }
        self.hand_over().await?;
        self.check_hope()?;
        if !self.has_rows && !self.is_share {
            return Err(Error::new(Code::NotFound, "the sources select no image")
                .with_hint("look at what they have with `ocigraph repos` and `ocigraph tags`"));
        }
        self.journal.end_all().await
    }

    /// A wrong credential or address concerns every reference.
    fn check_hope(&mut self) -> Result<()> {
        match self.hopeless_error.take() {
            Some(e) if !self.has_answered => Err(e),
            _ => Ok(()),
        }
    }

    /// Hands the rows over, and records them once the reader has finished with them.
    async fn hand_over(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        self.has_rows |= !rows.is_empty();
        self.sink.summarize(|summary| rows.iter().for_each(|row| summary.add(row)));
        let recorded = self.journal.recorded();
        self.sink.send(rows).await;
        self.journal.finish(recorded).await
    }

    fn fill(&mut self) -> Result<()> {
        while self.catalogs == 0
            && self.works.len() < MAX_LISTING
            && let Some(selector) = self.selectors.pop_front()
        {
            self.select(selector)?;
        }
        while self.listing < MAX_LISTING
            && self.active.len() + self.listing < MAX_ACTIVE
            && let Some(work) = self.works.pop_front()
        {
            self.list(work);
        }
        let mut ids: Vec<usize> = self.active.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            self.advance(id);
        }
        Ok(())
    }

    /// Starts images of a repository, then the removal of tags, and ends it.
    fn advance(&mut self, id: usize) {
        let Some(active) = self.active.get_mut(&id) else { return };
        let repository = Arc::clone(&active.repository);
        while self.images < MAX_IMAGES
            && let Some(name) = active.names.pop_front()
        {
            let text = name.to_string();
            if self.journal.is_done(&repository.name, &text) {
                active.was_resumed = true;
                continue;
            }
            self.images += 1;
            active.running += 1;
            let (context, repository) = (Arc::clone(&self.context), Arc::clone(&repository));
            self.events.push(
                async move {
                    let synced = sync_image(context, repository, name).await;
                    Event::Image(id, text, Box::new(synced))
                }
                .boxed(),
            );
        }
        if active.running > 0 || !active.names.is_empty() {
            return;
        }
        if !active.has_others {
            active.has_others = true;
            // What belongs to a reference that failed is not known.
            let has_all_platforms = self.context.options.platforms.is_empty();
            if has_all_platforms && !active.has_failed && !active.was_resumed {
                active.names = repository.other_sibling_tags(&self.filter).into();
                return self.advance(id);
            }
        }
        if !active.is_pruned {
            active.is_pruned = true;
            active.running += 1;
            let all_are_copied = !active.has_failed;
            let (context, filter) = (Arc::clone(&self.context), Arc::clone(&self.filter));
            self.events.push(
                async move {
                    let (limits, dry_run) = (&context.limits, context.options.dry_run);
                    let rows = repository.prune(&filter, limits, dry_run, all_are_copied).await;
                    Event::Pruned(id, rows)
                }
                .boxed(),
            );
            return;
        }
        if !active.has_failed {
            self.journal.end(&repository.name);
        }
        self.active.remove(&id);
    }

    fn select(&mut self, selector: Selector) -> Result<()> {
        match selector {
            Selector::One { location, tags } => self.add_work(location, tags, true),
            Selector::Catalog { host, repositories, tags } => {
                self.catalogs += 1;
                let list = self.stores.places.repositories(host.clone());
                let event = list.map(|listed| Event::Catalog(host, repositories, tags, listed));
                self.events.push(event.boxed());
                Ok(())
            }
        }
    }

    fn add_work(&mut self, location: Location, tags: TagSelection, is_named: bool) -> Result<()> {
        let place = self.mapping.place(&location, &tags)?;
        if let Some(other) = self.places.get(&place.name())
            && *other != location
        {
            let name = |location: &Location| ocigraph_types::Reference::new(location.clone());
            let (other, one) = (name(other), name(&location));
            let message = format!("{other} and {one} would both be copied to {}", place.name());
            return Err(Error::new(Code::InvalidArgument, message)
                .with_hint("copy each by itself, or below another prefix"));
        }
        let work = Work { location: location.clone(), tags, place, is_named };
        self.places.insert(work.place.name(), location);
        if !self.filter.is_in_shard(&work.source()) {
            return Ok(());
        }
        let name = work.name();
        if !self.journal.is_over(&name) && self.selected.insert(name) {
            self.works.push_back(work);
        }
        Ok(())
    }

    fn list(&mut self, work: Work) {
        self.listing += 1;
        let (stores, filter) = (self.stores.clone(), Arc::clone(&self.filter));
        let context = Arc::clone(&self.context);
        self.events.push(
            async move {
                let prunes = context.options.prune_destination;
                let listed =
                    Repository::list(&stores, work.clone(), &filter, &context.limits, prunes).await;
                Event::Listed(work, listed)
            }
            .boxed(),
        );
    }

    fn handle(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Catalog(host, pattern, tags, listed) => {
                self.catalogs -= 1;
                match listed {
                    Ok(list) => {
                        self.add_problems(&host.to_string(), "", &list.problems);
                        if let Some(pattern) = &pattern
                            && list.problems.is_empty()
                            && !list.entries.iter().any(|name| pattern.matches(name))
                        {
                            self.add_unmatched(
                                &host.to_string(),
                                "repository",
                                &pattern.to_string(),
                            );
                        }
                        for repository in list.entries {
                            if self.filter.has_repository(pattern.as_ref(), &repository)
                                && !self.mapping.holds_copies(&host, &repository)
                            {
                                let location =
                                    Location::Registry { host: host.clone(), repository };
                                self.add_work(location, tags.clone(), false)?;
                            }
                        }
                    }
                    Err(e) => {
                        let row =
                            SyncRow::new(host.to_string(), String::new(), SyncOutcome::Unknown);
                        self.rows.push(row.with_error("the repositories cannot be listed", &e));
                    }
                }
            }
            Event::Listed(work, listed) => {
                self.listing -= 1;
                match listed {
                    Ok(Listed { repository, names, problems, unmatched }) => {
                        self.add_problems(&work.source(), &work.place.name(), &problems);
                        if let Some(pattern) = unmatched {
                            self.add_unmatched(&work.source(), "tag", &pattern);
                        }
                        self.begun += 1;
                        let active = Active {
                            repository,
                            names: names.into(),
                            running: 0,
                            has_others: false,
                            is_pruned: false,
                            has_failed: !problems.is_empty(),
                            was_resumed: false,
                        };
                        self.active.insert(self.begun, active);
                    }
                    Err(e) => {
                        let (source, place) = (work.source(), work.place.name());
                        let row = SyncRow::new(source, place, SyncOutcome::Unknown);
                        self.rows.push(row.with_error("the tags cannot be listed", &e));
                    }
                }
            }
            Event::Image(id, name, synced) => {
                self.images -= 1;
                let Synced { row, hopeless } = *synced;
                match hopeless {
                    Some(e) => {
                        self.hopeless += 1;
                        self.hopeless_error.get_or_insert(e);
                    }
                    None => self.has_answered = true,
                }
                if let Some(active) = self.active.get_mut(&id) {
                    active.running -= 1;
                    active.has_failed |= row.outcome.is_failure();
                    self.journal.add(&active.repository.name, &name, &row);
                }
                self.rows.push(row);
            }
            Event::Pruned(id, rows) => {
                if let Some(active) = self.active.get_mut(&id) {
                    active.running -= 1;
                    active.has_failed |= rows.iter().any(|row| row.outcome.is_failure());
                    for row in &rows {
                        self.journal.add(&active.repository.name, &row.destination, row);
                    }
                }
                self.rows.extend(rows);
            }
        }
        Ok(())
    }

    /// Adds the row of a pattern that selects nothing.
    fn add_unmatched(&mut self, source: &str, what: &str, pattern: &str) {
        let row = SyncRow::new(source.to_owned(), String::new(), SyncOutcome::Missing);
        let e = Error::new(Code::NotFound, format!("no {what} matches {pattern}"));
        self.rows.push(row.with_error("the source", &e));
    }

    fn add_problems(&mut self, source: &str, destination: &str, problems: &[ListProblem]) {
        self.rows.extend(problems.iter().map(|problem| {
            let unknown = SyncOutcome::Unknown;
            let row = SyncRow::new(source.to_owned(), destination.to_owned(), unknown);
            let mut row = row.with_detail(unknown, problem.to_string());
            row.code = Some(problem.code.unwrap_or(Code::Incomplete).name().to_owned());
            row
        }));
    }
}
