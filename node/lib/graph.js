// The graph class. The native graph does the work.

import { inspect } from 'node:util';

import { kind, text } from './arguments.js';
import { invalid } from './error.js';

/** A subject and everything that is attached to it, as `discover` returns it. */
export class Graph {
  #native;
  #steps;

  constructor(native) {
    if (typeof native?.walk !== 'function') throw invalid('a Graph cannot be constructed: call client.discover()');
    this.#native = native;
    this.subject = Object.freeze(JSON.parse(native.subject));
  }

  get size() {
    return this.#native.size;
  }

  get problems() {
    return JSON.parse(this.#native.problems);
  }

  referrers(of = this.subject) {
    return JSON.parse(this.#native.referrers(text(of?.digest ?? of, 'of')));
  }

  *[Symbol.iterator]() {
    this.#steps ??= JSON.parse(this.#native.walk());
    yield* this.#steps;
  }

  filter(wanted) {
    if (typeof wanted !== 'function') throw invalid(`wanted must be a function, not ${kind(wanted)}`);
    const steps = [...this].filter((step) => wanted(step.descriptor, step));
    return new Graph(this.#native.filtered(steps.map((step) => step.descriptor.digest)));
  }

  tree() {
    return this.#native.tree();
  }

  dot() {
    return this.#native.dot();
  }

  mermaid() {
    return this.#native.mermaid();
  }

  json() {
    return this.#native.json();
  }

  toJSON() {
    return JSON.parse(this.#native.json());
  }

  toString() {
    return this.tree();
  }

  [inspect.custom]() {
    return `Graph ${this.tree()}`;
  }
}
