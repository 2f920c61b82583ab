//! Lists that others sent: the entries that could be read, and what could not.
//!
//! One entry that is malformed hides no other, and is never passed over in silence: who needs the
//! whole list is told INCOMPLETE, which is neither *none* nor *all*.

use crate::store::memory::Charge;
use ocigraph_types::{Digest, ListProblem, Result, weight::Weight};

/// Problems of one list that are told each; of more, how many there are.
const TOLD: usize = 100;

/// What could be read of a list.
#[derive(Debug)]
pub struct List<T> {
    /// The sound entries, in the order of the list.
    pub entries: Vec<T>,
    /// What could not be read; empty for a list that is whole.
    pub problems: Vec<ListProblem>,
    charge: Option<Charge>,
}

impl<T> List<T> {
    pub(crate) fn new(entries: Vec<T>, problems: Vec<ListProblem>, charge: Charge) -> Self {
        Self { entries, problems, charge: Some(charge) }
    }

    /// A list of which a part could not be read.
    pub fn with_problems(entries: Vec<T>, problems: Vec<ListProblem>) -> Self {
        Self { entries, problems, charge: None }
    }

    /// All entries; INCOMPLETE when some could not be read.
    pub fn complete(self) -> Result<Vec<T>> {
        ListProblem::check_complete(&self.problems).map(|()| self.entries)
    }

    /// Has the list hold this instead of what it held, and tell these problems too.
    pub(crate) fn replace(&mut self, charge: Charge, problems: Vec<ListProblem>) {
        self.problems.extend(problems);
        self.charge = Some(charge);
    }

    /// Has `charge` hold what the list holds.
    pub(crate) fn hand_over(&mut self, charge: &mut Charge) -> Result<()>
    where
        T: Weight,
    {
        match self.charge.take() {
            Some(held) => charge.absorb(held),
            None => charge.add(self.entries.weight() + self.problems.weight()),
        }
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

/// A list that is whole.
impl<T> From<Vec<T>> for List<T> {
    fn from(entries: Vec<T>) -> Self {
        Self { entries, problems: Vec::new(), charge: None }
    }
}

/// The problems of one list, as they are found.
#[derive(Debug)]
pub(crate) struct Problems {
    list: String,
    subject: Option<Digest>,
    told: Vec<ListProblem>,
    more: usize,
}

impl Problems {
    pub(crate) fn of(list: impl Into<String>) -> Self {
        Self { list: list.into(), subject: None, told: Vec::new(), more: 0 }
    }

    pub(crate) fn of_referrers(subject: &Digest) -> Self {
        let list = format!("the referrers of {subject}");
        Self { subject: Some(subject.clone()), ..Self::of(list) }
    }

    pub(crate) fn list(&self) -> &str {
        &self.list
    }

    pub(crate) fn add(&mut self, detail: impl Into<String>) {
        self.tell(None, detail.into());
    }

    /// A text that is not written as a name of its kind.
    pub(crate) fn add_name(&mut self, name: &str, detail: String) {
        self.tell(Some(name.to_owned()), detail);
    }

    fn tell(&mut self, name: Option<String>, detail: String) {
        if self.told.len() == TOLD {
            self.more += 1;
            return;
        }
        let (list, subject) = (self.list.clone(), self.subject.clone());
        self.told.push(ListProblem::new(list, subject, name, detail));
    }

    pub(crate) fn found(mut self) -> Vec<ListProblem> {
        if self.more > 0 {
            let detail = format!("{} more could not be read", self.more);
            self.told.push(ListProblem::new(self.list, self.subject, None, detail));
        }
        self.told
    }
}
