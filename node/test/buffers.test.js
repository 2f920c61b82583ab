// Memory that JavaScript frees during a push: a worker ends, or a buffer is transferred or resized. No thread may read it
// afterwards. Each case runs in its own process, which must not crash.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { Client, digest } from 'ocigraph';

import { folder, root } from './support/servers.js';

/** Runs a program with the reference of an empty layout, and returns its output. */
async function run(t, program) {
  const options = { cwd: join(root, 'node'), timeout: 120_000 };
  const args = ['--expose-gc', '--input-type=module', '--eval', program, `oci:${join(folder(t), 'layout')}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return stdout.trim();
}

const SIZE = 128 << 20;

test('a worker can end while it pushes bytes', async (t) => {
  const program = `
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    const source = \`
      Promise.all([import('node:worker_threads'), import('ocigraph')]).then(([{ parentPort, workerData }, { Client }]) => {
        const client = new Client();
        for (let i = 0; i < 3; i += 1) {
          client.pushBlob(workerData, { content: Buffer.alloc(${SIZE}, i) }).catch(() => {});
        }
        client.push(workerData + ':v1', { files: [{ content: Buffer.alloc(${SIZE}, 9), title: 'a' }] }).catch(() => {});
        setTimeout(() => parentPort.postMessage('begun'), 30);
      });
    \`;
    for (let i = 0; i < 3; i += 1) {
      const worker = new Worker(source, { eval: true, workerData: process.argv[1] });
      await once(worker, 'message');
      await worker.terminate();
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    console.log('well');
  `;
  assert.equal(await run(t, program), 'well');
});

const ways = {
  transferred: `bytes = Buffer.alloc(${SIZE}, 1); take = () => structuredClone(bytes.buffer, { transfer: [bytes.buffer] });`,
  resized: `const memory = new ArrayBuffer(${SIZE}, { maxByteLength: ${SIZE} }); bytes = new Uint8Array(memory); take = () => memory.resize(0);`,
  'resized itself': `bytes = new ArrayBuffer(${SIZE}, { maxByteLength: ${SIZE} }); take = () => bytes.resize(0);`,
};
for (const [how, make] of Object.entries(ways)) {
  test(`bytes that are ${how} during a push are rejected`, async (t) => {
    const program = `
      import { Client } from 'ocigraph';
      const client = new Client();
      for (const begin of [
        (content) => client.pushBlob(process.argv[1], { content }),
        (content) => client.push(process.argv[1] + ':v1', { files: [{ content, title: 'a' }] }),
      ]) {
        let bytes;
        let take;
        ${make}
        const pushing = begin(bytes);
        await new Promise((resolve) => setTimeout(resolve, 5));
        take();
        bytes = take = undefined;
        gc();
        await pushing.then(() => console.log('pushed'), (error) => console.log(error.code, error.message));
        gc();
      }
    `;
    const refused = /^INVALID_ARGUMENT (blob|options\.files\[0\])\.content changed its size while it was being read$/;
    const lines = (await run(t, program)).split('\n');
    assert.equal(lines.length, 2);
    for (const line of lines) assert.match(line, refused);
  });
}

test('bytes that were already transferred are rejected instead of pushed as empty content', async (t) => {
  const client = new Client();
  const bytes = new Uint8Array(10);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  const refused = { code: 'INVALID_ARGUMENT', message: /transferred/ };
  const place = `oci:${join(folder(t), 'layout')}`;
  await assert.rejects(client.pushBlob(place, bytes), refused);
  await assert.rejects(client.pushManifest(place, bytes), refused);
  assert.throws(() => digest(bytes), refused);
});

test('views of resizable and shared memory are pushed completely', async (t) => {
  const client = new Client();
  const place = `oci:${join(folder(t), 'layout')}`;
  const resizable = new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 }), 2, 3).fill(0x61);
  const shared = new Uint8Array(new SharedArrayBuffer(8), 2, 3).fill(0x61);
  const growing = new Uint8Array(new SharedArrayBuffer(3, { maxByteLength: 16 })).fill(0x61);
  for (const content of [resizable, shared, growing, shared.buffer.slice(2, 5)]) {
    const { descriptor } = await client.pushBlob(place, content);
    assert.deepEqual([descriptor.digest, descriptor.size], [digest('aaa'), 3]);
    assert.equal(digest(content), digest('aaa'));
  }
});

test('bytes may change after their call was aborted', async (t) => {
  const client = new Client();
  const control = new AbortController();
  const content = Buffer.alloc(SIZE, 1);
  const pushing = client.pushBlob(`oci:${join(folder(t), 'layout')}`, content, { signal: control.signal });
  setTimeout(() => control.abort('enough'), 5);
  await assert.rejects(pushing, (error) => error === 'enough');
  content.fill(2);
  structuredClone(content.buffer, { transfer: [content.buffer] });
  await new Promise((resolve) => setTimeout(resolve, 100));
});
