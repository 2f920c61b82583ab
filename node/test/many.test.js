// Many concurrent pulls in one process finish.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client } from 'ocigraph';

import { folder } from './support/servers.js';

const MANY = 200;
const FILES = 32;

for (const [name, clients] of Object.entries({ 'one client': 1, '20 clients': 20 })) {
  test(`200 concurrent pulls of a layout finish, on ${name}`, async (t) => {
    const dir = folder(t);
    const all = Array.from({ length: clients }, () => new Client());
    const files = Array.from({ length: FILES }, (_, i) => ({ title: `file${i}`, content: Buffer.alloc(20_000, i) }));
    await all[0].push(`oci:${dir}/store:v1`, { files });
    // Ends the test if the pulls deadlock.
    const signal = AbortSignal.timeout(240_000);
    const pulls = Array.from({ length: MANY }, (_, i) =>
      all[i % clients].pull(`oci:${dir}/store:v1`, { output: join(dir, `out${i}`), signal }),
    );
    for (const [i, [pulled]] of (await Promise.all(pulls)).entries()) {
      assert.equal(pulled.files.length, FILES);
      assert.deepEqual(readFileSync(join(dir, `out${i}`, `file${FILES - 1}`)), files[FILES - 1].content);
    }
    for (const client of all) client.close();
  });
}
