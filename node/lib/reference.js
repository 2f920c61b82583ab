// References, parsed by the parser of the core.

import { text } from './arguments.js';
import { callNative, unwrap } from './error.js';
import native from './native.js';

/** Returns the parts of a reference. */
export function parseReference(reference) {
  const given = text(reference, 'reference');
  return JSON.parse(unwrap(callNative(() => native.parseReference(given))));
}
