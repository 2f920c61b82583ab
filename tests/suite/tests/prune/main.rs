//! Prune: what a plan selects, what it protects and why, and what an execution refuses.

mod documentation;
mod executions;
mod killed;
mod place;
mod plans;
mod random;
