//! Lists that others sent: the entries that could be read, and what could not.
//!
//! One entry that is malformed hides no other, and is never passed over in silence: who needs the
//! whole list is told INCOMPLETE, which is neither *none* nor *all*.

use std::fmt;

use crate::{
    digest::Digest,
    error::{Code, Error, Result},
    escape::printable,
    memory::{Charge, OBJECT, Weight},
};

/// Problems of one list that are told each; of more, how many there are.
const TOLD: usize = 100;

/// Problems that an error names.
const NAMED: usize = 3;

/// How much of an entry is shown, in characters.
const SHOWN: usize = 160;

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

    /// All entries; INCOMPLETE when some could not be read.
    pub fn complete(self) -> Result<Vec<T>> {
        whole(&self.problems).map(|()| self.entries)
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

/// Something in a list that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListProblem {
    /// Which list, as in `the tags of app`.
    pub list: String,
    /// Whose referrers are listed, where it is a list of referrers.
    pub subject: Option<Digest>,
    /// The entry, where it is a text that is not written as a name of its kind. It is to be shown,
    /// escaped, and never asked for.
    pub name: Option<String>,
    /// What could not be read and why; what came from the registry is escaped and shortened.
    pub detail: String,
}

impl fmt::Display for ListProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.list, self.detail)
    }
}

impl From<ListProblem> for Error {
    fn from(problem: ListProblem) -> Self {
        Self::new(Code::Incomplete, problem.to_string())
    }
}

impl Weight for ListProblem {
    fn weight(&self) -> usize {
        size_of::<Self>() + OBJECT + self.list.len() + self.name.weight() + self.detail.len()
    }
}

/// Adds the problems of a further list. One of the place as a whole may come with every list.
pub(crate) fn join(problems: &mut Vec<ListProblem>, more: Vec<ListProblem>) {
    for problem in more {
        if problem.subject.is_some() || !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

/// INCOMPLETE when there are problems; it names the first.
pub(crate) fn whole(problems: &[ListProblem]) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = problems.iter().take(NAMED).map(ListProblem::to_string).collect();
    let more = match problems.len() - named.len() {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let message = format!("not all could be read: {}{more}", named.join("; "));
    Err(Error::new(Code::Incomplete, message)
        .with_hint("`ocigraph discover`, `tags` and `manifests` print what could be read"))
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
        self.told.push(ListProblem { list, subject, name, detail });
    }

    pub(crate) fn found(mut self) -> Vec<ListProblem> {
        if self.more > 0 {
            let detail = format!("{} more could not be read", self.more);
            self.told.push(ListProblem {
                list: self.list,
                subject: self.subject,
                name: None,
                detail,
            });
        }
        self.told
    }
}

/// Text from elsewhere, escaped and shortened.
pub(crate) fn excerpt(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    printable(&shown)
}
