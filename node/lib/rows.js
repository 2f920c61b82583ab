// Rows of any number, which are read page by page.

/** The rows of an operation: an iterator, with the totals after the last row. */
export class Rows {
  #begin;
  #next;
  #end;
  #cursor;
  #isOver = false;
  #rows;
  #summary;

  /** `begin()` and `next(cursor)` resolve to a page, `end(cursor)` to the summary. */
  constructor(begin, next, end) {
    this.#begin = begin;
    this.#next = next;
    this.#end = end;
  }

  get summary() {
    return this.#summary;
  }

  async #page() {
    if (this.#isOver) return undefined;
    try {
      const page = await (this.#cursor === undefined ? this.#begin() : this.#next(this.#cursor));
      this.#cursor = page.cursor;
      if (page.rows.length > 0) return page.rows;
    } catch (error) {
      // The page that failed has ended the operation.
      this.#isOver = true;
      throw error;
    }
    await this.close();
    return undefined;
  }

  async *batches() {
    try {
      for (let rows = await this.#page(); rows !== undefined; rows = await this.#page()) yield rows;
    } finally {
      await this.close();
    }
  }

  async *#each() {
    for await (const rows of this.batches()) yield* rows;
  }

  next() {
    this.#rows ??= this.#each();
    return this.#rows.next();
  }

  async return(value) {
    await this.#rows?.return();
    await this.close();
    return { done: true, value };
  }

  async close() {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#cursor !== undefined) this.#summary = await this.#end(this.#cursor);
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }
}
