//! Repositories that wait, by registry: each registry gets its turn.

use std::collections::{HashMap, VecDeque};

use super::{place::Place, targets::Work};

#[derive(Debug, Default)]
pub(super) struct Turns {
    waiting: HashMap<String, VecDeque<Work>>,
    /// The registries with work, in the order of their turns.
    order: VecDeque<String>,
    len: usize,
}

impl Turns {
    pub(super) fn push(&mut self, work: Work) {
        let registry = Place::of(&work.location).registry;
        self.len += 1;
        if let Some(waiting) = self.waiting.get_mut(&registry) {
            return waiting.push_back(work);
        }
        self.order.push_back(registry.clone());
        self.waiting.insert(registry, [work].into());
    }

    /// Takes work of the next registry for which `is_ready` returns true.
    pub(super) fn pop(&mut self, mut is_ready: impl FnMut(&str) -> bool) -> Option<Work> {
        let next = self.order.iter().position(|registry| is_ready(registry))?;
        let registry = self.order.remove(next)?;
        let waiting = self.waiting.get_mut(&registry)?;
        let work = waiting.pop_front();
        match waiting.is_empty() {
            true => drop(self.waiting.remove(&registry)),
            false => self.order.push_back(registry),
        }
        self.len -= usize::from(work.is_some());
        work
    }

    pub(super) fn registries(&self) -> impl ExactSizeIterator<Item = &str> {
        self.order.iter().map(String::as_str)
    }

    /// Returns true if work of a registry waits.
    pub(super) fn has(&self, registry: &str) -> bool {
        self.waiting.contains_key(registry)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }
}
