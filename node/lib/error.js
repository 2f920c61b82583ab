// Errors: the native part returns them as values, and this file throws them.

/** The error of every failed operation. */
export class OcigraphError extends Error {
  constructor({ message, ...details }, options) {
    super(message, options);
    Object.assign(this, { registryErrors: [], retryable: false }, details);
  }

  get name() {
    return 'OcigraphError';
  }

  /** The error codes of the registry. */
  get registryCodes() {
    return this.registryErrors.map((error) => error.code);
  }

  toJSON() {
    return { name: this.name, message: this.message, ...this };
  }
}

/** Returns the native result, or throws the error that replaces it. */
export function unwrap(outcome) {
  if (typeof outcome?.error !== 'string') return outcome;
  const { callbackError, ...details } = JSON.parse(outcome.error);
  throw new OcigraphError(details, thrown.has(callbackError) ? { cause: thrown.get(callbackError) } : undefined);
}

/** Values that credentials functions threw, by number. Limited in size, because an aborted call never takes its value. */
const thrown = new Map();
const MAX_THROWN = 100;
let lastNumber = 0;

/** Keeps a thrown value as the cause of a later error. Returns its number. */
export function keepThrown(error) {
  lastNumber += 1;
  thrown.set(lastNumber, error);
  thrown.delete(lastNumber - MAX_THROWN);
  return lastNumber;
}

/** Creates the error for an invalid argument. */
export function invalid(message, cause) {
  return new OcigraphError({ code: 'INVALID_ARGUMENT', number: 1, message }, cause && { cause });
}

/** Calls the native part. It returns errors as values, so an exception is a bug. */
export function callNative(run) {
  try {
    return run();
  } catch (cause) {
    const message = `the native part of ocigraph threw an exception; this is a bug in ocigraph: ${cause.message}`;
    throw new OcigraphError({ code: 'INTERNAL', number: 22, message }, { cause });
  }
}
