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
}

/** The result that the native part gave; throws when that is a failure. */
export function unwrap(outcome) {
  if (typeof outcome?.error === 'string') throw new OcigraphError(JSON.parse(outcome.error));
  return outcome;
}

/** An argument that cannot be used. */
export function invalid(message, cause) {
  const details = { code: 'INVALID_ARGUMENT', number: 1, message };
  return new OcigraphError(details, cause && { cause });
}

/** What the native part throws when an argument is of the wrong kind, as one of our errors; others as they are. */
export function translated(error) {
  const ofArgument = error instanceof Error && /^(InvalidArg|[A-Z]\w*Expected)$/.test(error.code);
  return ofArgument ? invalid(`an argument is of the wrong kind: ${error.message}`, error) : error;
}
