// The rows of an operation, which are read batch by batch while it works.

import { isSignal, kind, plain, toJson } from './arguments.js';
import { perform } from './call.js';
import { callNative, invalid, unwrap } from './error.js';

/** Rows as an iterator. */
export class Rows {
  #native;
  #signal;
  #batch = [];
  #index = 0;
  #isOver = false;
  #each;

  /** `open(options)` returns the native rows. The client stays reachable: its credentials function may be called. */
  constructor(options, open, client) {
    const { signal, onProgress, ...own } = plain(options);
    if (signal !== undefined && !isSignal(signal)) throw invalid(`signal must be an AbortSignal, not ${kind(signal)}`);
    if (onProgress !== undefined) throw invalid('this operation does not support onProgress');
    const json = toJson(own, 'options');
    if (signal?.aborted) throw signal.reason;
    this.#native = unwrap(callNative(() => open(json)));
    this.#signal = signal;
    Object.defineProperty(this, 'client', { value: client });
  }

  get summary() {
    return JSON.parse(unwrap(callNative(() => this.#native.summary)));
  }

  async *batches() {
    try {
      for (;;) {
        const batch = this.#batch.slice(this.#index);
        this.#batch = [];
        if (batch.length > 0) yield batch;
        if (!(await this.#fetch())) return;
      }
    } finally {
      this.close();
    }
  }

  /** A generator, because it makes concurrent calls of `next` wait for each other. */
  async *#rows() {
    for (;;) {
      while (this.#index < this.#batch.length) yield this.#batch[this.#index++];
      if (!(await this.#fetch())) return;
    }
  }

  next() {
    this.#each ??= this.#rows();
    return this.#each.next();
  }

  async return(value) {
    this.close();
    return { done: true, value };
  }

  close() {
    this.#isOver = true;
    this.#batch = [];
    callNative(() => this.#native.close());
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async [Symbol.asyncDispose]() {
    this.close();
  }

  /** Fetches the next batch. Resolves to false after the last one. */
  async #fetch() {
    this.#batch = [];
    this.#index = 0;
    if (this.#isOver) return false;
    try {
      const json = await perform({ signal: this.#signal }, (call) => this.#native.next(call));
      if (json !== null && json !== undefined && !this.#isOver) {
        this.#batch = JSON.parse(json);
        return true;
      }
    } catch (error) {
      this.close();
      throw error;
    }
    this.#isOver = true;
    return false;
  }
}
