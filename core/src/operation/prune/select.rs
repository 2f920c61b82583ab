//! Decides what a prune deletes: what the criteria select, without what something needs that stays.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::{
    criteria::{Criteria, is_future, time},
    inventory::{Existence, Inventory, Node, State},
    protect::{Kept, going, protected},
    report::{KeepCause, KeptManifest, PruneCause, PrunedKind, PrunedManifest, PrunedRepository},
};
use crate::{operation::delete::in_levels, store::fallback_tag::is_fallback_tag};
use ocigraph_types::{Digest, Reference, excerpt, media_type};

/// What the criteria say of one manifest.
enum Choice {
    /// It stays, whatever else is deleted.
    Root,
    /// It goes unless something needs it.
    Selected(PruneCause, String),
    /// It goes with what it is attached to or listed by.
    Dependent,
}

/// Returns true for a manifest whose time of creation decides.
pub(super) fn needs_time(criteria: &Criteria, node: &Node, is_listed: bool) -> bool {
    let is_considered =
        criteria.needs_times() && node.tags.iter().any(|tag| considers(criteria, tag));
    is_considered || node.tags.is_empty() && !is_listed && criteria.needs_times_of_untagged()
}

/// A fallback tag that names no list is somebody's tag, of which nothing is known.
fn considers(criteria: &Criteria, tag: &str) -> bool {
    !is_fallback_tag(tag) && criteria.considers(tag)
}

/// Makes the plan for one repository.
pub(super) fn plan(
    inventory: Inventory,
    criteria: &Criteria,
    repository: Reference,
) -> PrunedRepository {
    let mut selection = Selection {
        inventory: &inventory,
        criteria,
        newest: HashSet::new(),
        has_foreign_tags: has_foreign_tags(&inventory),
        choices: HashMap::new(),
        tags_alone: BTreeMap::new(),
        planned: PrunedRepository::new(repository),
    };
    selection.find_newest();
    for digest in &inventory.order {
        if let Some(node) = inventory.existing(digest) {
            let choice = selection.choose(digest, node);
            selection.choices.insert(digest, choice);
        }
    }
    let mut planned = selection.decide();
    planned.unseen.clone_from(&inventory.unseen);
    planned.unread.clone_from(&inventory.unread);
    if let Some(first) = inventory.unread.first() {
        keep_all(&mut planned, first);
    }
    planned
}

/// Returns true if a repository has tags of cosign, and nothing that they could attach to.
fn has_foreign_tags(inventory: &Inventory) -> bool {
    let nodes = || inventory.order.iter().filter_map(|digest| inventory.existing(digest));
    let mut subjects = nodes().flat_map(|node| &node.sibling_tags).map(|(_, subject)| subject);
    nodes().all(|node| node.tags.is_empty())
        && nodes().any(|node| !node.sibling_tags.is_empty())
        && subjects.all(|subject| inventory.existence(subject) == Existence::Missing)
}

/// Keeps everything that was selected: what could not be read may need it.
fn keep_all(planned: &mut PrunedRepository, unread: &str) {
    for entry in std::mem::take(&mut planned.deleted) {
        planned.kept.push(KeptManifest {
            descriptor: entry.descriptor,
            tags: entry.tags,
            cause: KeepCause::Unread,
            reason: format!("something may need it that could not be read: {unread}"),
        });
    }
}

struct Selection<'a> {
    inventory: &'a Inventory,
    criteria: &'a Criteria,
    /// The newest manifests of `keep_last`.
    newest: HashSet<&'a Digest>,
    has_foreign_tags: bool,
    choices: HashMap<&'a Digest, Choice>,
    /// Selected tags of manifests that have other tags, which stay, with what selects them.
    tags_alone: BTreeMap<&'a Digest, (Vec<String>, PruneCause, String)>,
    planned: PrunedRepository,
}

impl<'a> Selection<'a> {
    fn find_newest(&mut self) {
        let Some(last) = self.criteria.keep_last else { return };
        let considered = self.inventory.order.iter().filter_map(|digest| {
            let node = self.inventory.existing(digest)?;
            node.tags.iter().any(|tag| considers(self.criteria, tag)).then_some(())?;
            let time = self.time_of(digest).ok().filter(|time| !is_future(*time))?;
            Some((time, digest))
        });
        let mut considered: Vec<(Timestamp, &Digest)> = considered.collect();
        considered.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.as_str().cmp(b.1.as_str())));
        self.newest = considered.into_iter().take(last).map(|(_, digest)| digest).collect();
    }

    /// Returns when a manifest was created, or why that is not known. An index without a time of its own is
    /// as old as the newest of its images.
    fn time_of(&self, digest: &Digest) -> Result<Timestamp, String> {
        let node = self.inventory.existing(digest).ok_or("an image of it does not exist")?;
        let images = || node.children.iter().filter(|child| !child.is_attestation);
        if node.created.is_some() || !media_type::is_index(&node.descriptor.media_type) {
            return time(node.created.as_deref());
        }
        let mut newest = Err("it has no time of creation".to_owned());
        for image in images() {
            let image =
                self.inventory.existing(&image.digest).ok_or("an image of it does not exist")?;
            let of_image = time(image.created.as_deref())
                .map_err(|_| "the time of creation of one of its images is not known")?;
            newest = Ok(newest.map_or(of_image, |newest: Timestamp| newest.max(of_image)));
        }
        newest
    }

    /// Returns why the age and place of a tagged manifest select it, or `None`. The error says why the
    /// age is unknown.
    fn selects(&self, digest: &Digest) -> Result<Option<(PruneCause, String)>, String> {
        let criteria = self.criteria;
        if !criteria.needs_times() {
            return Ok(Some((PruneCause::Tag, "its tag is selected".to_owned())));
        }
        let time = self.time_of(digest)?;
        if criteria.keep_last.is_some() && is_future(time) {
            return Err(format!("its time of creation {time} lies in the future"));
        }
        if self.newest.contains(digest) {
            return Ok(None);
        }
        Ok(match (&criteria.older_than, criteria.keep_last) {
            (Some(age), _) if time >= age.before => None,
            (Some(age), _) => Some((PruneCause::Old, age.phrase.clone())),
            (None, last) => {
                let last = last.unwrap_or_default();
                Some((PruneCause::NotAmongLast, format!("not among the newest {last}")))
            }
        })
    }

    fn choose(&mut self, digest: &'a Digest, node: &'a Node) -> Choice {
        let choice = match (node.tags.is_empty(), node.sibling_tags.is_empty()) {
            (false, _) => self.choose_tagged(digest, node),
            (true, false) => self.choose_sibling(digest, node),
            (true, true) => self.choose_untagged(digest, node),
        };
        let (cause, reason) = match node.state {
            State::Unreadable => (KeepCause::Unread, "it cannot be read".to_owned()),
            _ if node.is_locked => (KeepCause::Locked, "the registry has locked it".to_owned()),
            _ => return choice,
        };
        if let Choice::Selected(..) = choice {
            self.keep(node, node.all_tags(), (cause, reason));
        }
        Choice::Root
    }

    fn keep(&mut self, node: &Node, tags: Vec<String>, (cause, reason): Kept) {
        let descriptor = node.descriptor.clone();
        self.planned.kept.push(KeptManifest { descriptor, tags, cause, reason });
    }

    fn choose_tagged(&mut self, digest: &'a Digest, node: &'a Node) -> Choice {
        let is_removed = |tag: &&String| considers(self.criteria, tag) && !self.criteria.keeps(tag);
        let (mut removed, mut others): (Vec<_>, Vec<_>) = node.tags.iter().partition(is_removed);
        let (cause, reason) = match self.selects(digest) {
            _ if removed.is_empty() => (PruneCause::DeadTag, String::new()),
            Ok(Some(selected)) => selected,
            Ok(None) => {
                others.append(&mut removed);
                (PruneCause::DeadTag, String::new())
            }
            Err(why) => {
                let tags = removed.iter().map(|tag| (*tag).clone()).collect();
                self.keep(node, tags, (KeepCause::TimeUnknown, why));
                others.append(&mut removed);
                (PruneCause::DeadTag, String::new())
            }
        };
        let dead = self.dead_tags(node);
        if removed.is_empty() {
            self.remove_dead_tags(digest, node, dead);
            return Choice::Root;
        }
        let living = node.sibling_tags.iter().map(|(tag, _)| tag).filter(|tag| !dead.contains(tag));
        // A sibling tag of a manifest that is deleted goes with it.
        let is_pinned = |tag: &&String| self.is_of_missing(node, tag);
        others.extend(living.filter(is_pinned));
        if others.is_empty() {
            return Choice::Selected(cause, reason);
        }
        let tags: Vec<String> = removed.into_iter().chain(dead).cloned().collect();
        let others: Vec<String> = others.into_iter().map(|tag| excerpt(tag)).collect();
        let stays = format!("tagged {}, so only its selected tags are removed", others.join(", "));
        self.keep(node, tags.clone(), (KeepCause::Tagged, stays));
        self.tags_alone.insert(digest, (tags, cause, reason));
        Choice::Root
    }

    fn is_of_missing(&self, node: &Node, tag: &str) -> bool {
        let mut of = node.sibling_tags.iter().filter(|(one, _)| one == tag);
        of.any(|(_, subject)| self.inventory.existence(subject) != Existence::Exists)
    }

    /// Returns the selected sibling tags whose subject does not exist.
    fn dead_tags(&self, node: &'a Node) -> Vec<&'a String> {
        let artifact_type = node.descriptor.artifact_type.as_deref();
        if !self.criteria.dead_tags || !self.criteria.has_type(artifact_type) {
            return Vec::new();
        }
        let is_dead = |subject: &Digest| self.inventory.existence(subject) == Existence::Missing;
        let dead =
            node.sibling_tags.iter().filter(|(tag, of)| is_dead(of) && !self.criteria.keeps(tag));
        dead.map(|(tag, _)| tag).collect()
    }

    /// Removes dead sibling tags of a manifest that stays.
    fn remove_dead_tags(&mut self, digest: &'a Digest, node: &'a Node, dead: Vec<&String>) {
        let Some(first) = dead.first() else { return };
        let subject = node.sibling_tags.iter().find(|(tag, _)| tag == *first);
        let reason = subject.map(|(_, subject)| missing_subject(subject)).unwrap_or_default();
        let tags = dead.into_iter().cloned().collect();
        self.tags_alone.insert(digest, (tags, PruneCause::DeadTag, reason));
    }

    /// Returns true if a manifest is known to be newer than `older_than` allows.
    fn is_young(&self, digest: &Digest) -> bool {
        let Some(age) = &self.criteria.older_than else { return false };
        self.time_of(digest).is_ok_and(|time| time >= age.before)
    }

    fn choose_sibling(&mut self, digest: &'a Digest, node: &'a Node) -> Choice {
        if node.sibling_tags.iter().any(|(tag, _)| self.criteria.keeps(tag)) {
            return Choice::Root;
        }
        let existence = |(_, subject): &(String, Digest)| self.inventory.existence(subject);
        let is_attached = node.sibling_tags.iter().any(|tag| existence(tag) == Existence::Exists);
        let dead = self.dead_tags(node);
        if is_attached {
            self.remove_dead_tags(digest, node, dead);
            return Choice::Dependent;
        }
        if !dead.is_empty() && self.has_foreign_tags {
            self.keep(node, node.all_tags(), foreign_subject());
            return Choice::Root;
        }
        if !dead.is_empty() && self.is_young(digest) {
            return Choice::Root;
        }
        if !dead.is_empty() && dead.len() == node.sibling_tags.len() {
            return Choice::Selected(PruneCause::DeadTag, missing_subject(&node.sibling_tags[0].1));
        }
        if self.criteria.dead_tags
            && node.sibling_tags.iter().any(|tag| existence(tag) == Existence::Unknown)
        {
            self.keep(node, node.all_tags(), unknown_subject());
        }
        Choice::Root
    }

    fn choose_untagged(&mut self, digest: &Digest, node: &Node) -> Choice {
        if let Some(subject) = &node.subject {
            let is_selected = self.criteria.orphans
                && self.criteria.has_type(node.descriptor.artifact_type.as_deref());
            return match self.inventory.existence(subject) {
                Existence::Exists => Choice::Dependent,
                _ if self.is_young(digest) => Choice::Root,
                Existence::Missing if is_selected => {
                    Choice::Selected(PruneCause::Orphan, missing_subject(subject))
                }
                Existence::Unknown if is_selected => {
                    self.keep(node, Vec::new(), unknown_subject());
                    Choice::Root
                }
                _ => Choice::Root,
            };
        }
        let is_listed = |parent: &Digest| self.inventory.existing(parent).is_some();
        if node.parents.iter().any(is_listed) {
            return Choice::Dependent;
        }
        match self.criteria.untagged && !self.is_young(digest) {
            true => {
                let reason = "untagged, and nothing that stays needs it".to_owned();
                Choice::Selected(PruneCause::Untagged, reason)
            }
            false => Choice::Root,
        }
    }

    /// Joins the choices to a plan.
    fn decide(mut self) -> PrunedRepository {
        let inventory = self.inventory;
        let choices = std::mem::take(&mut self.choices);
        let is_root = |digest: &&Digest| matches!(choices.get(digest), Some(Choice::Root));
        let mut roots: Vec<&Digest> = inventory.order.iter().filter(is_root).collect();
        let (kept, reasons) = loop {
            let kept = protected(inventory, roots.iter().copied());
            let mut selected = HashMap::new();
            for digest in &inventory.order {
                if let Some(Choice::Selected(cause, reason)) = choices.get(digest)
                    && !kept.contains_key(digest)
                {
                    selected.insert(digest, (*cause, reason.clone()));
                }
            }
            let reasons = going(inventory, selected, &kept);
            // What nothing deletes stays, and so does what it needs: an index can list its own subject.
            let stays = |digest: &&Digest| {
                choices.contains_key(digest)
                    && !kept.contains_key(digest)
                    && !reasons.contains_key(digest)
            };
            let staying: Vec<&Digest> = inventory.order.iter().filter(stays).collect();
            if staying.is_empty() {
                break (kept, reasons);
            }
            roots.extend(staying);
        };
        for digest in &inventory.order {
            let (Some(Choice::Selected(cause, reason)), Some(Some(why))) =
                (choices.get(digest), kept.get(digest))
            else {
                continue;
            };
            let node = &inventory.nodes[digest];
            // A tag of an image that a kept index lists attaches something once the image is there.
            let is_needed = |(_, subject): &&(String, Digest)| kept.contains_key(subject);
            let needed: HashSet<&String> =
                node.sibling_tags.iter().filter(is_needed).map(|(tag, _)| tag).collect();
            self.keep_selected(digest, node, &needed, why.clone(), (*cause, reason));
        }
        let selected = inventory.order.iter().filter(|digest| reasons.contains_key(digest));
        let levels = in_levels(selected, |digest| inventory.nodes[digest].before());
        for digest in levels.into_iter().flatten() {
            let node = &inventory.nodes[digest];
            let Some((cause, reason)) = reasons.get(digest) else { continue };
            let tags = node.all_tags();
            let entry = entry(node, kind(node), tags, (*cause, reason.clone()));
            self.planned.deleted.push(entry);
        }
        let deleted: HashSet<&Digest> = reasons.into_keys().collect();
        self.add_dead_lists(&deleted);
        for (digest, (tags, cause, reason)) in std::mem::take(&mut self.tags_alone) {
            let node = &inventory.nodes[digest];
            let is_needed = |tag: &String| {
                let mut of = node.sibling_tags.iter().filter(|(sibling, _)| sibling == tag);
                of.any(|(_, subject)| kept.contains_key(subject))
            };
            let (shared, tags): (Vec<String>, Vec<String>) = tags
                .into_iter()
                .filter(|tag| !is_needed(tag))
                .partition(|tag| inventory.names_several(digest, tag));
            if !deleted.contains(digest) && !shared.is_empty() {
                let reason = "the tag names another manifest too".to_owned();
                self.keep(node, shared, (KeepCause::TagNotRemovable, reason));
            }
            if !deleted.contains(digest) && !tags.is_empty() {
                self.planned.deleted.push(entry(node, PrunedKind::Tag, tags, (cause, reason)));
            }
        }
        self.planned
    }

    /// Keeps a selected manifest that something needs. Its selected tags go.
    fn keep_selected(
        &mut self,
        digest: &'a Digest,
        node: &'a Node,
        needed: &HashSet<&String>,
        (keep_cause, phrase): Kept,
        (cause, reason): (PruneCause, &str),
    ) {
        let dead = self.dead_tags(node).into_iter().filter(|tag| !needed.contains(tag));
        let tags: Vec<String> = node.tags.iter().chain(dead).cloned().collect();
        let phrase = match tags.is_empty() {
            true => phrase,
            false => format!("{phrase}, so only its tags are removed"),
        };
        self.keep(node, tags.clone(), (keep_cause, phrase));
        if !tags.is_empty() {
            self.tags_alone.insert(digest, (tags, cause, reason.to_owned()));
        }
    }

    /// Adds the lists under fallback tags that list nothing which stays.
    fn add_dead_lists(&mut self, deleted: &HashSet<&Digest>) {
        if !self.criteria.dead_tags {
            return;
        }
        for list in &self.inventory.dead_lists {
            let stays = |digest: &&Digest| {
                self.inventory.existence(digest) != Existence::Missing && !deleted.contains(digest)
            };
            let tags = vec![list.tag.clone()];
            if self.criteria.keeps(&list.tag) {
                continue;
            }
            match list.entries.iter().find(stays) {
                Some(entry) => self.planned.kept.push(KeptManifest {
                    descriptor: list.descriptor.clone(),
                    tags,
                    cause: KeepCause::Lists,
                    reason: format!("it lists {entry}, which stays"),
                }),
                None => self.planned.deleted.push(PrunedManifest {
                    descriptor: list.descriptor.clone(),
                    kind: PrunedKind::FallbackTag,
                    tags,
                    created: None,
                    subject: Some(list.subject.clone()),
                    cause: PruneCause::DeadTag,
                    reason: missing_subject(&list.subject),
                    gone: false,
                }),
            }
        }
    }
}

fn entry(
    node: &Node,
    kind: PrunedKind,
    tags: Vec<String>,
    (cause, reason): (PruneCause, String),
) -> PrunedManifest {
    let of_tag = node.sibling_tags.first().map(|(_, subject)| subject);
    PrunedManifest {
        descriptor: node.descriptor.clone(),
        kind,
        tags,
        created: node.created.clone(),
        subject: node.subject.as_ref().or(of_tag).cloned(),
        cause,
        reason,
        gone: false,
    }
}

fn kind(node: &Node) -> PrunedKind {
    if node.subject.is_some() {
        PrunedKind::Referrer
    } else if !node.sibling_tags.is_empty() {
        PrunedKind::SiblingTag
    } else if media_type::is_index(&node.descriptor.media_type) {
        PrunedKind::Index
    } else {
        PrunedKind::Manifest
    }
}

fn missing_subject(subject: &Digest) -> String {
    format!("its subject {subject} does not exist")
}

fn unknown_subject() -> Kept {
    (KeepCause::Unread, "the registry does not say if its subject exists".to_owned())
}

fn foreign_subject() -> Kept {
    let reason = "the repository has tags of cosign and none of their subjects: they may belong to images of \
                  another repository";
    (KeepCause::Unread, reason.to_owned())
}
