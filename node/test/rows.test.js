// Rows: iterators over results of any length.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client } from 'ocigraph';

import { fixture, folder } from './support/servers.js';

/** Pushes an image with three referrers. */
async function imageWithReferrers(client, location) {
  const image = `${location}:v1`;
  await client.push(image, { artifactType: 'app/example', files: [{ title: 'a', content: 'a' }] });
  for (const content of ['a', 'b', 'c']) {
    await client.push(location, { artifactType: 'sbom/example', subject: image, files: [{ title: content, content }] });
  }
  return image;
}

test('rows are read in a loop, and have a summary', async (t) => {
  const client = new Client();
  const image = await imageWithReferrers(client, `oci:${folder(t)}/store`);
  const rows = client.discoverEach(image);
  assert.equal(rows.summary.edges, 0);
  const found = [];
  for await (const row of rows) found.push(row);
  assert.deepEqual(
    found.map(({ edge, depth }) => [edge, depth]),
    Array(3).fill(['referrer', 1]),
  );
  assert.equal(rows.summary.edges, 3);
  assert.equal(rows.summary.subject.digest, found[0].parent);
  assert.deepEqual(await rows.next(), { done: true, value: undefined });
});

test('concurrent calls of next return each row once, and batches the rest', async (t) => {
  const client = new Client();
  const image = await imageWithReferrers(client, `oci:${folder(t)}/store`);
  const rows = client.discoverEach(image);
  const first = await Promise.all([rows.next(), rows.next()]);
  const rest = [];
  for await (const batch of rows.batches()) rest.push(...batch);
  const all = [...first.map(({ value }) => value), ...rest].map(({ descriptor }) => descriptor.digest);
  assert.equal(new Set(all).size, 3);
  assert.equal(all.length, 3);
});

test('a loop that ends early, close and dispose end the operation', async (t) => {
  const client = new Client();
  const image = await imageWithReferrers(client, `oci:${folder(t)}/store`);
  const left = client.sweep([image]);
  for await (const row of left) {
    assert.equal(row.depth, 1);
    break;
  }
  assert.deepEqual(await left.next(), { done: true, value: undefined });
  const closed = client.sweep([image]);
  closed.close();
  closed.close();
  assert.deepEqual(await closed.next(), { done: true, value: undefined });
  await client.sweep([image])[Symbol.asyncDispose]();
});

test('an aborted loop throws the reason, and an error of the operation ends it', async (t) => {
  const registry = await fixture(t);
  const client = new Client();
  const image = await imageWithReferrers(client, `${registry.host}/app`);
  await registry.configure({ delay_ms: 5000 });
  const control = new AbortController();
  const reason = new Error('enough');
  const rows = client.discoverEach(image, { signal: control.signal });
  const next = rows.next();
  setTimeout(() => control.abort(reason), 50);
  await assert.rejects(next, (error) => error === reason);
  await registry.configure({});
  assert.deepEqual(await rows.next(), { done: true, value: undefined });
  const missing = client.discoverEach(`${registry.host}/app:none`);
  await assert.rejects(missing.next(), { code: 'NOT_FOUND' });
  assert.deepEqual(await missing.next(), { done: true, value: undefined });
});

test('invalid arguments are refused before the first row', () => {
  const client = new Client();
  assert.throws(() => client.discoverEach('no reference'), { code: 'INVALID_REFERENCE' });
  assert.throws(() => client.sweep([]), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => client.sweep(['oci:x'], { onProgress: () => {} }), { code: 'INVALID_ARGUMENT' });
  client.close();
  assert.throws(() => client.sweep(['oci:x']), { code: 'INVALID_ARGUMENT', message: /client is closed/ });
});
