// An aborted call rejects quickly with the signal's reason, leaves no partial results, and does not keep the process alive.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client } from 'ocigraph';

import { node, run } from './support/programs.js';
import { fixture, folder, root } from './support/servers.js';
import { stalledRegistry } from './support/stalled.js';

/** The documented limits for an aborted call, in milliseconds: usually, and if it waits for the registry. */
const LIMIT = 100;
const MAX_LIMIT = 2000;
const RUNS = 5;

const calls = {
  push: async ({ client, host, dir, signal }) => {
    const path = join(dir, 'large.bin');
    writeFileSync(path, '');
    truncateSync(path, 64 << 20);
    await client.push(`${host}/app:v1`, { files: [{ path, title: 'large.bin' }], signal });
  },
  pull: ({ client, host, dir, signal }) => client.pull(`${host}/app:v1`, { output: dir, signal }),
  discover: ({ client, host, signal }) => client.discover(`${host}/app:v1`, { signal }),
  verify: ({ client, host, signal }) => client.verify(`${host}/app:v1`, { signal }),
  copy: ({ client, host, dir, signal }) => client.copy(`${host}/app:v1`, `oci:${dir}/layout:v1`, { signal }),
  fetchBlob: async ({ client, host, blob, signal }) => {
    const stream = await client.fetchBlob(`${host}/app@${blob}`, { signal });
    await new Response(stream).arrayBuffer();
  },
};

for (const [name, call] of Object.entries(calls)) {
  // A push waits for the response to the cancellation of its upload session, for which the registry takes 200 ms.
  const limit = name === 'push' ? MAX_LIMIT : LIMIT;
  test(`${name} rejects with the reason within ${limit} ms when it is aborted while running`, async (t) => {
    const registry = await stalledRegistry(t);
    const client = new Client();
    const times = [];
    for (let run = 0; run < RUNS; run += 1) {
      const dir = folder(t);
      const control = new AbortController();
      const reason = new Error('enough');
      const reached = new Promise((resolve) => {
        registry.onReached = resolve;
      });
      const { host, blob } = registry;
      const ended = call({ client, host, blob, dir, signal: control.signal }).then(
        () => assert.fail('it should not succeed'),
        (error) => error,
      );
      await Promise.race([reached, ended]);
      const from = performance.now();
      control.abort(reason);
      const error = await ended;
      times.push(performance.now() - from);
      assert.equal(error, reason);
      if (name === 'pull') assert.deepEqual(readdirSync(dir), []);
      if (name === 'push') assert.equal(registry.cancelledUploads, run + 1);
    }
    assert.equal(registry.reached >= RUNS, true);
    const took = `took ${times.map((ms) => ms.toFixed(1))} ms`;
    t.diagnostic(took);
    assert.ok(Math.max(...times) < limit, took);
  });
}

const endings = {
  'is aborted': (control) => control.abort(new Error('enough')),
  'has a callback that throws': () => {
    throw new Error('enough');
  },
};
for (const [how, end] of Object.entries(endings)) {
  test(`a pull that ${how} deletes its partial file before it rejects`, async (t) => {
    const target = await large(t);
    const client = new Client();
    for (let run = 0; run < RUNS; run += 1) {
      const output = folder(t);
      const control = new AbortController();
      let files;
      const onProgress = (event) => {
        if (event.type !== 'moved') return;
        files ??= readdirSync(output).length;
        end(control);
      };
      await assert.rejects(client.pull(target, { output, signal: control.signal, onProgress }), { message: 'enough' });
      assert.deepEqual(readdirSync(output), []);
      assert.equal(files, 1);
    }
  });
}

test('a program that exits when its pull rejects leaves no partial file', async (t) => {
  const target = await large(t);
  const output = folder(t);
  const program = `
    import { Client } from 'ocigraph';
    const control = new AbortController();
    const onProgress = (event) => event.type === 'moved' && control.abort();
    const options = { output: ${JSON.stringify(output)}, signal: control.signal, onProgress };
    new Client().pull('${target}', options).catch((error) => process.exit(error.name === 'AbortError' ? 7 : 1));
  `;
  const { code, stderr } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: node });
  assert.equal(code, 7, stderr);
  assert.deepEqual(readdirSync(output), []);
});

/** Creates an artifact that takes a moment to pull. */
async function large(t) {
  const { host } = await fixture(t);
  const target = `${host}/large:v1`;
  await new Client().push(target, { files: [{ content: Buffer.alloc(64 << 20, 7), title: 'large.bin' }] });
  return target;
}

test('a call rejects if its signal is already aborted', async () => {
  const client = new Client();
  await assert.rejects(client.tags('127.0.0.1:1/app', { signal: AbortSignal.abort('before') }), (e) => e === 'before');
});

test('one signal aborts many calls without a warning from Node.js', async (t) => {
  const { host } = await stalledRegistry(t);
  const warnings = [];
  const warn = (warning) => warnings.push(warning);
  process.on('warning', warn);
  t.after(() => process.off('warning', warn));
  const client = new Client();
  for (const signal of [AbortSignal.timeout(50), AbortSignal.any([AbortSignal.timeout(50)])]) {
    const calls = Array.from({ length: 30 }, () => client.discover(`${host}/app:v1`, { signal }));
    const settled = await Promise.allSettled(calls);
    assert.ok(settled.every((call) => call.reason?.name === 'TimeoutError'));
  }
  assert.deepEqual(warnings, []);
});

test('a reason may be any value, including undefined', async (t) => {
  const { host } = await stalledRegistry(t);
  for (const reason of [null, 0, 'text', { an: 'object' }]) {
    const control = new AbortController();
    const calling = new Client().discover(`${host}/app:v1`, { signal: control.signal });
    setTimeout(() => control.abort(reason), 10);
    assert.equal(await calling.then(assert.fail, (error) => error), reason);
  }
});

test('a timeout signal aborts a call', async (t) => {
  const { host } = await stalledRegistry(t);
  const calling = new Client().discover(`${host}/app:v1`, { signal: AbortSignal.timeout(50) });
  await assert.rejects(calling, { name: 'TimeoutError' });
});

test('a signal that is aborted later does not affect a finished call', async (t) => {
  const client = new Client();
  const control = new AbortController();
  await client.push(`oci:${join(folder(t), 'layout')}:v1`, { signal: control.signal });
  assert.deepEqual(getEventListeners(control.signal, 'abort'), []);
  control.abort();
});

test('an interrupted upload is cancelled before its call rejects, and before await using ends', async (t) => {
  const registry = await stalledRegistry(t);
  const begin = async (client) => {
    const reached = new Promise((resolve) => {
      registry.onReached = resolve;
    });
    const pushing = client.push(`${registry.host}/app:v1`, { files: [{ content: Buffer.alloc(8 << 20), title: 'a' }] });
    const ended = assert.rejects(pushing, { code: 'CANCELLED', operation: 'push', message: /the client was closed/ });
    await reached;
    return { ended };
  };
  // Called directly, because Node.js 20 does not support `await using`.
  const waiting = new Client();
  const first = await begin(waiting);
  await waiting[Symbol.asyncDispose]();
  assert.equal(registry.cancelledUploads, 1);
  await first.ended;

  const closing = new Client();
  const second = await begin(closing);
  closing.close();
  await second.ended;
  assert.equal(registry.cancelledUploads, 2);
  await waiting[Symbol.asyncDispose]();
});

test('a stalled stream does not delay an aborted push', async (t) => {
  const control = new AbortController();
  let returned = false;
  const content = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: () => (returned = true) }),
  };
  const pushing = new Client().push(`oci:${join(folder(t), 'layout')}:v1`, {
    files: [{ content, title: 'never' }],
    signal: control.signal,
  });
  setTimeout(() => control.abort('enough'), 20);
  await assert.rejects(pushing, (error) => error === 'enough');
  assert.equal(returned, true);
});

test('an aborted push leaves no tag', async (t) => {
  const place = `oci:${join(folder(t), 'layout')}`;
  const client = new Client();
  const control = new AbortController();
  const pushing = client.push(`${place}:v1`, {
    files: [{ content: Buffer.alloc(8 << 20), title: 'a' }],
    signal: control.signal,
    onProgress: () => control.abort('enough'),
  });
  await assert.rejects(pushing, (error) => error === 'enough');
  await assert.rejects(client.resolve(`${place}:v1`), { code: 'NOT_FOUND' });
});

test('aborted calls do not keep the process alive', async (t) => {
  const { host, blob } = await stalledRegistry(t);
  const program = `
    import { Client } from 'ocigraph';
    const client = new Client();
    const signal = AbortSignal.timeout(100);
    const calls = [
      client.discover('${host}/app:v1', { signal }),
      client.pull('${host}/app:v1', { output: ${JSON.stringify(folder(t))}, signal }),
      client.push('${host}/app:v1', { files: [{ content: Buffer.alloc(8 << 20), title: 'a' }], signal }),
      client.fetchBlob('${host}/app@${blob}', { signal }).then((stream) => new Response(stream).arrayBuffer()),
    ];
    const settled = await Promise.allSettled(calls);
    console.log(settled.map((call) => call.reason?.name).join());
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: join(root, 'node'),
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  const [code, killed] = await new Promise((resolve) => child.on('close', (...how) => resolve(how)));
  assert.deepEqual([code, killed], [0, null]);
  assert.equal(output.trim(), Array(4).fill('TimeoutError').join());
});
