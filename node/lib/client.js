// The client: one method per operation of the native one.

import { perform, performJson, transfer } from './call.js';
import { toBuffer, toContent, toPath, toStream } from './content.js';
import { invalid, unwrap } from './error.js';
import { Graph } from './graph.js';
import native from './native.js';

/** Options of a client that are paths. */
const FILES = ['registryConfig', 'caFile', 'certFile', 'keyFile'];

/** A client for registries and layouts. */
export class Client {
  #native;
  #credentials;

  constructor(options = {}) {
    const { credentials, ...own } = Object(options);
    for (const name of FILES) if (own[name] !== undefined) own[name] = toPath(own[name]);
    let ask;
    if (typeof credentials === 'function') {
      this.#credentials = credentials;
      // The native client holds on to `ask`; it must not hold on to this one, or neither would ever be collected.
      const client = new WeakRef(this);
      ask = (question) => client.deref()?.#answer(question);
    } else {
      own.credentials = credentials;
    }
    this.#native = unwrap(native.Client.open(JSON.stringify(own), ask));
  }

  async #answer(question) {
    try {
      const credential = await this.#credentials(question.host, question.repository);
      question.answer(credential === undefined || credential === null ? undefined : JSON.stringify(credential));
    } catch (error) {
      question.refuse(error instanceof Error ? error.message : String(error));
    }
  }

  async push(target, { files = [], config, ...options } = {}) {
    return await transfer(options, async (call, rest, signal) => {
      const contents = [];
      const entry = async (file) => {
        if (typeof file === 'string' || file instanceof URL) return { path: toPath(file) };
        const { path, content, ...others } = Object(file);
        if (path !== undefined && content === undefined) return { path: toPath(path), ...others };
        if (path !== undefined || content === undefined) throw invalid('a file has either a path or content');
        contents.push(await toContent(content, this.#native, call, signal));
        return { content: contents.length - 1, ...others };
      };
      const entries = [];
      for (const file of files) entries.push(await entry(file));
      const all = { ...JSON.parse(rest), files: entries, config: config && (await entry(config)) };
      return this.#native.push(call, target, JSON.stringify(all), contents);
    });
  }

  async pull(target, options) {
    const { output, ...others } = options ?? {};
    const all = output === undefined ? others : { ...others, output: toPath(output) };
    return await transfer(all, (call, rest) => this.#native.pull(call, target, rest));
  }

  async discover(target, options) {
    return new Graph(await perform(options, (call, rest) => this.#native.discover(call, target, rest)));
  }

  async delete(target, options) {
    return await performJson(options, (call, rest) => this.#native.delete(call, target, rest));
  }

  async copy(source, destination, options) {
    return await transfer(options, (call, rest) => this.#native.copy(call, source, destination, rest));
  }

  async verify(target, options) {
    return await transfer(options, (call, rest) => this.#native.verify(call, target, rest));
  }

  async resolve(target, options) {
    return await performJson(options, (call, rest) => this.#native.resolve(call, target, rest));
  }

  async tag(target, tags, options) {
    const all = typeof tags === 'string' ? [tags] : tags;
    return await performJson(options, (call, rest) => this.#native.tag(call, target, all, rest));
  }

  async untag(target, options) {
    await perform(options, (call, rest) => this.#native.untag(call, target, rest));
  }

  async tags(target, options) {
    return await performJson(options, (call, rest) => this.#native.tags(call, target, rest));
  }

  async tagDetails(target, options) {
    return await performJson(options, (call, rest) => this.#native.tagDetails(call, target, rest));
  }

  async manifests(target, options) {
    return await performJson(options, (call, rest) => this.#native.manifests(call, target, rest));
  }

  async repositories(host, options) {
    return await performJson(options, (call, rest) => this.#native.repositories(call, host, rest));
  }

  async login(host, credential, options) {
    const json = JSON.stringify(credential);
    return await performJson(options, (call, rest) => this.#native.login(call, host, json, rest));
  }

  async logout(host, options) {
    return await performJson(options, (call, rest) => this.#native.logout(call, host, rest));
  }

  async fetchManifest(target, options) {
    const fetch = (call, rest) => this.#native.fetchManifest(call, target, rest);
    const [descriptor, bytes] = await perform(options, fetch);
    return { descriptor: JSON.parse(descriptor), bytes };
  }

  async pushManifest(target, manifest, options) {
    return await performJson(options, (call, rest) => {
      const bytes = toBuffer(manifest);
      if (!bytes) throw invalid('a manifest is bytes or text');
      return this.#native.pushManifest(call, target, bytes, rest);
    });
  }

  async fetchBlob(target, options) {
    const fetch = (call, rest) => this.#native.fetchBlob(call, target, rest);
    return toStream(await perform(options, fetch), options?.signal);
  }

  async pushBlob(target, content, options) {
    return await performJson(options, async (call, rest, signal) => {
      const path = pathOf(content);
      const given = path === undefined ? await toContent(content, this.#native, call, signal) : toPath(path);
      return this.#native.pushBlob(call, target, given, rest);
    });
  }

  close() {
    this.#native.close();
  }

  [Symbol.dispose]() {
    this.close();
  }

  async [Symbol.asyncDispose]() {
    this.close();
  }
}

/** The path in `{ path }`. Streams of files have such a property too, but may begin elsewhere than the file does. */
function pathOf(content) {
  if (content instanceof URL) return content;
  const plain = Object.getPrototypeOf(Object(content)) === Object.prototype;
  return plain ? content.path : undefined;
}
