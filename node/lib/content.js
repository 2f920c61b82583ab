// Content to push. Bytes, text, blobs and streams are written piece by piece into native buffers. Each piece is copied when it
// is read, so no native thread reads memory that JavaScript may change, move or free. The event loop runs between pieces.

import { isAnyArrayBuffer, isSharedArrayBuffer } from 'node:util/types';

import { isBlob, isKeyed, isPlain, isUrl, kind, toPath } from './arguments.js';
import { callNative, invalid, unwrap } from './error.js';
import { onAbort } from './signals.js';

/** Maximum number of bytes to copy in one step, which takes less than a millisecond. */
const PIECE = 1 << 20;

/** Maximum number of UTF-16 code units to encode in one step, each into up to three bytes of `encoded`. */
const TEXT = 1 << 18;
const encoded = new Uint8Array(3 * (TEXT + 1));
const utf8 = new TextEncoder();

/**
 * The files of one call. It owns their streams from the start: it handles their errors, and destroys the streams that are not
 * read to the end.
 */
export class Files {
  #files;
  /** The content of each file, or undefined for a path. */
  #sources;
  /** The index of each content in `#buffers`. */
  #numbers = new Map();
  #buffers = [];

  /** Takes the files before they are checked, so the list may contain any value. */
  constructor(files) {
    this.#files = files;
    this.#sources = files.map((file) => {
      const content = isNodeStream(file) ? file : file?.content;
      return content === undefined ? undefined : new Source(content);
    });
    for (const source of this.#sources.filter(Boolean)) this.#numbers.set(source, this.#numbers.size);
  }

  /** Returns the file at `index` as the native part reads it: with a path, or with the index of its content. */
  describe(index, name) {
    const file = this.#files[index];
    const source = this.#sources[index];
    if (typeof file === 'string' || isUrl(file)) return { path: toPath(file, name) };
    if (!isPlain(file)) throw invalid(`${name} must be a path, or an object with path or content, not ${kind(file)}`);
    const { path, content, ...others } = file;
    if ((path === undefined) === (source === undefined)) throw invalid(`${name} must have either a path or content`);
    if (!source) return { ...others, path: toPath(path, `${name}.path`) };
    source.check(`${name}.content`);
    return { ...others, content: this.#numbers.get(source) };
  }

  /** Reads the contents, one after the other, into buffers that `open` returns, until one of the signals is aborted. */
  async bufferAll(open, signal, closing) {
    for (const source of this.#numbers.keys()) {
      const buffer = unwrap(callNative(open));
      this.#buffers.push(buffer);
      const write = async (piece) => unwrap(await callNative(() => buffer.write(piece)));
      try {
        await source.read([signal, closing], write);
      } catch (error) {
        // A write to a closed client rejects with the error that `close` causes.
        if (closing.aborted) await write(new Uint8Array());
        throw error;
      }
    }
    return this.#buffers;
  }

  /** Destroys streams that were not read to the end, and deletes buffers that were not pushed. */
  release() {
    for (const source of this.#numbers.keys()) source.release();
    for (const buffer of this.#buffers) buffer.close();
  }
}

/** The content of one file. */
class Source {
  #content;
  #iterator;
  #finished = false;

  constructor(content) {
    this.#content = content;
    if (isWhole(content)) return;
    // An error before the first read reaches the reader later. Without a listener, it would end the process.
    if (isNodeStream(content)) content.on('error', () => {});
    if (content?.locked !== true && !isKeyed(content)) this.#iterator = iteratorOf(content);
  }

  /** Throws unless the content can be read. Errors call it `name`. */
  check(name) {
    this.name = name;
    if (this.#iterator || isWhole(this.#content)) return;
    if (this.#content?.locked === true) throw invalid(`${name} is a stream that is locked to another reader`);
    throw invalid(`${name} must be bytes, a string, a Blob or a stream, not ${kind(this.#content)}`);
  }

  /** Reads to the end. An aborted signal ends it even if the stream never returns another piece. */
  async read(signals, write) {
    const content = this.#content;
    if (typeof content === 'string' || isBytes(content)) {
      for (const piece of pieces(content, new Encoder(), this.name)) await write(piece);
    } else {
      this.#iterator ??= iteratorOf(content.stream());
      if (hasEnded(content)) throw invalid(`${this.name} is a stream that was already read or destroyed`);
      await this.#readPieces(signals, write);
    }
    this.#finished = true;
  }

  async #readPieces(signals, write) {
    const encoder = new Encoder();
    let rejectRead = () => {};
    const stops = signals.map((signal) => onAbort(signal, () => rejectRead(signal.reason)));
    const next = () =>
      new Promise((resolve, reject) => {
        rejectRead = reject;
        const aborted = signals.find((signal) => signal?.aborted);
        if (aborted) reject(aborted.reason);
        else Promise.resolve(this.#iterator.next()).then(resolve, reject);
      });
    try {
      for (let step = await next(); !step.done; step = await next()) {
        if (typeof step.value !== 'string' && !isBytes(step.value)) {
          throw invalid(`${this.name} must be a stream of bytes or strings, but returned ${kind(step.value)}`);
        }
        for (const piece of pieces(step.value, encoder, this.name)) await write(piece);
      }
      const rest = encoder.flush();
      if (rest.length > 0) await write(rest);
    } finally {
      for (const stop of stops) stop();
    }
  }

  /** Closes the stream without waiting: it may be blocked in the operation that the caller aborts. */
  release() {
    if (this.#finished) return;
    const ignored = () => {};
    try {
      if (isNodeStream(this.#content)) this.#content.destroy();
      else Promise.resolve(this.#iterator?.return?.()).catch(ignored);
    } catch {
      // The call already ends with another error.
    }
  }
}

/** Splits bytes or text into pieces that are small enough to copy in one step. */
function* pieces(content, encoder, name) {
  if (typeof content === 'string') {
    for (let from = 0; from < content.length; from += TEXT) yield encoder.encode(content.slice(from, from + TEXT));
    return;
  }
  const before = encoder.flush();
  if (before.length > 0) yield before;
  const length = content.byteLength;
  for (let from = 0; from < Math.max(length, 1); from += PIECE) {
    if (content.byteLength !== length) throw invalid(`${name} changed its size while it was being read`);
    yield bytesOf(content, from, Math.min(PIECE, length - from), name);
  }
}

/** Returns a range of the bytes. Shared memory is copied, because another thread may write to it. */
function bytesOf(content, from, length, name) {
  const buffer = content.buffer ?? content;
  try {
    const bytes = new Uint8Array(buffer, (content.byteOffset ?? 0) + from, length);
    return isSharedArrayBuffer(buffer) ? bytes.slice() : bytes;
  } catch (cause) {
    throw invalid(`${name} is in memory that was transferred to another owner`, cause);
  }
}

/** Encodes text as UTF-8. A string may end within a surrogate pair, which the next string continues. */
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

/** Returns all bytes of content that is used synchronously. */
export function toBytes(content, name) {
  if (typeof content === 'string') return Buffer.from(content);
  if (isBytes(content)) return bytesOf(content, 0, content.byteLength, name);
  throw invalid(`${name} must be bytes or a string, not ${kind(content)}`);
}

/** True for content that can be read several times and need not be closed. */
function isWhole(value) {
  return typeof value === 'string' || isBytes(value) || isBlob(value);
}

function isBytes(value) {
  return ArrayBuffer.isView(value) || isAnyArrayBuffer(value);
}

function isNodeStream(value) {
  return typeof value?.on === 'function' && typeof value.destroy === 'function';
}

/** True for a Node.js stream that ended without an error. */
function hasEnded(stream) {
  return isNodeStream(stream) && !stream.errored && (stream.readableEnded || stream.destroyed);
}

function iteratorOf(source) {
  return source?.[Symbol.asyncIterator]?.() ?? source?.[Symbol.iterator]?.();
}
