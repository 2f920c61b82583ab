// Content both ways: what JavaScript calls bytes, text, blobs and streams as the native part takes it, and a blob of a
// registry as a web stream.

import { fileURLToPath } from 'node:url';

import { listen } from './call.js';
import { invalid, unwrap } from './error.js';

/** A path as text. */
export function toPath(path) {
  if (path instanceof URL) return fileURLToPath(path);
  if (typeof path === 'string') return path;
  throw invalid(`a path is a string or a file URL, not ${kind(path)}`);
}

/** Bytes without copying them; undefined for what is neither bytes nor text. */
export function toBuffer(content) {
  if (typeof content === 'string') return Buffer.from(content);
  if (ArrayBuffer.isView(content)) return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (content instanceof ArrayBuffer || content instanceof SharedArrayBuffer) return Buffer.from(content);
  return undefined;
}

/** What the native part takes as content: bytes, or a spool that took a stream in. */
export async function toContent(content, client, call, signal) {
  const bytes = toBuffer(content);
  if (bytes) return bytes;
  const source = content instanceof Blob ? content.stream() : content;
  const iterator = source?.[Symbol.asyncIterator]?.() ?? source?.[Symbol.iterator]?.();
  if (!iterator) throw invalid(`content is bytes, text, a Blob or a stream, not ${kind(content)}`);
  const spool = unwrap(client.spool(call));
  await eachPiece(iterator, signal, async (piece) => {
    const bytes = toBuffer(piece);
    if (!bytes) throw invalid(`a stream of content gives bytes or text, not ${kind(piece)}`);
    unwrap(await spool.write(bytes));
  });
  return spool;
}

/** Reads to the end; when the signal is aborted it does not wait for what the iterator may never give. */
async function eachPiece(iterator, signal, take) {
  let stop = () => {};
  const abort = () => stop(signal.reason);
  if (signal) listen(signal, abort);
  const next = () =>
    new Promise((resolve, reject) => {
      stop = reject;
      if (signal?.aborted) reject(signal.reason);
      else Promise.resolve(iterator.next()).then(resolve, reject);
    });
  let finished = false;
  try {
    for (let step = await next(); !step.done; step = await next()) await take(step.value);
    finished = true;
  } finally {
    signal?.removeEventListener('abort', abort);
    // The stream is told, but not waited for: what it is busy with may be why the call was aborted.
    if (!finished) Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/** A native reader as a stream that reads only when it is asked to. */
export function toStream(reader, signal) {
  let abort;
  const end = () => signal?.removeEventListener('abort', abort);
  const source = {
    start(controller) {
      abort = () => {
        reader.close();
        controller.error(signal.reason);
      };
      if (signal) listen(signal, abort);
    },
    async pull(controller) {
      try {
        const piece = unwrap(await reader.next());
        if (piece) return controller.enqueue(piece);
        controller.close();
      } catch (error) {
        controller.error(signal?.aborted ? signal.reason : error);
      }
      end();
    },
    cancel() {
      end();
      reader.close();
    },
  };
  const stream = new ReadableStream(source, { highWaterMark: 0 });
  return Object.defineProperty(stream, 'descriptor', { value: JSON.parse(reader.descriptor), enumerable: true });
}

function kind(value) {
  return value === null ? 'null' : typeof value === 'object' ? (value.constructor?.name ?? 'an object') : typeof value;
}
