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
    /// The tag, if the list was read and only the manifest that this tag names was not. Such a problem
    /// is a warning: it leaves the list complete.
    pub tag: Option<String>,
    /// The code of the error because of which it was not read. [`Code::Unauthorized`] and
    /// [`Code::Forbidden`] mean that the registry refuses it. `None` if it was read and is malformed.
    pub code: Option<Code>,
}

impl ListProblem {
    /// Creates a problem with the given fields.
    pub fn new(
        list: String,
        subject: Option<Digest>,
        name: Option<String>,
        detail: String,
    ) -> Self {
        Self { list, subject, name, detail, tag: None, code: None }
    }

    /// Sets the code of the error because of which it was not read.
    pub fn with_code(mut self, code: Code) -> Self {
        self.code = Some(code);
        self
    }

    /// Creates the problem of a tag whose manifest cannot be read.
    #[doc(hidden)]
    pub fn of_tag(tag: &str, detail: String) -> Self {
        let list = format!("the manifest of the tag {tag}");
        Self { tag: Some(tag.to_owned()), ..Self::new(list, None, None, detail) }
    }

    /// Returns true if the list lacks nothing because of this problem.
    pub fn is_warning(&self) -> bool {
        self.tag.is_some()
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

    /// Checks that a list was read completely. Tags whose manifests cannot be read do not matter.
    ///
    /// # Errors
    ///
    /// [`Code::Incomplete`] if there are problems. The message contains the first three.
    #[doc(hidden)]
    pub fn check_complete(problems: &[ListProblem]) -> Result<()> {
        let lacking = || problems.iter().filter(|problem| !problem.is_warning());
        let count = lacking().count();
        if count == 0 {
            return Ok(());
        }
        let named: Vec<String> = lacking().take(NAMED).map(ListProblem::to_string).collect();
        let more = match count - named.len() {
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
        size_of::<Self>()
            + OBJECT
            + self.list.len()
            + self.name.weight()
            + self.detail.len()
            + self.tag.weight()
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
