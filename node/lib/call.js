// One call: ties its signal and its progress callback to the native call, and throws what went wrong.

import { isSignal, kind, plain, toJson } from './arguments.js';
import { invalid, started, unwrap } from './error.js';
import native from './native.js';
import { tell } from './progress.js';
import { onAbort } from './signals.js';

/**
 * Runs `begin(call, options, taken)`, which starts the native operation with the options that are left when the signal and
 * the callback are taken out, as JSON; gives what it resolves to. Before that, `take(call, options, signal)` takes in what is
 * content.
 */
export async function perform(options, begin, { progress = false, take = () => {} } = {}) {
  const { signal, onProgress, ...own } = plain(options);
  if (signal !== undefined && !isSignal(signal)) throw invalid(`signal is an AbortSignal, not ${kind(signal)}`);
  if (onProgress !== undefined && !progress) throw invalid('this operation has no onProgress');
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalid(`onProgress is a function, not ${kind(onProgress)}`);
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
  const report = () => {
    if (!over && !thrown) tell(onProgress, call.events(), fail, handlers);
  };
  const call = new native.Call(onProgress && report);
  let stop;
  const aborted = new Promise((resolve) => {
    stop = onAbort(signal, () => {
      call.cancel();
      resolve(true);
    });
  });
  try {
    const taken = await take(call, json, signal);
    const result = unwrap(await started(() => begin(call, json, taken)));
    if (onProgress) {
      // Events that came in with the result are told before it.
      report();
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
