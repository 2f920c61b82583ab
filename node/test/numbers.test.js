// Numeric options accept every valid value and reject every invalid one.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client } from 'ocigraph';

import { fixture, folder } from './support/servers.js';

const TIMES = [
  'connectTimeout',
  'responseTimeout',
  'idleTimeout',
  'uploadResponseTimeout',
  'stallTimeout',
  'helperTimeout',
];
const COUNTS = ['maxAttempts', 'maxManifestBytes', 'maxPages', 'maxEntries', 'maxRequestsPerSecond'];
const LONG = [Infinity, Number.MAX_VALUE, 1e30, 2 ** 62, 2 ** 64, Number.MAX_SAFE_INTEGER];
const MANY = [2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER, 2 ** 62, 2 ** 63, 2 ** 64, 1e300, Infinity];
const NO_TIME = [-1, -0.001, -Infinity, NaN, -Number.MAX_VALUE];
const NO_COUNT = [-1, 1.5, NaN, -Infinity, -(2 ** 62)];
/** Not maxima, so that a number that is too large is an error. */
const NO_SECONDS = [...NO_COUNT, 2 ** 64, 1e300, Infinity];

const all = (names, value) => Object.fromEntries(names.map((name) => [name, value]));

const refused = (name) => (error) => error.code === 'INVALID_ARGUMENT' && error.message.includes(name);

async function everything(client, place, out) {
  const files = [{ content: 'content', title: 'a' }];
  await client.push(`${place}:v1`, { files, artifactType: 'app/example' });
  await client.push(place, { subject: `${place}:v1`, artifactType: 'sbom/example' });
  assert.equal((await client.discover(`${place}:v1`)).size, 1);
  assert.equal((await client.pull(`${place}:v1`, { output: out }))[0].files.length, 1);
  assert.deepEqual(await client.tags(place), ['v1']);
}

test('a very long timeout is accepted', async (t) => {
  const { host } = await fixture(t);
  for (const [i, long] of LONG.entries()) {
    await everything(new Client({ limits: all(TIMES, long) }), `${host}/app${i}`, folder(t));
  }
});

test('a very large maximum is accepted', async (t) => {
  const { host } = await fixture(t);
  for (const [i, many] of MANY.entries()) {
    await everything(new Client({ limits: all(COUNTS, many) }), `${host}/app${i}`, folder(t));
  }
});

test('an invalid timeout or maximum is rejected with its name', () => {
  for (const [names, wrong] of [
    [TIMES, NO_TIME],
    [COUNTS, NO_COUNT],
  ]) {
    for (const name of names) {
      for (const value of [...wrong, null, '1', 1n]) {
        assert.throws(() => new Client({ limits: { [name]: value } }), refused(name), `${name} ${value}`);
      }
    }
  }
});

test('the error for a number that is too large names the maximum', async () => {
  const client = new Client();
  await assert.rejects(
    client.push('oci:none:v1', { sourceDateEpoch: 2 ** 64 }),
    /options\.sourceDateEpoch must be an integer below 2 \*\* 64, not/,
  );
  await assert.rejects(client.discover('oci:none:v1', { depth: -1 }), /depth must be an integer of 0 or more, not -1/);
});

test('concurrency and depth accept every size', async (t) => {
  const { host } = await fixture(t);
  const dir = folder(t);
  const client = new Client();
  for (const place of [`${host}/app`, `oci:${dir}/layout`]) {
    for (const concurrency of [0, 1, ...MANY]) {
      await client.push(`${place}:v1`, { files: [{ content: 'a', title: 'a' }], concurrency });
      await client.push(place, { subject: `${place}:v1`, artifactType: 'sbom/example', concurrency });
      await client.pull(`${place}:v1`, { output: join(dir, 'out'), concurrency });
      assert.deepEqual((await client.verify(`${place}:v1`, { concurrency })).problems, []);
      await client.copy(`${place}:v1`, `oci:${dir}/copied:v1`, { recursive: true, concurrency });
      const graph = await client.discover(`${place}:v1`, { concurrency, depth: concurrency });
      assert.equal(graph.size, Math.min(concurrency, 1));
      await client.delete(`${place}:v1`, { dryRun: true, concurrency });
    }
    for (const wrong of NO_COUNT) {
      const options = { concurrency: wrong };
      await assert.rejects(client.push(`${place}:v1`, options), refused('concurrency'), `${wrong}`);
      await assert.rejects(client.pull(`${place}:v1`, options), refused('concurrency'), `${wrong}`);
      await assert.rejects(client.verify(`${place}:v1`, options), refused('concurrency'), `${wrong}`);
      await assert.rejects(client.copy(`${place}:v1`, place, options), refused('concurrency'), `${wrong}`);
      await assert.rejects(client.discover(`${place}:v1`, options), refused('concurrency'), `${wrong}`);
      await assert.rejects(client.discover(`${place}:v1`, { depth: wrong }), refused('depth'), `${wrong}`);
      await assert.rejects(client.delete(`${place}:v1`, options), refused('concurrency'), `${wrong}`);
    }
    for (const wrong of NO_SECONDS) {
      await assert.rejects(client.push(`${place}:v1`, { sourceDateEpoch: wrong }), refused('sourceDateEpoch'));
    }
  }
});

test('unpack limits accept every size and are enforced', async (t) => {
  const dir = folder(t);
  const client = new Client();
  mkdirSync(join(dir, 'folder'));
  writeFileSync(join(dir, 'folder', 'a'), 'content');
  const place = `oci:${dir}/layout:v1`;
  await client.push(place, { files: [{ path: join(dir, 'folder'), title: 'folder' }] });
  const pull = (unpackLimits, output) => client.pull(place, { output: join(dir, output), unpackLimits });
  for (const many of MANY) await pull(all(['entries', 'bytes', 'ratio'], many), 'out');
  await assert.rejects(pull({ entries: 0 }, 'none'), { code: 'TOO_LARGE' });
  for (const wrong of NO_COUNT) await assert.rejects(pull({ bytes: wrong }, 'none'), refused('bytes'), `${wrong}`);
  await assert.rejects(pull({ bytes: '1' }, 'none'), refused('options.unpackLimits.bytes must be an integer'));
  await assert.rejects(pull({ byte: 1 }, 'none'), refused('unpackLimits.byte'));
});
