// The one gate for arguments: what JavaScript has and JSON has not (functions, maps, class instances, NaN) is refused here
// with the name of the place where it stands, before anything native sees it. It knows kinds and never meanings, which the
// native part checks; and it repeats no value, which may be a secret.

import { fileURLToPath } from 'node:url';

import { invalid } from './error.js';

/** An argument that must be text. */
export function text(value, name) {
  if (typeof value === 'string') return value;
  throw invalid(`${name} is text, not ${kind(value)}`);
}

/** A path as text. */
export function toPath(path, name = 'a path') {
  if (typeof path === 'string') return path;
  if (!isUrl(path)) throw invalid(`${name} is a string or a file URL, not ${kind(path)}`);
  try {
    return fileURLToPath(path);
  } catch (cause) {
    throw invalid(`${name} is a string or a file URL, not a URL of ${path.protocol}`, cause);
  }
}

/** A list of anything iterable but text, whose letters nobody means. */
export function list(values, name) {
  if (typeof values === 'object' && typeof values?.[Symbol.iterator] === 'function') return [...values];
  throw invalid(`${name} are a list, not ${kind(values)}`);
}

/** Options, which are a plain object or nothing. */
export function plain(options = {}, name = 'options') {
  if (isPlain(options)) return options;
  throw invalid(`${name} are a plain object, not ${kind(options)}`);
}

/** A value as JSON, when all that is in it can be said in JSON. A property that is undefined counts as absent; null does not. */
export function toJson(value, name) {
  return JSON.stringify(checked(value, name, []));
}

function checked(value, name, above) {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value === null) throw invalid(`${name} is null: leave it out, or set it to undefined`);
  if (above.includes(value)) throw invalid(`${name} is what it stands in`);
  const within = [...above, value];
  if (Array.isArray(value)) return Array.from(value, (item, i) => checked(item, `${name}[${i}]`, within));
  if (!isPlain(value)) {
    throw invalid(`${name} is ${kind(value)}, where text, a number, true, false, a list or a plain object can stand`);
  }
  const [symbol] = Object.getOwnPropertySymbols(value);
  if (symbol) throw invalid(`${name} has the key ${String(symbol)}, and keys are text`);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, checked(item, at(name, key), within)]));
}

function at(name, key) {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${name}.${key}` : `${name}[${JSON.stringify(key)}]`;
}

/** An object with keys and values alone, of whichever realm. */
export function isPlain(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

// What follows goes by what a value can do, since classes differ between realms and with what a program replaces.

export function isUrl(value) {
  return typeof value === 'object' && typeof value?.href === 'string' && typeof value.protocol === 'string';
}

/** A list of keys with values, such as a Map, headers or a form: nothing that has bytes, though it can be iterated. */
export function isKeyed(value) {
  return typeof value?.entries === 'function' && value[Symbol.iterator] === value.entries;
}

export function isBlob(value) {
  return typeof value?.stream === 'function' && typeof value.arrayBuffer === 'function';
}

export function isSignal(value) {
  return typeof value?.aborted === 'boolean' && typeof value.addEventListener === 'function';
}

/** What a value is, for a sentence. */
export function kind(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'string') return 'text';
  if (isPlain(value)) return 'a plain object';
  const name = typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value;
  return `${/^[AEIOaeio]/.test(name) ? 'an' : 'a'} ${name}`;
}
