// Digests and references, which need no client.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { Client, digest, digestFile, digestFiles, parseReference } from 'ocigraph';

import { folder, root } from './support/servers.js';

test('bytes, strings and files can be digested', async (t) => {
  const dir = folder(t);
  mkdirSync(join(dir, 'a'));
  const paths = ['a/1', '2'].map((name) => join(dir, name));
  for (const path of paths) writeFileSync(path, 'abc');
  const abc = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.equal(digest('abc'), abc);
  assert.equal(digest(new Uint8Array([0x61, 0x62, 0x63])), abc);
  assert.match(digest('abc', { algorithm: 'sha512' }), /^sha512:ddaf35a1/);
  assert.deepEqual(
    await digestFiles(paths),
    paths.map((path) => ({ path, digest: abc, size: 3 })),
  );
  assert.deepEqual(await digestFile(pathToFileURL(paths[0])), { path: paths[0], digest: abc, size: 3 });
  await assert.rejects(digestFile(join(dir, 'none')), { code: 'NOT_FOUND', operation: 'digest' });
  await assert.rejects(digestFile(paths[0], { algorithm: 'md5' }), { code: 'UNSUPPORTED' });
});

test('an aborted digest of files stops reading', async (t) => {
  const path = join(folder(t), 'large');
  writeFileSync(path, '');
  truncateSync(path, 64 * 2 ** 30);
  for (const paths of [[path], [path, path]]) {
    const control = new AbortController();
    const digesting = digestFiles(paths, { signal: control.signal });
    setTimeout(() => control.abort('enough'), 50);
    await assert.rejects(digesting, (error) => error === 'enough');
  }
  const { user } = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 500));
  // CPU time in microseconds. A thread that continued to hash would use 500,000.
  assert.ok(process.cpuUsage().user - user < 250_000, `${process.cpuUsage().user - user}`);
  await assert.rejects(digestFile(path, { signal: AbortSignal.abort('before') }), (error) => error === 'before');
});

test('an aborted push of a large file stops reading', async (t) => {
  const path = join(folder(t), 'large');
  writeFileSync(path, '');
  truncateSync(path, 64 * 2 ** 30);
  const control = new AbortController();
  const pushing = new Client().pushBlob(`oci:${join(folder(t), 'layout')}`, path, { signal: control.signal });
  setTimeout(() => control.abort('enough'), 50);
  await assert.rejects(pushing, (error) => error === 'enough');
  const { user } = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.ok(process.cpuUsage().user - user < 250_000, `${process.cpuUsage().user - user}`);
});

test('digesting many files leaves the thread pool of Node.js free', async (t) => {
  const path = join(folder(t), 'large');
  writeFileSync(path, '');
  truncateSync(path, 64 * 2 ** 30);
  const control = new AbortController();
  const digesting = Array.from({ length: 8 }, () => digestFile(path, { signal: control.signal }));
  // Four calls would occupy the whole thread pool of Node.js.
  await readFile(new URL(import.meta.url));
  control.abort('read');
  const settled = await Promise.allSettled(digesting);
  assert.ok(settled.every(({ reason }) => reason === 'read'));
});

test('references are parsed as the shared vectors require', () => {
  const { valid, invalid } = JSON.parse(readFileSync(join(root, 'tests', 'vectors', 'references.json'), 'utf8'));
  assert.ok(valid.length > 5 && invalid.length > 5);
  for (const { text, ...parts } of valid) {
    const parsed = parseReference(text);
    const { text: whole, location, ...rest } = parsed;
    assert.deepEqual(rest, parts, text);
    assert.equal(parseReference(location).location, location);
    assert.equal(parseReference(whole).text, whole);
  }
  for (const { text } of invalid) assert.throws(() => parseReference(text), { code: 'INVALID_REFERENCE' }, text);
  assert.throws(() => parseReference(42), { code: 'INVALID_ARGUMENT' });
});
