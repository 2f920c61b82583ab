// Checks the types of all arguments before they are passed to the native part as JSON. Rejects values that JSON cannot represent
// (functions, maps, class instances, NaN) with the name of the option. The native part checks what the values mean. Errors
// never repeat a value, which may be a secret.

import { fileURLToPath } from 'node:url';

import { invalid } from './error.js';

/** Returns an argument that must be a string. */
export function text(value, name) {
  if (typeof value === 'string') return value;
  throw invalid(`${name} must be a string, not ${kind(value)}`);
}

/** Returns a path or file URL as a string. */
export function toPath(path, name) {
  if (typeof path === 'string') return path;
  if (!isUrl(path)) throw invalid(`${name} must be a string or a file URL, not ${kind(path)}`);
  try {
    return fileURLToPath(path);
  } catch (cause) {
    throw invalid(`${name} must be a string or a file URL, not a URL with ${path.protocol}`, cause);
  }
}

/** Returns an array of the items. A string is rejected, because its items would be characters. */
export function list(values, name) {
  if (typeof values === 'object' && typeof values?.[Symbol.iterator] === 'function') return [...values];
  throw invalid(`${name} must be an array or another iterable, not ${kind(values)}`);
}

/** Returns options, which must be a plain object or undefined. */
export function plain(options = {}, name = 'options') {
  if (isPlain(options)) return options;
  throw invalid(`${name} must be a plain object, not ${kind(options)}`);
}

/** Returns an array of strings, of one string or an iterable of them. */
export function texts(values, name) {
  return typeof values === 'string' ? [values] : list(values, name).map((value, i) => text(value, `${name}[${i}]`));
}

/** Returns an array of paths, of one path or an iterable of them. */
export function toPaths(paths, name) {
  if (typeof paths === 'string' || isUrl(paths)) return [toPath(paths, name)];
  return list(paths, name).map((path, i) => toPath(path, `${name}[${i}]`));
}

/** Returns options in which those with the names `paths` are strings. */
export function withPaths(options, paths) {
  const all = { ...plain(options) };
  for (const name of paths) if (all[name] !== undefined) all[name] = toPath(all[name], `options.${name}`);
  return all;
}

/**
 * Serializes a value that JSON can represent. Omits properties that are undefined, and rejects null. `Infinity` becomes the
 * largest number: a maximum or timeout of that size does not limit anything.
 */
export function toJson(value, name) {
  return JSON.stringify(checked(value, name, []));
}

function checked(value, name, above) {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value === Infinity) return Number.MAX_VALUE;
  if (value === null) throw invalid(`${name} must not be null: omit it, or set it to undefined`);
  if (above.includes(value)) throw invalid(`${name} refers back to an object that contains it`);
  const within = [...above, value];
  if (Array.isArray(value)) return Array.from(value, (item, i) => checked(item, `${name}[${i}]`, within));
  if (!isPlain(value)) {
    throw invalid(`${name} must be a string, number, boolean, array or plain object, not ${kind(value)}`);
  }
  const [symbol] = Object.getOwnPropertySymbols(value);
  if (symbol) throw invalid(`${name} has the key ${String(symbol)}: keys must be strings`);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, checked(item, at(name, key), within)]));
}

function at(name, key) {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${name}.${key}` : `${name}[${JSON.stringify(key)}]`;
}

/** True for an object literal or an object without a prototype, of any realm. */
export function isPlain(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

// The following checks are structural, because classes differ between realms, and polyfills replace them.

export function isUrl(value) {
  return typeof value === 'object' && typeof value?.href === 'string' && typeof value.protocol === 'string';
}

/** True for a Map, Headers or FormData: iterable, but not content. */
export function isKeyed(value) {
  return typeof value?.entries === 'function' && value[Symbol.iterator] === value.entries;
}

export function isBlob(value) {
  return typeof value?.stream === 'function' && typeof value.arrayBuffer === 'function';
}

export function isSignal(value) {
  return typeof value?.aborted === 'boolean' && typeof value.addEventListener === 'function';
}

/** Describes the type of a value for an error message. */
export function kind(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'string') return 'a string';
  if (isPlain(value)) return 'a plain object';
  if (Array.isArray(value)) return 'an array';
  const name = typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value;
  return `${/^[AEIOaeio]/.test(name) ? 'an' : 'a'} ${name}`;
}
