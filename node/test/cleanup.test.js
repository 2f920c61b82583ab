// An aborted call has cleaned up when it rejects: its upload sessions are closed at the registry, and its partial files are removed.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { Client } from 'ocigraph';

import { fixture, folder } from './support/servers.js';

/** A registry whose transfers stall, as in the tests of all languages. */
const STALLING = { stall_after: 4 << 20 };

const files = [{ content: Buffer.alloc(8 << 20, 7), title: 'large' }];

/** Returns options that abort a call when a part of its content was transferred. */
function inTheMiddle(reason) {
  const control = new AbortController();
  const onProgress = (event) => event.position > 0 && control.abort(reason);
  return { signal: control.signal, onProgress };
}

test('an aborted push has no upload session when it rejects', async (t) => {
  const registry = await fixture(t);
  await registry.configure(STALLING);
  const reason = new Error('enough');
  const pushing = new Client().push(`${registry.host}/app:v1`, { files, ...inTheMiddle(reason) });
  await assert.rejects(pushing, reason);
  assert.deepEqual((await registry.state()).uploads, {});
  const requests = (await registry.requests()).map(({ method, status }) => `${method} ${status}`);
  const count = (wanted) => requests.filter((request) => request === wanted).length;
  assert.ok(count('POST 202') > 0, requests.join());
  assert.equal(count('DELETE 204'), count('POST 202'), requests.join());
});

test('an aborted pull has no partial file when it rejects', async (t) => {
  const registry = await fixture(t);
  const client = new Client();
  await client.push(`${registry.host}/app:v1`, { files });
  await registry.configure(STALLING);
  const output = folder(t);
  const reason = new Error('enough');
  await assert.rejects(client.pull(`${registry.host}/app:v1`, { output, ...inTheMiddle(reason) }), reason);
  assert.deepEqual(readdirSync(output), []);
});
