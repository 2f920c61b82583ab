// Content on its way in: what JavaScript calls bytes, text, blobs and streams goes piece by piece into spools of the native
// part. A piece is copied where it is read, so no thread ever looks at memory that JavaScript may change, move or free; and
// between pieces the event loop turns.

import { isAnyArrayBuffer, isSharedArrayBuffer } from 'node:util/types';

import { isBlob, isKeyed, isPlain, isUrl, kind, toPath } from './arguments.js';
import { invalid, started, unwrap } from './error.js';
import { onAbort } from './signals.js';

/** Bytes that are copied at once, which takes well under a millisecond. */
const PIECE = 1 << 20;

/** UTF-16 units that are encoded at once, each into up to three bytes of this memory, which is copied before it is used anew. */
const TEXT = 1 << 18;
const encoded = new Uint8Array(3 * (TEXT + 1));
const utf8 = new TextEncoder();

/**
 * The files of one call. Streams among them are held on to from the start: they are told when they are not read to their
 * end, and none of them fails unheard.
 */
export class Files {
  #files;
  /** The content of each file, where it has any. */
  #sources;
  /** And its number among the spools, which are what the native part gets. */
  #numbers = new Map();
  #spools = [];

  /** Holds on to these, which may turn out not to be files at all. */
  constructor(files) {
    this.#files = files;
    this.#sources = files.map((file) => {
      const content = isNodeStream(file) ? file : file?.content;
      return content === undefined ? undefined : new Source(content);
    });
    for (const source of this.#sources.filter(Boolean)) this.#numbers.set(source, this.#numbers.size);
  }

  /** The file at this place as the native part reads it: with a path, or with the number of its content. */
  describe(index, name) {
    const file = this.#files[index];
    const source = this.#sources[index];
    if (typeof file === 'string' || isUrl(file)) return { path: toPath(file, name) };
    if (!isPlain(file)) throw invalid(`${name} is a path, or an object with path or content, not ${kind(file)}`);
    const { path, content, ...others } = file;
    if ((path === undefined) === (source === undefined)) throw invalid(`${name} has either a path or content`);
    if (!source) return { ...others, path: toPath(path, `${name}.path`) };
    source.check(`${name}.content`);
    return { ...others, content: this.#numbers.get(source) };
  }

  /** Takes the contents in, one after the other, each into what `open` gives; until one of the signals is aborted. */
  async take(open, signal, closing) {
    for (const source of this.#numbers.keys()) {
      const spool = unwrap(started(open));
      this.#spools.push(spool);
      const take = async (piece) => unwrap(await started(() => spool.write(piece)));
      try {
        await source.read([signal, closing], take);
      } catch (error) {
        // What the client says of being closed.
        if (closing.aborted) await take(new Uint8Array());
        throw error;
      }
    }
    return this.#spools;
  }

  /** Tells streams that nobody reads on, and removes what was taken in and not pushed. */
  release() {
    for (const source of this.#numbers.keys()) source.release();
    for (const spool of this.#spools) spool.close();
  }
}

/** One content. */
class Source {
  #content;
  #iterator;
  #finished = false;

  constructor(content) {
    this.#content = content;
    if (isWhole(content)) return;
    // A stream that fails before it is read fails again for whoever reads it; until then this one listens.
    if (isNodeStream(content)) content.on('error', () => {});
    if (content?.locked !== true && !isKeyed(content)) this.#iterator = iteratorOf(content);
  }

  /** Looks whether it can be read; errors speak of it by this name. */
  check(name) {
    this.name = name;
    if (this.#iterator || isWhole(this.#content)) return;
    if (this.#content?.locked === true) throw invalid(`${name} is a stream that somebody else reads`);
    throw invalid(`${name} is bytes, text, a Blob or a stream, not ${kind(this.#content)}`);
  }

  /** Reads to the end; when a signal is aborted it does not wait for what the stream may never give. */
  async read(signals, take) {
    const content = this.#content;
    if (typeof content === 'string' || isBytes(content)) {
      for (const piece of pieces(content, new Encoder(), this.name)) await take(piece);
    } else {
      this.#iterator ??= iteratorOf(content.stream());
      if (hasEnded(content)) throw invalid(`${this.name} is a stream that was read or destroyed before`);
      await this.#readPieces(signals, take);
    }
    this.#finished = true;
  }

  async #readPieces(signals, take) {
    const encoder = new Encoder();
    let refuse = () => {};
    const stops = signals.map((signal) => onAbort(signal, () => refuse(signal.reason)));
    const next = () =>
      new Promise((resolve, reject) => {
        refuse = reject;
        const aborted = signals.find((signal) => signal?.aborted);
        if (aborted) reject(aborted.reason);
        else Promise.resolve(this.#iterator.next()).then(resolve, reject);
      });
    try {
      for (let step = await next(); !step.done; step = await next()) {
        if (typeof step.value !== 'string' && !isBytes(step.value)) {
          throw invalid(`${this.name} is a stream that gives bytes or text, not ${kind(step.value)}`);
        }
        for (const piece of pieces(step.value, encoder, this.name)) await take(piece);
      }
      const rest = encoder.flush();
      if (rest.length > 0) await take(rest);
    } finally {
      for (const stop of stops) stop();
    }
  }

  /** The stream is told, but not waited for: what it is busy with may be why nobody reads on. */
  release() {
    if (this.#finished) return;
    const ignored = () => {};
    try {
      if (isNodeStream(this.#content)) this.#content.destroy();
      else Promise.resolve(this.#iterator?.return?.()).catch(ignored);
    } catch {
      // A stream that cannot even be told is the caller's, and why the call ends is known already.
    }
  }
}

/** Pieces of bytes or text, none longer than what is copied at once. */
function* pieces(content, encoder, name) {
  if (typeof content === 'string') {
    for (let from = 0; from < content.length; from += TEXT) yield encoder.encode(content.slice(from, from + TEXT));
    return;
  }
  const before = encoder.flush();
  if (before.length > 0) yield before;
  const length = content.byteLength;
  for (let from = 0; from < Math.max(length, 1); from += PIECE) {
    if (content.byteLength !== length) throw invalid(`${name} changed its size while it was read`);
    yield bytesOf(content, from, Math.min(PIECE, length - from), name);
  }
}

/** Some of the bytes as they are now. Shared memory is copied, since another thread may write to it. */
function bytesOf(content, from, length, name) {
  const buffer = content.buffer ?? content;
  try {
    const bytes = new Uint8Array(buffer, (content.byteOffset ?? 0) + from, length);
    return isSharedArrayBuffer(buffer) ? bytes.slice() : bytes;
  } catch (cause) {
    throw invalid(`${name} lies in memory that was transferred to somebody else`, cause);
  }
}

/** Encodes text as UTF-8. Where it is cut does not matter, not even within a character. */
class Encoder {
  #high = '';

  encode(text) {
    const all = this.#high + text;
    this.#high = /[\ud800-\udbff]$/.test(all) ? all.slice(-1) : '';
    const { written } = utf8.encodeInto(this.#high ? all.slice(0, -1) : all, encoded);
    return encoded.subarray(0, written);
  }

  flush() {
    const rest = Buffer.from(this.#high);
    this.#high = '';
    return rest;
  }
}

/** All bytes or text at once, for what is done with them before anything else runs. */
export function toBytes(content, name) {
  if (typeof content === 'string') return Buffer.from(content);
  if (isBytes(content)) return bytesOf(content, 0, content.byteLength, name);
  throw invalid(`${name} is bytes or text, not ${kind(content)}`);
}

/** What can be read more than once, and needs no telling when it is not read. */
function isWhole(value) {
  return typeof value === 'string' || isBytes(value) || isBlob(value);
}

function isBytes(value) {
  return ArrayBuffer.isView(value) || isAnyArrayBuffer(value);
}

function isNodeStream(value) {
  return typeof value?.on === 'function' && typeof value.destroy === 'function';
}

/** A stream of Node.js that gives nothing more and does not say why. */
function hasEnded(stream) {
  return isNodeStream(stream) && !stream.errored && (stream.readableEnded || stream.destroyed);
}

function iteratorOf(source) {
  return source?.[Symbol.asyncIterator]?.() ?? source?.[Symbol.iterator]?.();
}
