// A graph: a view of the native one, which draws and filters itself.

import { inspect } from 'node:util';

import { kind, text } from './arguments.js';
import { invalid } from './error.js';

/** What `discover` found: a subject and everything that refers to it. */
export class Graph {
  #native;
  #steps;

  constructor(native) {
    if (typeof native?.walk !== 'function') throw invalid('a graph is made by discover');
    this.#native = native;
    this.subject = Object.freeze(JSON.parse(native.subject));
  }

  get size() {
    return this.#native.size;
  }

  referrers(of = this.subject) {
    return JSON.parse(this.#native.referrers(text(of?.digest ?? of, 'a node')));
  }

  *[Symbol.iterator]() {
    this.#steps ??= JSON.parse(this.#native.walk());
    yield* this.#steps;
  }

  filter(wanted) {
    if (typeof wanted !== 'function') throw invalid(`a filter is a function, not ${kind(wanted)}`);
    const digests = [...this].map((step) => step.descriptor).filter((descriptor) => wanted(descriptor));
    return new Graph(this.#native.filtered(digests.map((descriptor) => descriptor.digest)));
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
