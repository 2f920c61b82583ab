// Abort handlers. All calls that share a signal share one listener: Node.js warns of a leak when a signal has many listeners.
// The listener is removed after the last call.

import { addAbortListener } from 'node:events';

/** The handlers of each signal, and its listener. */
const watched = new WeakMap();

/** Calls `end` when the signal is aborted, immediately if it already is. Returns a function that removes the handler. */
export function onAbort(signal, end) {
  if (!signal) return () => {};
  if (signal.aborted) {
    end();
    return () => {};
  }
  const watch = watched.get(signal) ?? watchOf(signal);
  // A new function, because the caller may pass the same `end` twice.
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
