// Performs one call: connects its signal and progress callback to the native call, and throws its error.

import { isSignal, kind, plain, toJson } from './arguments.js';
import { callNative, invalid, unwrap } from './error.js';
import native from './native.js';
import { report } from './progress.js';
import { onAbort } from './signals.js';

/**
 * Removes the signal and the progress callback from the options, and passes the rest, as JSON, to `begin(call, options, contents)`,
 * which starts the native operation. Resolves to its result. `prepare(call, options, signal)` runs first and buffers content.
 */
export async function perform(options, begin, { progress = false, prepare = () => {} } = {}) {
  const { signal, onProgress, ...own } = plain(options);
  if (signal !== undefined && !isSignal(signal)) throw invalid(`signal must be an AbortSignal, not ${kind(signal)}`);
  if (onProgress !== undefined && !progress) throw invalid('this operation does not support onProgress');
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalid(`onProgress must be a function, not ${kind(onProgress)}`);
  }
  const json = toJson(own, 'options');
  if (signal?.aborted) throw signal.reason;

  const handlers = new Set();
  let over = false;
  let thrown;
  const fail = (error) => {
    thrown ??= { error };
    call.cancel();
  };
  const fetchEvents = () => {
    if (!over && !thrown) report(onProgress, call.events(), fail, handlers);
  };
  const call = new native.Call(onProgress && fetchEvents);
  let stop;
  const aborted = new Promise((resolve) => {
    stop = onAbort(signal, () => {
      call.cancel();
      resolve(true);
    });
  });
  try {
    const contents = await prepare(call, json, signal);
    const result = unwrap(await callNative(() => begin(call, json, contents)));
    if (onProgress) {
      // Report the events that arrived together with the result.
      fetchEvents();
      if (await Promise.race([Promise.all(handlers).then(() => false), aborted])) throw signal.reason;
    }
    if (thrown) throw thrown.error;
    return result;
  } catch (error) {
    if (thrown) throw thrown.error;
    if (signal?.aborted && error?.code === 'CANCELLED') throw signal.reason;
    throw error;
  } finally {
    over = true;
    call.release();
    stop();
  }
}
