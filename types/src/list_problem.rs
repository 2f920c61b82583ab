//! [`ListProblem`]: a part of a list that could not be read.

use std::fmt;

use crate::{
    digest::Digest,
    error::{Code, Error, Result},
    weight::{OBJECT, Weight},
};

/// The number of problems that the message of an error contains.
const NAMED: usize = 3;

/// A part of a list that could not be read: an entry, a page or the whole list.
///
/// Operations that tolerate an incomplete list return problems beside its entries. Others fail with
/// [`Code::Incomplete`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListProblem {
    /// The list, such as `the tags of app`.
    pub list: String,
    /// The subject, if the list is a list of referrers.
    pub subject: Option<Digest>,
    /// The text of an entry that is not a valid name, such as an invalid tag. It is escaped, for
    /// display only.
    pub name: Option<String>,
    /// What could not be read, and why. Text from the registry is escaped and shortened.
    pub detail: String,
}

impl ListProblem {
    /// Creates a problem with the given fields.
    pub fn new(
        list: String,
        subject: Option<Digest>,
        name: Option<String>,
        detail: String,
    ) -> Self {
        Self { list, subject, name, detail }
    }

    /// Appends `more`, the problems of another list, to `problems`. Omits a problem without a
    /// subject that `problems` contains already: it concerns the whole store and occurs with every
    /// list.
    #[doc(hidden)]
    pub fn merge(problems: &mut Vec<ListProblem>, more: Vec<ListProblem>) {
        for problem in more {
            if problem.subject.is_some() || !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }

    /// Checks that a list was read completely.
    ///
    /// # Errors
    ///
    /// [`Code::Incomplete`] if there are problems. The message contains the first three.
    #[doc(hidden)]
    pub fn check_complete(problems: &[ListProblem]) -> Result<()> {
        if problems.is_empty() {
            return Ok(());
        }
        let named: Vec<String> = problems.iter().take(NAMED).map(ListProblem::to_string).collect();
        let more = match problems.len() - named.len() {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let message = format!("could not read everything: {}{more}", named.join("; "));
        Err(Error::new(Code::Incomplete, message)
            .with_hint("`ocigraph discover`, `tags` and `manifests` print what could be read"))
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Algorithm;

    fn problem(subject: Option<&[u8]>) -> ListProblem {
        let subject = subject.map(|content| Algorithm::Sha256.digest(content));
        ListProblem::new("the list".into(), subject, None, "page 2 is missing".into())
    }

    #[test]
    fn a_problem_of_the_whole_store_is_kept_once() {
        let mut problems = vec![problem(None)];
        ListProblem::merge(&mut problems, vec![problem(None), problem(Some(b"a"))]);
        ListProblem::merge(&mut problems, vec![problem(None), problem(Some(b"b"))]);
        assert_eq!(problems, [problem(None), problem(Some(b"a")), problem(Some(b"b"))]);
    }

    #[test]
    fn the_error_of_an_incomplete_list_contains_three_problems_and_the_number_of_the_others() {
        assert!(ListProblem::check_complete(&[]).is_ok());
        let problems = vec![problem(None); 5];
        let error = ListProblem::check_complete(&problems).unwrap_err();
        assert_eq!(error.code(), Code::Incomplete);
        assert_eq!(error.message().matches("page 2").count(), 3);
        assert!(error.message().ends_with("; and 2 more"), "{error}");
    }
}
