// A blob on its way out, as a web stream: read only when it is asked to, and given up when nobody can ask any more.

import { started, unwrap } from './error.js';
import { tell } from './progress.js';
import { onAbort } from './signals.js';

/** Lets go of the signals of streams that nobody has any more. */
const forgotten = new FinalizationRegistry((stop) => stop());

/** A native reader as a stream, which ends in an error when the signal is aborted or `onProgress` throws. */
export function toStream(reader, { signal, onProgress } = {}, client) {
  const stream = new ReadableStream(new Transfer(reader, signal, onProgress, client), { highWaterMark: 0 });
  return Object.defineProperty(stream, 'descriptor', { value: JSON.parse(reader.descriptor), enumerable: true });
}

/** The source of such a stream, in the words of the Streams standard. */
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
    // It is asked for credentials anew when a transfer that broke off goes on.
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
      if (this.#onProgress) tell(this.#onProgress, this.#reader.events(), this.#fail, this.#handlers);
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

  /** A stream of bytes takes no empty piece. */
  async #next() {
    for (;;) {
      const piece = unwrap(await started(() => this.#reader.next()));
      if (piece?.length !== 0) return piece;
    }
  }

  /** The signal may outlive the stream by far, and must not hold on to it. Neither must any variable beside this function. */
  static #abortOf(transfer) {
    return () => {
      const there = transfer.deref();
      there?.#fail(there.#signal.reason);
    };
  }

  #end() {
    this.#stop();
    forgotten.unregister(this);
  }
}
