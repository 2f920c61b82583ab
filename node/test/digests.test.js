// Digests and references by themselves: they need no client, and their work ends when nobody waits for it.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { Client, digest, digestFile, digestFiles, parseReference } from 'ocigraph';

import { folder, root } from './support/servers.js';

test('digests are of bytes, text and files', async (t) => {
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

test('digests of files end with their signal, and read no further', async (t) => {
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
  // Microseconds, of which a thread that still hashed would use half a million.
  assert.ok(process.cpuUsage().user - user < 250_000, `${process.cpuUsage().user - user}`);
  await assert.rejects(digestFile(path, { signal: AbortSignal.abort('before') }), (error) => error === 'before');
});

test('an aborted push of a large file reads no further', async (t) => {
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

test('many files are digested while Node.js has all its threads for its own files', async (t) => {
  const path = join(folder(t), 'large');
  writeFileSync(path, '');
  truncateSync(path, 64 * 2 ** 30);
  const control = new AbortController();
  const digesting = Array.from({ length: 8 }, () => digestFile(path, { signal: control.signal }));
  // Four of them would take all of Node.js's own.
  await readFile(new URL(import.meta.url));
  control.abort('read');
  const settled = await Promise.allSettled(digesting);
  assert.ok(settled.every(({ reason }) => reason === 'read'));
});

test('a reference is taken apart as all languages take it apart', () => {
  const { valid, invalid } = JSON.parse(readFileSync(join(root, 'tests', 'vectors', 'references.json'), 'utf8'));
  assert.ok(valid.length > 5 && invalid.length > 5);
  for (const { text, ...parts } of valid) {
    const parsed = parseReference(text);
    const { text: whole, place, ...rest } = parsed;
    assert.deepEqual(rest, parts, text);
    assert.equal(parseReference(place).place, place);
    assert.equal(parseReference(whole).text, whole);
  }
  for (const { text } of invalid) assert.throws(() => parseReference(text), { code: 'INVALID_REFERENCE' }, text);
  assert.throws(() => parseReference(42), { code: 'INVALID_ARGUMENT' });
});
