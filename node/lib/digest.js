// Digests, which need no client.

import { list, plain, toJson, toPath } from './arguments.js';
import { perform } from './call.js';
import { toBytes } from './content.js';
import { callNative, unwrap } from './error.js';
import native from './native.js';

/** Computes the digest of bytes or text. */
export function digest(content, options) {
  const bytes = toBytes(content, 'content');
  const json = toJson(plain(options), 'options');
  return unwrap(callNative(() => native.digest(bytes, json)));
}

/** Computes the digest and size of a file. */
export async function digestFile(path, options) {
  const [result] = await digestFiles([path], options);
  return result;
}

/** Computes the digests and sizes of files concurrently. */
export async function digestFiles(paths, options) {
  const all = list(paths, 'paths').map((path, i) => toPath(path, `paths[${i}]`));
  return JSON.parse(await perform(options, (call, rest) => native.digestFiles(call, all, rest)));
}
