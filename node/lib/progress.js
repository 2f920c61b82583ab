// Passes progress events to the callback of a call.

/**
 * Calls `onProgress` with each event of a JSON list. Reports what the callback throws, and what its promises reject with, to
 * `fail`. Keeps those promises in `handlers` until they settle; the kept promises never reject.
 */
export function report(onProgress, events, fail, handlers) {
  try {
    for (const event of JSON.parse(events)) {
      const answer = onProgress(event);
      if (typeof answer?.then !== 'function') continue;
      const handler = Promise.resolve(answer).then(() => {}, fail);
      handlers.add(handler);
      handler.then(() => handlers.delete(handler));
    }
  } catch (error) {
    fail(error);
  }
}
