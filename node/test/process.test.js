// The life of a client in a process: it does not keep the process alive, worker threads create their own, and 1,000 calls
// can run concurrently.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

import { Client } from 'ocigraph';

import { fixture, folder, root } from './support/servers.js';
import { stalledRegistry } from './support/stalled.js';

/** Runs a module in a separate process, which must exit without being killed. */
async function run(program) {
  const options = { cwd: join(root, 'node'), timeout: 60_000 };
  const args = ['--expose-gc', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return stdout.trim();
}

/** Returns a URL of a module from its source, for a worker. */
function moduleOf(program) {
  const source = program.replace("'ocigraph'", JSON.stringify(import.meta.resolve('ocigraph')));
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

test('a process ends although its client was not closed', async (t) => {
  const { host } = await fixture(t);
  const program = `
    import { Client } from 'ocigraph';
    const client = globalThis.client = new Client();
    await client.push('${host}/app:v1', { files: [{ content: 'a', title: 'a' }] });
    globalThis.stream = await client.fetchBlob('${host}/app@sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb');
    console.log(await client.tags('${host}/app'));
  `;
  assert.equal(await run(program), "[ 'v1' ]");
});

test('a process can exit during calls', async (t) => {
  const { host } = await stalledRegistry(t);
  const program = `
    import { Client } from 'ocigraph';
    const client = new Client();
    for (let i = 0; i < 20; i += 1) client.verify('${host}/app:v1', { onProgress: () => {} });
    setTimeout(() => process.exit(), 100);
    console.log('exits');
  `;
  assert.equal(await run(program), 'exits');
});

test('a process waits for a running call', async (t) => {
  const { host } = await fixture(t, '--delay-ms=300');
  const program = `
    import { Client } from 'ocigraph';
    new Client().tags('${host}/app').catch((error) => console.log(error.code));
  `;
  assert.equal(await run(program), 'NOT_FOUND');
});

test('worker threads have their own clients and can be terminated during a call', async (t) => {
  const { host } = await stalledRegistry(t);
  const place = `oci:${join(folder(t), 'layout')}`;
  const program = `
    import { parentPort, threadId } from 'node:worker_threads';
    import { Client } from 'ocigraph';
    const client = new Client();
    const { descriptor } = await client.push('${place}:t' + threadId, { files: [{ content: 'of ' + threadId, title: 'a' }] });
    client.discover('${host}/app:v1', { signal: AbortSignal.timeout(60_000) }).catch(() => {});
    setTimeout(() => parentPort.postMessage(descriptor.digest), 100);
  `;
  const workers = Array.from({ length: 4 }, () => new Worker(moduleOf(program)));
  const digests = await Promise.all(
    workers.map(
      (worker) =>
        new Promise((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  assert.equal(new Set(digests).size, 4);
  await Promise.all(workers.map((worker) => worker.terminate()));
  assert.equal((await new Client().tags(place)).length, 4);
});

test('the calls of a worker end with it', async (t) => {
  const dir = folder(t);
  const path = join(dir, 'large');
  writeFileSync(path, '');
  truncateSync(path, 64 * 2 ** 30);
  const program = `
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    const source = \`
      Promise.all([import('node:worker_threads'), import('ocigraph')]).then(([{ parentPort, workerData }, ocigraph]) => {
        ocigraph.digestFile(workerData.path);
        new ocigraph.Client().pushBlob(workerData.place, workerData.path);
        setTimeout(() => parentPort.postMessage('begun'), 50);
      });
    \`;
    const [path, place] = ${JSON.stringify([path, `oci:${join(dir, 'layout')}`])};
    const worker = new Worker(source, { eval: true, workerData: { path, place } });
    await once(worker, 'message');
    await worker.terminate();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { user, system } = process.cpuUsage(before);
    // CPU time in microseconds. A thread that continued to read would use 500,000.
    console.log(user + system < 250_000 ? 'idle' : user + system);
  `;
  assert.equal(await run(program), 'idle');
});

test('1,000 concurrent calls each get their own result', async (t) => {
  const { host } = await fixture(t);
  const client = new Client();
  const tags = Array.from({ length: 20 }, (_, i) => `t${i}`);
  const pushes = tags.map((tag) => client.push(`${host}/app:${tag}`, { files: [{ content: tag, title: 'a' }] }));
  const pushed = await Promise.all(pushes);
  const calls = Array.from({ length: 1000 }, async (_, i) => {
    const target = `${host}/app:${tags[i % 20]}`;
    if (i % 10 === 9) return client.resolve(`${host}/app:none`).then(assert.fail, (error) => error.code);
    return i % 2 ? (await client.discover(target)).subject.digest : (await client.resolve(target)).digest;
  });
  const expected = calls.map((_, i) => (i % 10 === 9 ? 'NOT_FOUND' : pushed[i % 20].descriptor.digest));
  assert.deepEqual(await Promise.all(calls), expected);
});

test('a call continues although its client is unreferenced', async (t) => {
  const { host } = await fixture(t, '--delay-ms=300');
  const program = `
    import { Client } from 'ocigraph';
    const calling = new Client().tags('${host}/app').catch((error) => error.code);
    for (let i = 0; i < 5; i += 1) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    console.log(await calling);
  `;
  assert.equal(await run(program), 'NOT_FOUND');
});

test('unreferenced clients release their threads', async () => {
  const program = `
    import { readdirSync } from 'node:fs';
    import { Client } from 'ocigraph';
    const threads = () => readdirSync('/proc/self/task').length;
    const before = threads();
    for (let i = 0; i < 50; i += 1) {
      await new Client().tags('oci:none').catch(() => {});
      if (i % 10 === 9) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    console.log(threads() - before <= 20 ? 'few' : threads() - before);
  `;
  assert.equal(await run(program), 'few');
});
