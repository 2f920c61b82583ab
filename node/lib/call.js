// One call of a client: ties its signal and its progress callback to the native call, and throws what went wrong.

import { setMaxListeners } from 'node:events';

import { invalid, translated, unwrap } from './error.js';
import native from './native.js';

/**
 * Runs `begin(call, options, signal)`, which starts the native operation with the options that are left when the signal
 * and the callback are taken out, as JSON; gives what it resolves to.
 */
export async function perform(options = {}, begin, hasProgress = false) {
  if (options === null || typeof options !== 'object') throw invalid('options are an object');
  const { signal, onProgress, ...own } = options;
  if (onProgress !== undefined && !hasProgress) throw invalid('this operation moves no content, and has no onProgress');
  if (onProgress !== undefined && typeof onProgress !== 'function') throw invalid('onProgress is a function');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalid('signal is an AbortSignal');
  signal?.throwIfAborted();

  let over = false;
  let thrown;
  const report = () => {
    try {
      for (const event of JSON.parse(call.events())) {
        if (over || thrown) return;
        onProgress(event);
      }
    } catch (error) {
      thrown = { error };
      call.cancel();
    }
  };
  const call = new native.Call(onProgress && report);
  const abort = () => call.cancel();
  if (signal) listen(signal, abort);
  try {
    const result = unwrap(await begin(call, JSON.stringify(own), signal));
    // Events that came in with the result are told before it.
    if (onProgress) report();
    if (thrown) throw thrown.error;
    return result;
  } catch (error) {
    if (thrown) throw thrown.error;
    if (signal?.aborted && error?.code === 'CANCELLED') throw signal.reason;
    throw translated(error);
  } finally {
    over = true;
    call.release();
    signal?.removeEventListener('abort', abort);
  }
}

/** The same for an operation whose result is JSON. */
export async function performJson(options, begin) {
  return JSON.parse(await perform(options, begin));
}

/** The same for an operation that moves content, and tells how far it is. */
export async function transfer(options, begin) {
  return JSON.parse(await perform(options, begin, true));
}

/** One signal may end any number of calls; Node.js would warn of the eleventh. */
export function listen(signal, abort) {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', abort, { once: true });
}
