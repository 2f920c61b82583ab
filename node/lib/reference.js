// References, taken apart by the one parser that all operations use.

import { text } from './arguments.js';
import { started, unwrap } from './error.js';
import native from './native.js';

/** The parts of a reference. */
export function parseReference(reference) {
  const given = text(reference, 'a reference');
  return JSON.parse(unwrap(started(() => native.parseReference(given))));
}
