//! The rows of an operation, which JavaScript reads batch by batch.

use std::sync::Arc;

use napi::{Env, bindgen_prelude::Object};
use napi_derive::napi;
use ocigraph::{Result, ToJson};
use ocigraph_runtime::{Batch, SharedRows};

use crate::{
    call::{Call, Engine},
    error::{ErrorContext, JsResult, invalid, js_result, json},
};

/// The rows of an operation. It works only while a batch is waited for.
#[napi]
pub struct Rows {
    rows: Box<dyn ReadRows>,
    // After the rows, which end on these threads.
    engine: Arc<Engine>,
    context: ErrorContext,
}

impl Rows {
    pub(crate) fn new<T, S>(
        engine: Arc<Engine>,
        context: ErrorContext,
        rows: ocigraph::Rows<T, S>,
    ) -> Result<Self>
    where
        T: Send + 'static,
        S: ToJson + Clone + Send + 'static,
        [T]: ToJson,
    {
        let threads = engine.threads().ok_or_else(|| invalid("the client is closed"))?.clone();
        Ok(Self { rows: Box::new(SharedRows::new(rows, threads)), engine, context })
    }
}

#[napi]
impl Rows {
    /// Resolves to the next rows as JSON, or to null after the last one.
    #[napi(catch_unwind)]
    pub fn next<'env>(&self, env: &'env Env, call: &Call) -> napi::Result<JsResult<Object<'env>>> {
        self.rows.next(env, call, &self.engine, &self.context)
    }

    /// The totals of the rows so far as JSON.
    #[napi(getter, catch_unwind)]
    pub fn summary(&self) -> JsResult<String> {
        js_result(self.rows.summary().ok_or_else(|| self.context.apply(forked())))
    }

    /// Ends the operation.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.rows.close();
    }
}

/// Rows of any type.
trait ReadRows: Send {
    fn next<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        engine: &Arc<Engine>,
        context: &ErrorContext,
    ) -> napi::Result<JsResult<Object<'env>>>;
    fn summary(&self) -> Option<String>;
    fn close(&self);
}

impl<T, S> ReadRows for SharedRows<T, S>
where
    T: Send + 'static,
    S: ToJson + Clone + Send + 'static,
    [T]: ToJson,
{
    fn next<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        engine: &Arc<Engine>,
        context: &ErrorContext,
    ) -> napi::Result<JsResult<Object<'env>>> {
        let Some(next) = SharedRows::next(self) else {
            return Ok(js_result(Err(context.apply(forked()))));
        };
        // The JSON is written on a thread of the client, and the rows are taken with it.
        let work = async move {
            let rows = next.await.map(Batch::take)?;
            Ok(rows.map(|rows| json(rows.as_slice())))
        };
        engine.promise(env, call.token(), context.clone(), work).map(JsResult::A)
    }

    fn summary(&self) -> Option<String> {
        SharedRows::summary(self).map(|summary| json(&summary))
    }

    fn close(&self) {
        SharedRows::close(self);
    }
}

fn forked() -> ocigraph::Error {
    invalid("these rows belong to the parent process, from which this process was forked")
}
