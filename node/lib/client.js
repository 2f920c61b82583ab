// The client: one method per operation of the native one.

import { isPlain, isUrl, list, plain, text, toJson, toPath } from './arguments.js';
import { perform } from './call.js';
import { Files, toBytes } from './content.js';
import { invalid, refused, started, unwrap } from './error.js';
import { Graph } from './graph.js';
import native from './native.js';
import { toStream } from './stream.js';

/** Options of a client that are paths. */
const FILES = ['authFile', 'caFile', 'certFile', 'keyFile'];

/** A client for registries and layouts. */
export class Client {
  #native;
  #credentials;
  /** Ends the reading of streams, which the native client knows nothing of. */
  #closing = new AbortController();

  constructor(options) {
    const { credentials, ...own } = plain(options);
    for (const name of FILES) if (own[name] !== undefined) own[name] = toPath(own[name], `options.${name}`);
    if (isPlain(own.limits)) own.limits = withoutBounds(own.limits);
    let ask;
    if (typeof credentials === 'function') {
      this.#credentials = credentials;
      // The native client holds on to `ask`; it must not hold on to this one, or neither would ever be collected.
      const client = new WeakRef(this);
      ask = (question) => client.deref()?.#answer(question);
    } else {
      own.credentials = credentials;
    }
    const json = toJson(own, 'options');
    this.#native = unwrap(started(() => native.Client.open(json, ask)));
  }

  /** Refuses what a method was called on when that is no client. */
  static #check(client, method) {
    if (typeof client === 'object' && client !== null && #native in client) return;
    throw invalid(`${method} was called without its client: call it as client.${method}(…)`);
  }

  async #answer(question) {
    try {
      const credential = await this.#credentials(question.host, question.repository);
      question.answer(
        credential === undefined || credential === null ? undefined : toJson(credential, 'the credential'),
      );
    } catch (error) {
      question.refuse(error instanceof Error ? error.message : String(error), refused(error));
    }
  }

  async push(target, options) {
    Client.#check(this, 'push');
    const { files: given = [], config, ...others } = plain(options);
    const named = list(given, 'options.files');
    const files = new Files(config === undefined ? named : [...named, config]);
    try {
      const at = text(target, 'a target');
      const all = { ...others, files: named.map((_, i) => files.describe(i, `options.files[${i}]`)) };
      if (config !== undefined) all.config = files.describe(named.length, 'options.config');
      const take = (call, rest, signal) => {
        // What is wrong with the rest is said before anything is read.
        unwrap(started(() => this.#native.checkPush(at, rest)));
        return files.take(() => this.#native.spool(call, 'push', at), signal, this.#closing.signal);
      };
      const begin = (call, rest, contents) => this.#native.push(call, at, rest, contents);
      return await transfer(all, begin, take);
    } finally {
      files.release();
    }
  }

  async pull(target, options) {
    Client.#check(this, 'pull');
    const { output, ...others } = plain(options);
    const all = output === undefined ? others : { ...others, output: toPath(output, 'options.output') };
    const at = text(target, 'a target');
    return await transfer(all, (call, rest) => this.#native.pull(call, at, rest));
  }

  async discover(target, options) {
    Client.#check(this, 'discover');
    const at = text(target, 'a target');
    return new Graph(await perform(options, (call, rest) => this.#native.discover(call, at, rest)));
  }

  async delete(target, options) {
    Client.#check(this, 'delete');
    const at = text(target, 'a target');
    return await json(options, (call, rest) => this.#native.delete(call, at, rest));
  }

  async copy(source, destination, options) {
    Client.#check(this, 'copy');
    const [from, to] = [text(source, 'a source'), text(destination, 'a destination')];
    return await transfer(options, (call, rest) => this.#native.copy(call, from, to, rest));
  }

  async verify(target, options) {
    Client.#check(this, 'verify');
    const at = text(target, 'a target');
    return await transfer(options, (call, rest) => this.#native.verify(call, at, rest));
  }

  async resolve(target, options) {
    Client.#check(this, 'resolve');
    const at = text(target, 'a target');
    return await json(options, (call, rest) => this.#native.resolve(call, at, rest));
  }

  async tag(target, tags, options) {
    Client.#check(this, 'tag');
    const at = text(target, 'a target');
    const all = typeof tags === 'string' ? [tags] : list(tags, 'tags').map((tag) => text(tag, 'a tag'));
    return await json(options, (call, rest) => this.#native.tag(call, at, all, rest));
  }

  async untag(target, options) {
    Client.#check(this, 'untag');
    const at = text(target, 'a target');
    await perform(options, (call, rest) => this.#native.untag(call, at, rest));
  }

  async tags(target, options) {
    Client.#check(this, 'tags');
    const at = text(target, 'a target');
    return await json(options, (call, rest) => this.#native.tags(call, at, rest));
  }

  async tagDetails(target, options) {
    Client.#check(this, 'tagDetails');
    const at = text(target, 'a target');
    return await json(options, (call, rest) => this.#native.tagDetails(call, at, rest));
  }

  async manifests(target, options) {
    Client.#check(this, 'manifests');
    const at = text(target, 'a target');
    return await json(options, (call, rest) => this.#native.manifests(call, at, rest));
  }

  async repositories(host, options) {
    Client.#check(this, 'repositories');
    const at = text(host, 'a host');
    return await json(options, (call, rest) => this.#native.repositories(call, at, rest));
  }

  async login(host, credential, options) {
    Client.#check(this, 'login');
    const at = text(host, 'a host');
    const given = credential === undefined || credential === null ? 'null' : toJson(credential, 'the credential');
    return await json(options, (call, rest) => this.#native.login(call, at, given, rest));
  }

  async logout(host, options) {
    Client.#check(this, 'logout');
    const at = text(host, 'a host');
    return await json(options, (call, rest) => this.#native.logout(call, at, rest));
  }

  async fetchManifest(target, options) {
    Client.#check(this, 'fetchManifest');
    const at = text(target, 'a target');
    const fetch = (call, rest) => this.#native.fetchManifest(call, at, rest);
    const [descriptor, bytes] = await perform(options, fetch);
    return { descriptor: JSON.parse(descriptor), bytes };
  }

  async pushManifest(target, manifest, options) {
    Client.#check(this, 'pushManifest');
    const at = text(target, 'a target');
    const bytes = toBytes(manifest, 'a manifest');
    return await json(options, (call, rest) => this.#native.pushManifest(call, at, bytes, rest));
  }

  async deleteManifest(target, options) {
    Client.#check(this, 'deleteManifest');
    const at = text(target, 'a target');
    return await json(options, (call, rest) => this.#native.deleteManifest(call, at, rest));
  }

  async fetchBlob(target, options) {
    Client.#check(this, 'fetchBlob');
    const at = text(target, 'a target');
    const fetch = (call, rest) => this.#native.fetchBlob(call, at, rest);
    return toStream(await perform(options, fetch, { progress: true }), options, this);
  }

  async pushBlob(target, blob, options) {
    Client.#check(this, 'pushBlob');
    const files = new Files([isFile(blob) ? blob : { content: blob }]);
    try {
      const at = text(target, 'a target');
      const given = toJson(files.describe(0, 'a blob'), 'a blob');
      const take = (call, rest, signal) => {
        unwrap(started(() => this.#native.checkPushBlob(at, given, rest)));
        return files.take(() => this.#native.spool(call, 'push blob', at), signal, this.#closing.signal);
      };
      const begin = (call, rest, contents) => this.#native.pushBlob(call, at, given, contents, rest);
      return await transfer(options, begin, take);
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
    const tidied = this.#native.closeAndWait();
    this.#closing.abort();
    await tidied;
  }
}

/** Limits in which `Infinity`, which JSON has not, is the largest number there is. */
function withoutBounds(limits) {
  const finite = ([name, limit]) => [name, limit === Infinity ? Number.MAX_VALUE : limit];
  return Object.fromEntries(Object.entries(limits).map(finite));
}

/** A call whose result is JSON. */
async function json(options, begin) {
  return JSON.parse(await perform(options, begin));
}

/** The same for one that moves content, and tells how far it is. */
async function transfer(options, begin, take) {
  return JSON.parse(await perform(options, begin, { progress: true, take }));
}

/** What stands for a file among the files of a push too: a path, or an object with a path or content. */
function isFile(blob) {
  return typeof blob === 'string' || isUrl(blob) || (isPlain(blob) && ('path' in blob || 'content' in blob));
}
