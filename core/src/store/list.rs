//! Lists from a registry or layout: the entries that could be read, and the problems of the others.
//!
//! A malformed entry does not affect the others, and is never skipped silently. A caller that needs
//! the whole list gets INCOMPLETE, which is neither *none* nor *all*.

use crate::store::memory_budget::Charge;
use ocigraph_types::{Code, Digest, ListProblem, Result, printable, weight::Weight};

/// Maximum number of problems of one list that are kept. The others are only counted.
const MAX_PROBLEMS: usize = 100;

/// The entries of a list that could be read, and the problems of the others.
///
/// ```
/// use ocigraph::List;
///
/// let tags: List<String> = vec!["v1".to_owned()].into();
/// assert_eq!(tags.complete().unwrap(), ["v1"]);
/// ```
#[derive(Debug)]
pub struct List<T> {
    /// The entries that could be read, in the order of the list.
    pub entries: Vec<T>,
    /// The problems of the list. Empty if all of it could be read.
    pub problems: Vec<ListProblem>,
    charge: Option<Charge>,
}

impl<T> List<T> {
    pub(crate) fn new(entries: Vec<T>, problems: Vec<ListProblem>, charge: Charge) -> Self {
        Self { entries, problems, charge: Some(charge) }
    }

    /// Creates a list of which a part could not be read.
    pub fn with_problems(entries: Vec<T>, problems: Vec<ListProblem>) -> Self {
        Self { entries, problems, charge: None }
    }

    /// Returns all entries.
    ///
    /// # Errors
    /// [`Code::Incomplete`] if some could not be read.
    pub fn complete(self) -> Result<Vec<T>> {
        ListProblem::check_complete(&self.problems).map(|()| self.entries)
    }

    /// Returns the list of what `map` makes of the entries, without those of which it makes nothing.
    pub(crate) fn filter_map<U>(self, map: impl Fn(&T) -> Option<U>) -> List<U> {
        let entries = self.entries.iter().filter_map(map).collect();
        List { entries, problems: self.problems, charge: self.charge }
    }

    /// Adds another part of the list.
    pub(crate) fn append(&mut self, part: List<T>) -> Result<()> {
        self.entries.extend(part.entries);
        self.problems.extend(part.problems);
        match (&mut self.charge, part.charge) {
            (Some(charge), Some(more)) => charge.absorb(more)?,
            (charge @ None, more) => *charge = more,
            (Some(_), None) => {}
        }
        Ok(())
    }

    /// Replaces the charge of the list, and adds problems to it.
    pub(crate) fn replace(&mut self, charge: Charge, problems: Vec<ListProblem>) {
        self.problems.extend(problems);
        self.charge = Some(charge);
    }

    /// Moves the memory that the list is charged for to `charge`.
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

/// A list without problems.
impl<T> From<Vec<T>> for List<T> {
    fn from(entries: Vec<T>) -> Self {
        Self { entries, problems: Vec::new(), charge: None }
    }
}

/// Collects the problems of one list.
#[derive(Debug)]
pub(crate) struct Problems {
    list: String,
    subject: Option<Digest>,
    found: Vec<ListProblem>,
    more: usize,
}

impl Problems {
    pub(crate) fn of(list: impl Into<String>) -> Self {
        Self { list: list.into(), subject: None, found: Vec::new(), more: 0 }
    }

    pub(crate) fn of_referrers(subject: &Digest) -> Self {
        let list = format!("the referrers of {subject}");
        Self { subject: Some(subject.clone()), ..Self::of(list) }
    }

    pub(crate) fn of_sibling_tags(subject: &Digest) -> Self {
        let list = format!("the sibling tags of {subject}");
        Self { subject: Some(subject.clone()), ..Self::of(list) }
    }

    pub(crate) fn list(&self) -> &str {
        &self.list
    }

    pub(crate) fn add(&mut self, detail: impl Into<String>) {
        self.push(None, detail.into());
    }

    /// Adds something that was not read because of an error.
    pub(crate) fn add_unread(&mut self, detail: impl Into<String>, code: Code) {
        let before = self.found.len();
        self.push(None, detail.into());
        if let Some(added) = self.found.get_mut(before) {
            added.code = Some(code);
        }
    }

    /// Adds an entry that does not follow the grammar of its kind of name.
    pub(crate) fn add_name(&mut self, name: &str, detail: String) {
        self.push(Some(printable(name)), detail);
    }

    fn push(&mut self, name: Option<String>, detail: String) {
        if self.found.len() == MAX_PROBLEMS {
            self.more += 1;
            return;
        }
        let (list, subject) = (self.list.clone(), self.subject.clone());
        self.found.push(ListProblem::new(list, subject, name, detail));
    }

    pub(crate) fn found(mut self) -> Vec<ListProblem> {
        if self.more > 0 {
            let detail = format!("{} more could not be read", self.more);
            self.found.push(ListProblem::new(self.list, self.subject, None, detail));
        }
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_problem_is_escaped() {
        let mut problems = Problems::of("the tags of app");
        problems.add_name("a\u{1b}[2Jb", "invalid".into());
        assert_eq!(problems.found()[0].name.as_deref(), Some("a\u{fffd}[2Jb"));
    }
}
