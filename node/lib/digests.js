// Digests by themselves, without a client.

import { toBuffer, toPath } from './content.js';
import { invalid, translated, unwrap } from './error.js';
import native from './native.js';

/** The digest of bytes or text. */
export function digest(content, { algorithm = 'sha256' } = {}) {
  const bytes = toBuffer(content);
  if (!bytes) throw invalid('a digest is of bytes or text; for a file there is digestFile');
  return called(() => native.digest(bytes, algorithm));
}

/** The digest and size of a file. */
export async function digestFile(path, options) {
  const [result] = await digestFiles([path], options);
  return result;
}

/** The digests and sizes of files, several at once. */
export async function digestFiles(paths, { algorithm = 'sha256' } = {}) {
  const all = Array.from(paths, toPath);
  const result = await called(() => native.digestFiles(all, algorithm));
  return JSON.parse(unwrap(result));
}

function called(run) {
  try {
    return unwrap(run());
  } catch (error) {
    throw translated(error);
  }
}
