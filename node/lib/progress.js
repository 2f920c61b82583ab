// Events on their way to the callback of a call.

/**
 * Hands events, which are a JSON list, to `onProgress`. What that throws, or rejects with, goes to `fail`. The promises that
 * it returned are in `handlers` until they are settled; they never reject.
 */
export function tell(onProgress, events, fail, handlers) {
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
