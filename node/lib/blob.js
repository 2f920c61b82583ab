// A fetched blob as a web stream. It reads on demand, and is closed when its reader is garbage-collected.

import { callNative, unwrap } from './error.js';
import { report } from './progress.js';
import { onAbort } from './signals.js';

/** Removes the abort handlers of streams that were garbage-collected. */
const forgotten = new FinalizationRegistry((stop) => stop());

/** Wraps a native reader in a stream. The stream fails when the signal is aborted or `onProgress` throws. */
export function toStream(reader, { signal, onProgress } = {}, client) {
  const stream = new ReadableStream(new Transfer(reader, signal, onProgress, client), { highWaterMark: 0 });
  return Object.defineProperty(stream, 'descriptor', { value: JSON.parse(reader.descriptor), enumerable: true });
}

/** The underlying byte source of the stream, as the Streams standard defines it: https://streams.spec.whatwg.org */
class Transfer {
  type = 'bytes';
  #reader;
  #signal;
  #onProgress;
  #handlers = new Set();
  #stop = () => {};
  #fail;

  constructor(reader, signal, onProgress, client) {
    this.#reader = reader;
    this.#signal = signal;
    this.#onProgress = onProgress;
    // Keeps the client alive: the transfer calls its credentials function when it resumes after an interruption.
    this.client = client;
  }

  start(controller) {
    this.#fail = (error) => {
      this.#end();
      this.#reader.close();
      controller.error(error);
    };
    this.#stop = onAbort(this.#signal, Transfer.#abortOf(new WeakRef(this)));
    forgotten.register(this, this.#stop, this);
  }

  async pull(controller) {
    try {
      const piece = await this.#next();
      if (this.#onProgress) report(this.#onProgress, this.#reader.events(), this.#fail, this.#handlers);
      if (piece) return controller.enqueue(piece);
      await Promise.all(this.#handlers);
      this.#end();
      controller.close();
      controller.byobRequest?.respond(0);
    } catch (error) {
      this.#fail(this.#signal?.aborted ? this.#signal.reason : error);
    }
  }

  cancel() {
    this.#end();
    this.#reader.close();
  }

  /** Skips empty pieces, which a byte stream does not accept. */
  async #next() {
    for (;;) {
      const piece = unwrap(await callNative(() => this.#reader.next()));
      if (piece?.length !== 0) return piece;
    }
  }

  /** Static, and given a weak reference, so that a long-lived signal does not keep the stream alive. */
  static #abortOf(transfer) {
    return () => {
      const source = transfer.deref();
      source?.#fail(source.#signal.reason);
    };
  }

  #end() {
    this.#stop();
    forgotten.unregister(this);
  }
}
