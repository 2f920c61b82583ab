// The client class. Each method checks its arguments and calls the native operation of the same name.

import { isPlain, isUrl, list, plain, text, toJson, toPath } from './arguments.js';
import { toStream } from './blob.js';
import { perform } from './call.js';
import { Files, toBytes } from './content.js';
import { callNative, invalid, keepThrown, unwrap } from './error.js';
import { Graph } from './graph.js';
import native from './native.js';

/** Client options that are paths. */
const FILES = ['authFile', 'caFile', 'certFile', 'keyFile'];

/** A client for registries and layouts. */
export class Client {
  #native;
  #credentials;
  /** Aborted by `close`, to stop reading the caller's streams. The native client does not read them itself. */
  #closing = new AbortController();

  constructor(options) {
    const { credentials, ...own } = plain(options);
    for (const name of FILES) if (own[name] !== undefined) own[name] = toPath(own[name], `options.${name}`);
    if (isPlain(own.limits)) own.limits = finiteLimits(own.limits);
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
    const { files: given = [], config, ...others } = plain(options);
    const named = list(given, 'options.files');
    const files = new Files(config === undefined ? named : [...named, config]);
    try {
      const reference = text(target, 'target');
      const all = { ...others, files: named.map((_, i) => files.describe(i, `options.files[${i}]`)) };
      if (config !== undefined) all.config = files.describe(named.length, 'options.config');
      const prepare = (call, rest, signal) => {
        // Check the other options before reading any content.
        unwrap(callNative(() => this.#native.checkPush(reference, rest)));
        return files.bufferAll(() => this.#native.bufferContent(call, 'push', reference), signal, this.#closing.signal);
      };
      const begin = (call, rest, contents) => this.#native.push(call, reference, rest, contents);
      return await transfer(all, begin, prepare);
    } finally {
      files.release();
    }
  }

  async pull(target, options) {
    Client.#check(this, 'pull');
    const { output, ...others } = plain(options);
    const all = output === undefined ? others : { ...others, output: toPath(output, 'options.output') };
    const reference = text(target, 'target');
    return await transfer(all, (call, rest) => this.#native.pull(call, reference, rest));
  }

  async discover(target, options) {
    Client.#check(this, 'discover');
    const reference = text(target, 'target');
    return new Graph(await perform(options, (call, rest) => this.#native.discover(call, reference, rest)));
  }

  async delete(target, options) {
    Client.#check(this, 'delete');
    const reference = text(target, 'target');
    return await json(options, (call, rest) => this.#native.delete(call, reference, rest));
  }

  async copy(source, destination, options) {
    Client.#check(this, 'copy');
    const [from, to] = [text(source, 'source'), text(destination, 'destination')];
    return await transfer(options, (call, rest) => this.#native.copy(call, from, to, rest));
  }

  async verify(target, options) {
    Client.#check(this, 'verify');
    const reference = text(target, 'target');
    return await transfer(options, (call, rest) => this.#native.verify(call, reference, rest));
  }

  async resolve(target, options) {
    Client.#check(this, 'resolve');
    const reference = text(target, 'target');
    return await json(options, (call, rest) => this.#native.resolve(call, reference, rest));
  }

  async tag(target, tags, options) {
    Client.#check(this, 'tag');
    const reference = text(target, 'target');
    const all = typeof tags === 'string' ? [tags] : list(tags, 'tags').map((tag, i) => text(tag, `tags[${i}]`));
    return await json(options, (call, rest) => this.#native.tag(call, reference, all, rest));
  }

  async untag(target, options) {
    Client.#check(this, 'untag');
    const reference = text(target, 'target');
    await perform(options, (call, rest) => this.#native.untag(call, reference, rest));
  }

  async tags(target, options) {
    Client.#check(this, 'tags');
    const reference = text(target, 'target');
    return await json(options, (call, rest) => this.#native.tags(call, reference, rest));
  }

  async tagDetails(target, options) {
    Client.#check(this, 'tagDetails');
    const reference = text(target, 'target');
    return await json(options, (call, rest) => this.#native.tagDetails(call, reference, rest));
  }

  async manifests(target, options) {
    Client.#check(this, 'manifests');
    const reference = text(target, 'target');
    return await json(options, (call, rest) => this.#native.manifests(call, reference, rest));
  }

  async repositories(host, options) {
    Client.#check(this, 'repositories');
    const registry = text(host, 'host');
    return await json(options, (call, rest) => this.#native.repositories(call, registry, rest));
  }

  async login(host, credential, options) {
    Client.#check(this, 'login');
    const registry = text(host, 'host');
    const given = credential === undefined || credential === null ? 'null' : toJson(credential, 'the credential');
    return await json(options, (call, rest) => this.#native.login(call, registry, given, rest));
  }

  async logout(host, options) {
    Client.#check(this, 'logout');
    const registry = text(host, 'host');
    return await json(options, (call, rest) => this.#native.logout(call, registry, rest));
  }

  async fetchManifest(target, options) {
    Client.#check(this, 'fetchManifest');
    const reference = text(target, 'target');
    const fetch = (call, rest) => this.#native.fetchManifest(call, reference, rest);
    const [descriptor, bytes] = await perform(options, fetch);
    return { descriptor: JSON.parse(descriptor), bytes };
  }

  async pushManifest(target, manifest, options) {
    Client.#check(this, 'pushManifest');
    const reference = text(target, 'target');
    const bytes = toBytes(manifest, 'manifest');
    return await json(options, (call, rest) => this.#native.pushManifest(call, reference, bytes, rest));
  }

  async deleteManifest(target, options) {
    Client.#check(this, 'deleteManifest');
    const reference = text(target, 'target');
    return await json(options, (call, rest) => this.#native.deleteManifest(call, reference, rest));
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
      const prepare = (call, rest, signal) => {
        unwrap(callNative(() => this.#native.checkPushBlob(reference, given, rest)));
        return files.bufferAll(
          () => this.#native.bufferContent(call, 'push blob', reference),
          signal,
          this.#closing.signal,
        );
      };
      const begin = (call, rest, contents) => this.#native.pushBlob(call, reference, given, contents, rest);
      return await transfer(options, begin, prepare);
    } finally {
      files.release();
    }
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

/** Replaces `Infinity`, which JSON cannot represent, with the largest number. */
function finiteLimits(limits) {
  const finite = ([name, limit]) => [name, limit === Infinity ? Number.MAX_VALUE : limit];
  return Object.fromEntries(Object.entries(limits).map(finite));
}

/** Performs a call whose result is JSON. */
async function json(options, begin) {
  return JSON.parse(await perform(options, begin));
}

/** Performs a call that transfers content, reports progress, and whose result is JSON. */
async function transfer(options, begin, prepare) {
  return JSON.parse(await perform(options, begin, { progress: true, prepare }));
}

/** True for a file as in the options of a push: a path, or an object with a path or content. */
function isFile(blob) {
  return typeof blob === 'string' || isUrl(blob) || (isPlain(blob) && ('path' in blob || 'content' in blob));
}
