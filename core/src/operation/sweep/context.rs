//! What all images of a sweep share.

use std::sync::Arc;

use super::{early::EarlyRows, options::SweepOptions};
use crate::{
    DiscoverOptions, operation::attached::recognition::StatementReader,
    store::concurrency::RequestLimiter,
};

pub(super) struct Context {
    pub(super) requests: Arc<RequestLimiter>,
    pub(super) statements: StatementReader,
    pub(super) discover: DiscoverOptions,
    pub(super) early: EarlyRows,
}

impl Context {
    pub(super) fn new(options: &SweepOptions) -> Self {
        let depth = options.depth;
        let discover =
            DiscoverOptions { depth, allow_incomplete: true, ..DiscoverOptions::default() };
        Self {
            requests: Arc::new(RequestLimiter::new(options.concurrency)),
            statements: StatementReader::default(),
            discover,
            early: EarlyRows::default(),
        }
    }
}
