// Errors: what the native part hands back in place of a result, as an exception of the caller.

/** A failure, with all that is known about it. */
export class OcigraphError extends Error {
  constructor({ message, ...details }, options) {
    super(message, options);
    Object.assign(this, { registryErrors: [], retryable: false }, details);
  }

  get name() {
    return 'OcigraphError';
  }

  /** The registry's own codes. */
  get registryCodes() {
    return this.registryErrors.map((error) => error.code);
  }

  toJSON() {
    return { name: this.name, message: this.message, ...this };
  }
}

/** The result that the native part gave; throws when that is a failure. */
export function unwrap(outcome) {
  if (typeof outcome?.error !== 'string') return outcome;
  const { refusal, ...details } = JSON.parse(outcome.error);
  throw new OcigraphError(details, refusals.has(refusal) ? { cause: refusals.get(refusal) } : undefined);
}

/** What functions for credentials threw, by number. The oldest go, since a call that was aborted never asks for its own. */
const refusals = new Map();
let numbered = 0;

/** Keeps what was thrown for the error that will tell of it; gives its number. */
export function refused(error) {
  numbered += 1;
  refusals.set(numbered, error);
  refusals.delete(numbered - 100);
  return numbered;
}

/** An argument that cannot be used. */
export function invalid(message, cause) {
  return new OcigraphError({ code: 'INVALID_ARGUMENT', number: 1, message }, cause && { cause });
}

/** Calls the native part, which hands failures back and throws only when it breaks. */
export function started(run) {
  try {
    return run();
  } catch (cause) {
    const message = `the native part of ocigraph broke off, by a defect: ${cause.message}`;
    throw new OcigraphError({ code: 'INTERNAL', number: 22, message }, { cause });
  }
}
