// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
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
    const { credentials, ...own } = withPaths(options, ['authFile', 'caFile', 'certFile', 'keyFile']);
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

  async push(target, options) {
    Client.#check(this, 'push');
    const given = takeFiles(options, ['files'], ['config']);
    try {
      const args = [text(target, 'target')];
      const check = (rest) => this.#native.checkPush(...args, rest);
      const begin = (call, rest, contents) => this.#native.push(call, ...args, rest, contents);
      return await this.#transferFiles('push', args[0], given, check, begin);
    } finally {
      given.files.release();
    }
  }

  async attach(target, options) {
    Client.#check(this, 'attach');
    const given = takeFiles(options, ['files'], ['config']);
    try {
      const args = [text(target, 'target')];
      const check = (rest) => this.#native.checkAttach(...args, rest);
      const begin = (call, rest, contents) => this.#native.attach(call, ...args, rest, contents);
      return await this.#transferFiles('attach', args[0], given, check, begin);
    } finally {
      given.files.release();
    }
  }

  async pull(target, options) {
    Client.#check(this, 'pull');
    const all = withPaths(options, ['output', 'configFile']);
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.pull(call, ...args, rest);
    return JSON.parse(await perform(all, begin, { progress: true }));
  }

  async discover(target, options) {
    Client.#check(this, 'discover');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.discover(call, ...args, rest);
    return new Graph(await perform(options, begin));
  }

  discoverEach(target, options) {
    Client.#check(this, 'discoverEach');
    const args = [text(target, 'target')];
    const open = (rest) => this.#native.discoverEach(...args, rest);
    return new Rows(options, open, this);
  }

  async delete(target, options) {
    Client.#check(this, 'delete');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.delete(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async copy(source, destination, options) {
    Client.#check(this, 'copy');
    const { destinationClient, ...all } = plain(options);
    const args = [text(source, 'source'), text(destination, 'destination')];
    const others = [Client.#other(destinationClient, 'destinationClient')];
    const begin = (call, rest) => this.#native.copy(call, ...args, rest, ...others);
    return JSON.parse(await Client.#keeping([destinationClient], perform(all, begin, { progress: true })));
  }

  async backup(references, output, options) {
    Client.#check(this, 'backup');
    const all = withPaths(options, ['since']);
    const args = [texts(references, 'references'), toPath(output, 'output')];
    const begin = (call, rest) => this.#native.backup(call, ...args, rest);
    return JSON.parse(await perform(all, begin, { progress: true }));
  }

  async restore(inputs, destination, options) {
    Client.#check(this, 'restore');
    const args = [toPaths(inputs, 'inputs'), text(destination, 'destination')];
    const begin = (call, rest) => this.#native.restore(call, ...args, rest);
    return JSON.parse(await perform(options, begin, { progress: true }));
  }

  async migrate(target, options) {
    Client.#check(this, 'migrate');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.migrate(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async verify(target, options) {
    Client.#check(this, 'verify');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.verify(call, ...args, rest);
    return JSON.parse(await perform(options, begin, { progress: true }));
  }

  async check(target, requirements, options) {
    Client.#check(this, 'check');
    const args = [text(target, 'target'), texts(requirements, 'requirements')];
    const begin = (call, rest) => this.#native.check(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async resolve(target, options) {
    Client.#check(this, 'resolve');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.resolve(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async fetchManifest(target, options) {
    Client.#check(this, 'fetchManifest');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.fetchManifest(call, ...args, rest);
    const [descriptor, bytes] = await perform(options, begin);
    return { descriptor: JSON.parse(descriptor), bytes };
  }

  async pushManifest(target, manifest, options) {
    Client.#check(this, 'pushManifest');
    const args = [text(target, 'target'), toBytes(manifest, 'manifest')];
    const begin = (call, rest) => this.#native.pushManifest(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async deleteManifest(target, options) {
    Client.#check(this, 'deleteManifest');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.deleteManifest(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async indexCreate(target, manifests, options) {
    Client.#check(this, 'indexCreate');
    const args = [text(target, 'target'), texts(manifests, 'manifests')];
    const begin = (call, rest) => this.#native.indexCreate(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async indexUpdate(target, options) {
    Client.#check(this, 'indexUpdate');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.indexUpdate(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async deleteBlob(target, options) {
    Client.#check(this, 'deleteBlob');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.deleteBlob(call, ...args, rest);
    await perform(options, begin);
  }

  async prune(references, options) {
    Client.#check(this, 'prune');
    const all = withPaths(options, ['plan', 'execute']);
    const args = [texts(references, 'references')];
    const begin = (call, rest) => this.#native.prune(call, ...args, rest);
    return JSON.parse(await perform(all, begin));
  }

  sync(sources, destination, options) {
    Client.#check(this, 'sync');
    const { destinationClient, ...own } = plain(options);
    const all = withPaths(own, ['checkpoint']);
    const args = [texts(sources, 'sources'), text(destination, 'destination')];
    const others = [Client.#other(destinationClient, 'destinationClient')];
    const open = (rest) => this.#native.sync(...args, rest, ...others);
    return new Rows(all, open, [this, destinationClient]);
  }

  sweep(targets, options) {
    Client.#check(this, 'sweep');
    const all = withPaths(options, ['checkpoint']);
    const args = [texts(targets, 'targets')];
    const open = (rest) => this.#native.sweep(...args, rest);
    return new Rows(all, open, this);
  }

  async tag(target, tags, options) {
    Client.#check(this, 'tag');
    const args = [text(target, 'target'), texts(tags, 'tags')];
    const begin = (call, rest) => this.#native.tag(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async untag(target, options) {
    Client.#check(this, 'untag');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.untag(call, ...args, rest);
    await perform(options, begin);
  }

  async tags(target, options) {
    Client.#check(this, 'tags');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.tags(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async tagDetails(target, options) {
    Client.#check(this, 'tagDetails');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.tagDetails(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async manifests(target, options) {
    Client.#check(this, 'manifests');
    const args = [text(target, 'target')];
    const begin = (call, rest) => this.#native.manifests(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async repositories(host, options) {
    Client.#check(this, 'repositories');
    const args = [text(host, 'host')];
    const begin = (call, rest) => this.#native.repositories(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async login(host, credential, options) {
    Client.#check(this, 'login');
    const args = [text(host, 'host'), toCredential(credential)];
    const begin = (call, rest) => this.#native.login(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

  async logout(host, options) {
    Client.#check(this, 'logout');
    const args = [text(host, 'host')];
    const begin = (call, rest) => this.#native.logout(call, ...args, rest);
    return JSON.parse(await perform(options, begin));
  }

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
