// {{ notice }}
// What is written by hand is in tools/bindgen/src/templates/node/client.js.

// The client class. Each method checks its arguments and calls the native operation of the same name.

import { isPlain, isUrl, kind, list, plain, text, texts, toJson, toPath, toPaths, withPaths } from './arguments.js';
import { toStream } from './blob.js';
import { perform } from './call.js';
import { Files, toBytes } from './content.js';
import { callNative, invalid, keepThrown, unwrap } from './error.js';
import { Graph } from './graph.js';
import native from './native.js';
import { Rows } from './rows.js';

/** A client for registries and layouts. */
export class Client {
  #native;
  #credentials;
  /** Aborted by `close`, to stop reading the caller's streams. The native client does not read them itself. */
  #closing = new AbortController();

  constructor(options) {
    const { credentials, ...own } = withPaths(options, {{ client_paths }});
    let callback;
    if (typeof credentials === 'function') {
      this.#credentials = credentials;
      // The native client keeps `callback` alive. A strong reference from `callback` to this object would be a cycle through
      // native code, which the garbage collector cannot free.
      const client = new WeakRef(this);
      callback = (request) => client.deref()?.#respond(request);
    } else {
      own.credentials = credentials;
    }
    const json = toJson(own, 'options');
    this.#native = unwrap(callNative(() => native.Client.open(json, callback)));
  }

  /** Throws unless `client`, the `this` of a method call, is a client. */
  static #check(client, method) {
    if (typeof client === 'object' && client !== null && #native in client) return;
    throw invalid(`${method} was called without a client: call it as client.${method}(…)`);
  }

  /** Returns the native part of the option `name`, which is another client. */
  static #other(client, name) {
    if (client === undefined) return undefined;
    if (typeof client === 'object' && client !== null && #native in client) return client.#native;
    throw invalid(`options.${name} must be a Client, not ${kind(client)}`);
  }

  /** Awaits a result, and keeps other clients reachable until then: their credentials function may be called. */
  static async #keeping(clients, result) {
    try {
      return await result;
    } finally {
      clients.length = 0;
    }
  }

  async #respond(request) {
    try {
      const credential = await this.#credentials(request.host, request.repository);
      request.respond(
        credential === undefined || credential === null ? undefined : toJson(credential, 'the credential'),
      );
    } catch (error) {
      request.fail(error instanceof Error ? error.message : String(error), keepThrown(error));
    }
  }

{{ methods }}
  async fetchBlob(target, options) {
    Client.#check(this, 'fetchBlob');
    const reference = text(target, 'target');
    const fetch = (call, rest) => this.#native.fetchBlob(call, reference, rest);
    return toStream(await perform(options, fetch, { progress: true }), options, this);
  }

  async pushBlob(target, blob, options) {
    Client.#check(this, 'pushBlob');
    const files = new Files([isFile(blob) ? blob : { content: blob }]);
    try {
      const reference = text(target, 'target');
      const given = toJson(files.describe(0, 'blob'), 'blob');
      const check = (rest) => this.#native.checkPushBlob(reference, given, rest);
      const begin = (call, rest, contents) => this.#native.pushBlob(call, reference, given, contents, rest);
      return await this.#transferFiles('push blob', reference, { files, describe: () => options }, check, begin);
    } finally {
      files.release();
    }
  }

  /** Performs a call that pushes `files`. Checks the arguments before it reads any content. */
  async #transferFiles(operation, target, { files, describe }, check, begin) {
    const prepare = (call, rest, signal) => {
      unwrap(callNative(() => check(rest)));
      const open = () => this.#native.bufferContent(call, operation, target);
      return files.bufferAll(open, signal, this.#closing.signal);
    };
    return JSON.parse(await perform(describe(), begin, { progress: true, prepare }));
  }

  close() {
    Client.#check(this, 'close');
    this.#native.close();
    this.#closing.abort();
  }

  [Symbol.dispose]() {
    this.close();
  }

  async [Symbol.asyncDispose]() {
    const cleanedUp = this.#native.closeAndWait();
    this.#closing.abort();
    await cleanedUp;
  }
}

/**
 * Takes the files of options: `lists` are the options with several files, `single` those with one. `describe` returns the
 * options with the files as the native part reads them. The streams of all files belong to `files`, which must be released.
 */
function takeFiles(options, lists, single) {
  const given = plain(options);
  const present = (name) => given[name] !== undefined;
  const listed = lists.filter(present).map((name) => [name, list(given[name], `options.${name}`)]);
  const alone = single.filter(present);
  const files = new Files([...listed.flatMap(([, values]) => values), ...alone.map((name) => given[name])]);
  const describe = () => {
    const all = { ...given };
    let index = 0;
    const next = (name) => files.describe(index++, name);
    for (const [name, values] of listed) all[name] = values.map((_, i) => next(`options.${name}[${i}]`));
    for (const name of alone) all[name] = next(`options.${name}`);
    return all;
  };
  return { files, describe };
}

/** Serializes a credential. The native part rejects one that is absent. */
function toCredential(credential) {
  return credential === undefined || credential === null ? 'null' : toJson(credential, 'the credential');
}

/** True for a file as in the options of a push: a path, or an object with a path or content. */
function isFile(blob) {
  return typeof blob === 'string' || isUrl(blob) || (isPlain(blob) && ('path' in blob || 'content' in blob));
}
