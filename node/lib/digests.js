// Digests by themselves, without a client.

import { list, plain, toJson, toPath } from './arguments.js';
import { perform } from './call.js';
import { toBytes } from './content.js';
import { started, unwrap } from './error.js';
import native from './native.js';

/** The digest of bytes or text. */
export function digest(content, options) {
  const bytes = toBytes(content, 'what is digested');
  const json = toJson(plain(options), 'options');
  return unwrap(started(() => native.digest(bytes, json)));
}

/** The digest and size of a file. */
export async function digestFile(path, options) {
  const [result] = await digestFiles([path], options);
  return result;
}

/** The digests and sizes of files, several at once. */
export async function digestFiles(paths, options) {
  const all = list(paths, 'paths').map((path) => toPath(path));
  return JSON.parse(await perform(options, (call, rest) => native.digestFiles(call, all, rest)));
}
