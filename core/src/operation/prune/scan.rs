//! Finds what a repository has: from its tags and lists to children, referrers and subjects.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};

use super::inventory::{Child, DeadList, Existence, Inventory, Node, State};
use crate::{
    operation::{
        full_names::{name_of_several, several},
        read::{
            ListedManifest, fetch_manifest, listed_manifest, listed_referrers, read_small,
            resolve_tags, unread,
        },
    },
    store::{
        ReadStore,
        catalog::ManifestInfo,
        concurrency::RequestLimiter,
        fallback_tag::{fallback_tag, is_fallback_tag, subject_of_fallback_tag},
        limits::check_limit,
        list::List,
    },
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, IMAGE_CONFIG_LIMIT, ImageConfig, ListProblem, Manifest,
    Result, SiblingTag, TagOrDigest, created, excerpt, media_type, weight::Weight,
};

/// What a scan looks for.
pub(super) struct Scan<'a> {
    pub(super) store: &'a dyn ReadStore,
    pub(super) requests: &'a RequestLimiter,
    /// Maximum concurrent requests of this scan.
    pub(super) share: usize,
    /// The manifests of a plan. Then the scan reads only what may have changed for them: all tags, all
    /// indexes, and what is attached to these manifests.
    pub(super) planned: Option<&'a HashMap<Digest, Descriptor>>,
    /// Also lists what is attached to other manifests: since the plan, an index can have been attached
    /// that lists what the plan deletes.
    pub(super) lists_all: bool,
    /// Reads when manifests were created for which this returns true. The second argument is true for a
    /// manifest that an index lists.
    pub(super) needs_time: &'a (dyn Fn(&Node, bool) -> bool + Send + Sync),
    /// Keeps the configs of images until it is known which times are needed.
    pub(super) keeps_configs: bool,
}

/// Returns true if an index is a list of referrers: each entry has an artifact type, as distribution-spec v1.1.1
/// requires, and none a platform. In doubt, an index is one of images, which stays with what it lists.
fn is_list_of_referrers(manifest: &Manifest) -> bool {
    let is_referrer =
        |entry: &Descriptor| entry.artifact_type.is_some() && entry.platform.is_none();
    manifest.is_index() && manifest.subject().is_none() && manifest.children().all(is_referrer)
}

/// What was read of a manifest.
struct Visited {
    descriptor: Descriptor,
    /// `None` if its content does not matter.
    manifest: Option<ListedManifest>,
    referrers: List<Descriptor>,
}

impl Scan<'_> {
    pub(super) async fn run(self) -> Result<Inventory> {
        let mut inventory = Inventory::new(self.store.memory().charge());
        let has_catalog = self.read_catalog(&mut inventory).await?;
        let mut fallback_tags = self.read_tags(&mut inventory).await?;
        let mut level: Vec<Descriptor> = self.store.list_untagged().await?;
        if !has_catalog && self.store.repository().is_some() {
            inventory.unseen.push(
                "the registry lists no untagged manifests: those that nothing tagged leads to are not \
                 seen"
                    .to_owned(),
            );
        }
        let entries = self.store.list_entries().await?;
        inventory.unread.extend(unread_lists(&entries.problems));
        level.extend(self.planned.iter().flat_map(|planned| planned.values()).cloned());
        level.extend(inventory.nodes.values().map(|node| node.descriptor.clone()));
        let lists_orphans = !has_catalog && self.planned.is_none();
        loop {
            while !level.is_empty() {
                level = self.visit_all(&mut inventory, level, has_catalog).await?;
            }
            level = self.look_for_subjects(&mut inventory, &fallback_tags, lists_orphans).await?;
            level.extend(self.read_dead_lists(&mut inventory, &mut fallback_tags).await?);
            if level.is_empty() {
                break;
            }
        }
        if self.keeps_configs {
            self.read_times(&mut inventory).await?;
        }
        inventory.connect();
        Ok(inventory)
    }

    /// Reads the store's own list of manifests. Returns true if there is one.
    async fn read_catalog(&self, inventory: &mut Inventory) -> Result<bool> {
        let Some(catalog) = self.store.manifest_catalog().await? else { return Ok(false) };
        inventory.unread.extend(unread_lists(&catalog.problems));
        for info in catalog.entries {
            let ManifestInfo { descriptor, tags, created, attributes, .. } = info;
            inventory.charge.add(tags.weight())?;
            let node = inventory.node(&descriptor)?;
            node.created = created;
            node.is_locked = attributes.is_some_and(|attributes| !attributes.delete_enabled);
            for tag in tags {
                node.add_tag(tag);
            }
        }
        Ok(true)
    }

    /// Reads all tags. Returns the fallback tags with their subjects.
    async fn read_tags(&self, inventory: &mut Inventory) -> Result<Vec<(String, Digest)>> {
        let tags = match self.store.every_tag().await {
            // A registry forgets a repository without tags, and a plan of it may be complete.
            Err(e) if e.code() == Code::NotFound && self.planned.is_some() => {
                self.check_gone(&e).await?;
                List::default()
            }
            tags => tags?,
        };
        if self.store.repository().is_none()
            && let Some(name) = name_of_several(tags.entries.iter().map(String::as_str))
        {
            return Err(several(name));
        }
        inventory.unread.extend(unread_lists(&tags.problems));
        let known: HashSet<String> = inventory.nodes.values().flat_map(Node::all_tags).collect();
        let (fallback, others): (Vec<String>, Vec<String>) = tags
            .entries
            .into_iter()
            .filter(|tag| !known.contains(tag))
            .partition(|tag| is_fallback_tag(tag));
        let mut resolved = resolve_tags(self.store, others, self.share);
        while let Some((tag, named)) = resolved.next().await {
            match named {
                Ok(descriptor) => {
                    inventory.charge.add(tag.weight())?;
                    inventory.node(&descriptor)?.add_tag(tag);
                }
                // It was deleted after it was listed, or the registry has lost its manifest.
                Err(e) if e.code() == Code::NotFound => {
                    let message = format!(
                        "the tag {} is listed and names nothing: what its manifest needs is not known",
                        excerpt(&tag)
                    );
                    // A layout is complete, unless it is damaged. Some registries keep tags of deleted manifests.
                    if self.store.repository().is_none() {
                        inventory.unread.push(message);
                    } else if self.planned.is_none() {
                        inventory.unseen.push(message);
                    }
                }
                // It may name any manifest, or an index that lists any.
                Err(e) if e.is_of_one_manifest() => {
                    inventory.unread.push(format!("the tag {tag} {}", unread(&e)));
                }
                Err(e) => return Err(e),
            }
        }
        drop(resolved);
        let mut with_subject = Vec::new();
        for tag in self.lists_among(inventory, fallback).await? {
            match subject_of_fallback_tag(&tag) {
                Some(subject) => with_subject.push((tag, subject)),
                None => {
                    let known = inventory.nodes.keys().any(|digest| fallback_tag(digest) == tag);
                    if !known && self.planned.is_none() {
                        let message = format!(
                            "the tag {tag} has a part of a digest: its subject is not known"
                        );
                        inventory.unseen.push(message);
                    }
                }
            }
        }
        Ok(with_subject)
    }

    /// Fails unless everything of the plan is gone: something exists in a repository whose tags the registry
    /// does not know, so the answer says nothing of the tags.
    async fn check_gone(&self, error: &Error) -> Result<()> {
        for digest in self.planned.into_iter().flat_map(HashMap::keys) {
            let _permit = self.requests.acquire().await;
            if self.store.has_manifest(digest).await? {
                let message =
                    format!("{digest} exists, and the tags cannot be listed: {}", error.message());
                return Err(Error::new(Code::Incomplete, message));
            }
        }
        Ok(())
    }

    /// Returns those of the tags with the form of a fallback tag under which there is a list of referrers.
    /// The others are tags of images: some tools tag an image by its own digest.
    async fn lists_among(
        &self,
        inventory: &mut Inventory,
        tags: Vec<String>,
    ) -> Result<Vec<String>> {
        let mut read = stream::iter(tags)
            .map(|tag| async move {
                let _permit = self.requests.acquire().await;
                let named = fetch_manifest(self.store, &TagOrDigest::Tag(tag.clone())).await;
                (tag, named.map(Manifest::without_guard))
            })
            .buffered(self.share);
        let mut lists = Vec::new();
        while let Some((tag, named)) = read.next().await {
            match named {
                // A layout needs no such list: it knows the subjects of its manifests.
                Ok(manifest) if is_list_of_referrers(&manifest) => {
                    lists.extend(self.store.repository().is_some().then_some(tag));
                }
                Ok(manifest) => {
                    inventory.charge.add(tag.weight())?;
                    inventory.node(&manifest.plain_descriptor())?.add_tag(tag);
                }
                Err(e) if e.code() == Code::NotFound => {}
                Err(e) if e.is_of_one_manifest() => {
                    inventory.unread.push(format!("the tag {tag} {}", unread(&e)));
                }
                Err(e) => return Err(e),
            }
        }
        Ok(lists)
    }

    fn is_planned(&self, digest: &Digest) -> bool {
        self.planned.is_none_or(|planned| planned.contains_key(digest))
    }

    /// Visits the manifests of a level that are new, and returns those that they lead to.
    async fn visit_all(
        &self,
        inventory: &mut Inventory,
        level: Vec<Descriptor>,
        has_catalog: bool,
    ) -> Result<Vec<Descriptor>> {
        let mut next = Vec::new();
        for descriptor in level {
            let must_read = inventory.must_read.contains(&descriptor.digest);
            let node = inventory.node(&descriptor)?;
            let is_again = node.state == State::Exists && must_read && !node.is_read;
            if node.state == State::New || is_again {
                node.state = State::Exists;
                // An index that is not in the plan may list what is in it.
                let reads = must_read
                    || self.is_planned(&descriptor.digest)
                    || may_be_index(&node.descriptor);
                next.push((node.descriptor.clone(), reads, !is_again));
            }
        }
        check_limit(inventory.nodes.len(), self.store.max_entries())?;
        // A list of all manifests has the referrers too, unless one was just pushed.
        let lists = |digest: &Digest| match self.planned {
            Some(planned) => planned.contains_key(digest) || self.lists_all && !has_catalog,
            None => !has_catalog,
        };
        let mut visited = stream::iter(next)
            .map(|(descriptor, reads, is_new)| {
                let lists = is_new && lists(&descriptor.digest);
                self.visit(descriptor, reads, lists)
            })
            .buffered(self.share);
        let mut found = Vec::new();
        while let Some(Visited { descriptor, manifest, mut referrers }) = visited.try_next().await?
        {
            inventory.unread.extend(unread_lists(&std::mem::take(&mut referrers.problems)));
            inventory.charge.add(referrers.entries.weight())?;
            let subject = &descriptor.digest;
            let listed = referrers.entries.iter().map(|one| (subject.clone(), one.digest.clone()));
            inventory.listed.extend(listed);
            if self.is_planned(subject) {
                inventory.must_read.extend(referrers.entries.iter().map(|one| one.digest.clone()));
            }
            found.extend(referrers.entries);
            match manifest {
                None => {}
                Some(ListedManifest::Found(manifest)) => {
                    found.extend(manifest.children().map(Descriptor::plain));
                    if self.planned.is_some_and(|planned| planned.contains_key(subject)) {
                        let listed = manifest.children().map(|child| child.digest.clone());
                        inventory.must_read.extend(listed);
                    }
                    self.add(inventory, &descriptor, &manifest)?;
                }
                Some(ListedManifest::Missing) => {
                    inventory.node(&descriptor)?.state = State::Missing;
                    // A layout is complete, unless it is damaged: nothing else removes the file of an entry.
                    if self.store.repository().is_none() && may_be_index(&descriptor) {
                        inventory.unread.push(format!("the listed manifest {subject} is missing"));
                    }
                }
                Some(ListedManifest::Unreadable(e)) => {
                    inventory.node(&descriptor)?.state = State::Unreadable;
                    // It may list any manifest.
                    if may_be_index(&descriptor) {
                        inventory.unread.push(format!("the manifest {subject} {}", unread(&e)));
                    }
                }
            }
        }
        Ok(found)
    }

    async fn visit(&self, descriptor: Descriptor, reads: bool, lists: bool) -> Result<Visited> {
        let manifest = async {
            if !reads {
                return Ok(None);
            }
            let _permit = self.requests.acquire().await;
            listed_manifest(self.store, &descriptor).await.map(Some)
        };
        let referrers = async {
            if !lists {
                return Ok(List::default());
            }
            let _permit = self.requests.acquire().await;
            listed_referrers(self.store, &descriptor.digest).await
        };
        let (manifest, referrers) = tokio::try_join!(manifest, referrers)?;
        Ok(Visited { descriptor, manifest, referrers })
    }

    /// Adds what a manifest says.
    fn add(
        &self,
        inventory: &mut Inventory,
        descriptor: &Descriptor,
        manifest: &Manifest,
    ) -> Result<()> {
        let child = |one: &Descriptor| Child {
            digest: one.digest.clone(),
            is_attestation: one.is_attestation(),
        };
        // Also entries of other types: the registry may take them for manifests.
        let children: Vec<Child> = manifest.manifests().iter().map(child).collect();
        let config =
            manifest.config().filter(|config| media_type::is_image_config(&config.media_type));
        let config = config.filter(|_| self.keeps_configs).map(Descriptor::plain);
        inventory
            .charge
            .add(children.len() * size_of::<(Child, Digest)>() * 2 + config.weight())?;
        let node = inventory.node(descriptor)?;
        node.descriptor = Descriptor {
            artifact_type: manifest.artifact_type().map(str::to_owned),
            ..manifest.plain_descriptor()
        };
        node.is_read = true;
        node.subject = manifest.subject().map(|subject| subject.digest.clone());
        node.children = children;
        if node.created.is_none() {
            node.created = created(manifest.annotations()).map(str::to_owned);
        }
        node.config = config.filter(|_| node.created.is_none());
        Ok(())
    }

    /// Looks for the subjects that are not known yet. Returns those that exist.
    async fn look_for_subjects(
        &self,
        inventory: &mut Inventory,
        fallback_tags: &[(String, Digest)],
        lists_orphans: bool,
    ) -> Result<Vec<Descriptor>> {
        let of_nodes = inventory.nodes.iter().flat_map(|(digest, node)| {
            let is_planned = self.is_planned(digest);
            let of_tags = node.sibling_tags.iter().map(|(_, subject)| subject);
            of_tags.chain(&node.subject).filter(move |_| is_planned)
        });
        // Dead lists of a plan are looked for when they are deleted.
        let of_tags = fallback_tags.iter().filter(|_| self.planned.is_none()).map(|(_, of)| of);
        // A tag can name a manifest that does not exist: ggcr keeps the tags of a deleted one.
        let is_unread = |node: &Node| node.state == State::Exists && !node.is_read;
        let is_new = |digest: &&Digest| {
            !inventory.looked_for.contains_key(*digest)
                && inventory.nodes.get(*digest).is_none_or(is_unread)
        };
        let wanted: HashSet<Digest> = of_nodes.chain(of_tags).filter(is_new).cloned().collect();
        let mut looked_for = stream::iter(wanted)
            .map(|digest| async move {
                let _permit = self.requests.acquire().await;
                let found = self.store.resolve(&TagOrDigest::Digest(digest.clone())).await;
                // A registry may list the referrers of what does not exist.
                let is_missing = matches!(&found, Err(e) if e.code() == Code::NotFound);
                let referrers = match is_missing && lists_orphans {
                    true => listed_referrers(self.store, &digest).await,
                    false => Ok(List::default()),
                };
                (digest, found, referrers)
            })
            .buffer_unordered(self.share);
        let mut found = Vec::new();
        while let Some((digest, resolved, referrers)) = looked_for.next().await {
            let referrers = referrers?;
            inventory.unread.extend(unread_lists(&referrers.problems));
            inventory.charge.add(referrers.entries.weight())?;
            found.extend(referrers.entries);
            let existence = match resolved {
                Ok(descriptor) => {
                    found.push(descriptor.plain());
                    Existence::Exists
                }
                Err(e) if e.code() == Code::NotFound => {
                    if let Some(node) = inventory.nodes.get_mut(&digest) {
                        node.state = State::Missing;
                    }
                    Existence::Missing
                }
                Err(e) if e.is_of_one_manifest() => Existence::Unknown,
                Err(e) => return Err(e),
            };
            inventory.charge.add(digest.as_str().len() + size_of::<Digest>() * 4)?;
            inventory.looked_for.insert(digest, existence);
        }
        // The same plan results each time.
        found.sort_unstable_by(|a, b| a.digest.as_str().cmp(b.digest.as_str()));
        Ok(found)
    }

    /// Reads the lists under fallback tags whose subjects do not exist. Returns their entries.
    async fn read_dead_lists(
        &self,
        inventory: &mut Inventory,
        fallback_tags: &mut Vec<(String, Digest)>,
    ) -> Result<Vec<Descriptor>> {
        if self.planned.is_some() {
            return Ok(Vec::new());
        }
        let is_dead =
            |(_, subject): &(String, Digest)| inventory.existence(subject) == Existence::Missing;
        let (dead, others) = std::mem::take(fallback_tags).into_iter().partition(is_dead);
        *fallback_tags = others;
        let dead: Vec<(String, Digest)> = dead;
        let mut read = stream::iter(dead)
            .map(|(tag, subject)| async move {
                let _permit = self.requests.acquire().await;
                let list = fetch_manifest(self.store, &TagOrDigest::Tag(tag.clone())).await;
                (tag, subject, list)
            })
            .buffered(self.share);
        let mut found = Vec::new();
        while let Some((tag, subject, list)) = read.next().await {
            match list {
                Ok(list) if list.is_index() => {
                    let entries: Vec<Digest> =
                        list.children().map(|one| one.digest.clone()).collect();
                    found.extend(list.children().map(|one| Descriptor {
                        artifact_type: one.artifact_type.clone(),
                        ..one.plain()
                    }));
                    let descriptor = list.plain_descriptor();
                    inventory.charge.add(found.weight() + descriptor.weight())?;
                    inventory.dead_lists.push(DeadList { tag, subject, descriptor, entries });
                }
                // Somebody's tag.
                Ok(manifest) => {
                    let descriptor = manifest.plain_descriptor();
                    inventory.node(&descriptor)?.tags.push(tag);
                    found.push(descriptor);
                }
                Err(e) if e.code() == Code::NotFound => {}
                Err(e) if e.is_of_one_manifest() => {
                    inventory.unread.push(format!("the tag {tag} {}", unread(&e)));
                }
                Err(e) => return Err(e),
            }
        }
        Ok(found)
    }

    /// Reads when images were created, from their configs. An index has the time of its images.
    async fn read_times(&self, inventory: &mut Inventory) -> Result<()> {
        let mut wanted: HashSet<&Digest> = HashSet::new();
        let mut pending: Vec<&Digest> = Vec::new();
        let listed: HashSet<&Digest> = inventory
            .nodes
            .values()
            .flat_map(|node| node.children.iter().map(|child| &child.digest))
            .collect();
        for (digest, node) in &inventory.nodes {
            if node.state == State::Exists && (self.needs_time)(node, listed.contains(digest)) {
                pending.push(digest);
            }
        }
        while let Some(digest) = pending.pop() {
            if let Some(node) = inventory.nodes.get(digest)
                && node.created.is_none()
                && wanted.insert(digest)
            {
                let images = node.children.iter().filter(|child| !child.is_attestation);
                pending.extend(images.map(|child| &child.digest));
            }
        }
        let configs = wanted.into_iter().filter_map(|digest| {
            Some((digest.clone(), inventory.nodes.get(digest)?.config.clone()?))
        });
        let mut read = stream::iter(configs.collect::<Vec<_>>())
            .map(|(digest, config)| async move {
                let _permit = self.requests.acquire().await;
                Ok::<_, Error>((digest, self.read_time(&config).await?))
            })
            .buffer_unordered(self.share);
        while let Some((digest, time)) = read.try_next().await? {
            if let Some(node) = inventory.nodes.get_mut(&digest) {
                node.created = time;
            }
        }
        Ok(())
    }

    async fn read_time(&self, config: &Descriptor) -> Result<Option<String>> {
        match read_small(self.store, config, IMAGE_CONFIG_LIMIT).await {
            Ok(bytes) => {
                let config = serde_json::from_slice::<ImageConfig>(&bytes).unwrap_or_default();
                Ok(config.created.and_then(|value| value.as_str().map(str::to_owned)))
            }
            // Then the time is unknown, and the image stays.
            Err(e) if e.is_of_one_manifest() || e.code() == Code::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }
}

impl Node {
    /// Adds a tag. A tag that protects its own manifest attaches nothing.
    fn add_tag(&mut self, tag: String) {
        match SiblingTag::parse(&tag) {
            Some(sibling) if *sibling.subject() != self.descriptor.digest => {
                self.sibling_tags.push((tag, sibling.subject().clone()));
            }
            _ => self.tags.push(tag),
        }
    }
}

fn may_be_index(descriptor: &Descriptor) -> bool {
    let media_type = &descriptor.media_type;
    media_type::is_index(media_type) || !media_type::is_manifest(media_type)
}

/// Returns phrases for the problems that make a list incomplete.
fn unread_lists(problems: &[ListProblem]) -> Vec<String> {
    let lacking = problems.iter().filter(|problem| !problem.is_warning());
    lacking.map(ToString::to_string).collect()
}
