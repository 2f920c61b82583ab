// What is to be done when a signal is aborted. One listener serves all calls that share a signal, so that Node.js does not
// take a thousand of them for a leak, and the signal is left as it is.

import { addAbortListener } from 'node:events';

/** What each signal is to end, and its listener. */
const watched = new WeakMap();

/** Calls `end` when the signal is aborted: at once when it was, and never after what this gives was called. */
export function onAbort(signal, end) {
  if (!signal) return () => {};
  if (signal.aborted) {
    end();
    return () => {};
  }
  const watch = watched.get(signal) ?? watchOf(signal);
  // The same function may be given twice.
  const entry = () => end();
  watch.ends.add(entry);
  return () => {
    watch.ends.delete(entry);
    if (watch.ends.size > 0 || watched.get(signal) !== watch) return;
    watched.delete(signal);
    watch.listener[Symbol.dispose]();
  };
}

function watchOf(signal) {
  const ends = new Set();
  const listener = addAbortListener(signal, () => {
    watched.delete(signal);
    for (const end of ends) end();
  });
  const watch = { ends, listener };
  watched.set(signal, watch);
  return watch;
}
