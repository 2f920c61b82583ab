// The client: one method per operation of the native one.

import { perform, performJson } from './call.js';
import { toBuffer, toContent, toPath, toStream } from './content.js';
import { invalid, unwrap } from './error.js';
import { Graph } from './graph.js';
import native from './native.js';

/** A client for registries and layouts. */
export class Client {
  #native;

  constructor(options = {}) {
    this.#native = unwrap(native.Client.open(JSON.stringify(options)));
  }

  push(target, { files = [], config, ...options } = {}) {
    return performJson(options, async (call, rest, signal) => {
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

  pull(target, options) {
    const { output, ...others } = options ?? {};
    const all = output === undefined ? others : { ...others, output: toPath(output) };
    return performJson(all, (call, rest) => this.#native.pull(call, target, rest));
  }

  async discover(target, options) {
    return new Graph(await perform(options, (call, rest) => this.#native.discover(call, target, rest)));
  }

  delete(target, options) {
    return performJson(options, (call, rest) => this.#native.delete(call, target, rest));
  }

  copy(source, destination, options) {
    return performJson(options, (call, rest) => this.#native.copy(call, source, destination, rest));
  }

  verify(target, options) {
    return performJson(options, (call, rest) => this.#native.verify(call, target, rest));
  }

  resolve(target, options) {
    return performJson(options, (call, rest) => this.#native.resolve(call, target, rest));
  }

  tag(target, tags, options) {
    const all = typeof tags === 'string' ? [tags] : tags;
    return performJson(options, (call, rest) => this.#native.tag(call, target, all, rest));
  }

  async untag(target, options) {
    await perform(options, (call, rest) => this.#native.untag(call, target, rest));
  }

  tags(target, options) {
    return performJson(options, (call, rest) => this.#native.tags(call, target, rest));
  }

  manifests(target, options) {
    return performJson(options, (call, rest) => this.#native.manifests(call, target, rest));
  }

  repositories(host, options) {
    return performJson(options, (call, rest) => this.#native.repositories(call, host, rest));
  }

  async fetchManifest(target, options) {
    const fetch = (call, rest) => this.#native.fetchManifest(call, target, rest);
    const [descriptor, bytes] = await perform(options, fetch);
    return { descriptor: JSON.parse(descriptor), bytes };
  }

  pushManifest(target, manifest, options) {
    return performJson(options, (call, rest) => {
      const bytes = toBuffer(manifest);
      if (!bytes) throw invalid('a manifest is bytes or text');
      return this.#native.pushManifest(call, target, bytes, rest);
    });
  }

  async fetchBlob(target, options) {
    let begun;
    const reader = await perform(options, (call, rest, signal) => {
      begun = { call, signal };
      return this.#native.fetchBlob(call, target, rest);
    });
    return toStream(reader, begun.call, begun.signal);
  }

  pushBlob(target, content, options) {
    return performJson(options, async (call, rest, signal) => {
      const onDisk = content instanceof URL ? content : content?.path;
      const given = onDisk === undefined ? await toContent(content, this.#native, call, signal) : toPath(onDisk);
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
