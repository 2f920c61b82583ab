// Streams in both directions. A pushed stream is destroyed if it is not read to its end, and its errors are handled. The stream of
// a fetched blob ends with its signal, and can be garbage-collected.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { createReadStream, createWriteStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { Client, digest } from 'ocigraph';

import { fixture, folder, root } from './support/servers.js';

const client = new Client();
const layout = (t) => `oci:${join(folder(t), 'layout')}`;

async function run(program, args, env = {}) {
  const options = { cwd: join(root, 'node'), timeout: 60_000, env: { ...process.env, ...env } };
  const all = ['--expose-gc', '--input-type=module', '--eval', program, ...args];
  return (await promisify(execFile)(process.execPath, all, options)).stdout.trim();
}

/** Creates a stream of each kind, and records which of them were destroyed or cancelled. */
function watched(dir) {
  const path = join(dir, 'file');
  writeFileSync(path, 'content');
  const ended = { node: false, web: false, generator: false, begun: false };
  const node = createReadStream(path);
  node.on('close', () => {
    ended.node = true;
  });
  const web = new ReadableStream({
    cancel() {
      ended.web = true;
    },
  });
  const generator = {
    next: () => {
      ended.begun = true;
      return { done: true };
    },
    return: () => {
      ended.generator = true;
      return { done: true };
    },
    [Symbol.asyncIterator]: () => generator,
  };
  const files = Object.entries({ node, web, generator }).map(([title, content]) => ({ content, title }));
  return { ended, files, closed: once(node, 'close') };
}

const failing = {
  'another stream fails': (place, files) => {
    const first = Readable.from(
      (async function* () {
        yield 'a';
        throw new Error('mine');
      })(),
    );
    return client.push(place, { files: [{ content: first, title: 'first' }, ...files] });
  },
  'another file is invalid': (place, files) => client.push(place, { files: [...files, 42] }),
  'an option is invalid': (place, files) => client.push(place, { files, artifactTyp: 'a/b' }),
  'an option cannot be serialized': (place, files) => client.push(place, { files, annotations: new Map() }),
  'the subject is invalid': (place, files) => client.push(place, { files, subject: 'alpine' }),
  'the target is invalid': (_place, files) => client.push('alpine', { files }),
  'the target is missing': (_place, files) => client.push(undefined, { files }),
  'the signal is already aborted': (place, files) =>
    client.push(place, { files, signal: AbortSignal.abort(new Error('no')) }),
};
for (const [why, push] of Object.entries(failing)) {
  test(`streams are destroyed without being read when ${why}`, async (t) => {
    const { ended, files, closed } = watched(folder(t));
    await assert.rejects(push(`${layout(t)}:v1`, files));
    await closed;
    assert.deepEqual(ended, { node: true, web: true, generator: true, begun: false });
  });
}

test('the stream of a blob is destroyed too', async (t) => {
  const { ended, files, closed } = watched(folder(t));
  for (const { content } of files)
    await assert.rejects(client.pushBlob('alpine', content), { code: 'INVALID_REFERENCE' });
  await closed;
  assert.deepEqual(ended, { node: true, web: true, generator: true, begun: false });
});

test('a stream that is passed as a file is destroyed too', async (t) => {
  const { files, closed } = watched(folder(t));
  await assert.rejects(client.push(layout(t), { files: [files[0].content] }), { code: 'INVALID_ARGUMENT' });
  await closed;
});

test('closing the client ends a push whose stream stalls', async (t) => {
  for (const close of [(closing) => closing.close(), (closing) => closing[Symbol.asyncDispose]()]) {
    const closing = new Client();
    const content = new PassThrough();
    content.write('a');
    const pushing = closing.pushBlob(layout(t), content);
    setTimeout(() => close(closing), 20);
    const message = /^push blob oci:.*: the client was closed during the call$/;
    await assert.rejects(pushing, { code: 'CANCELLED', operation: 'push blob', message });
    assert.equal(content.destroyed, true);
  }
});

test('a stream that fails while another one is read rejects the push, and does not end the process', async (t) => {
  const program = `
    import { createReadStream } from 'node:fs';
    import { Client } from 'ocigraph';
    async function* slow() { yield 'a'; await new Promise((resolve) => setTimeout(resolve, 200)); yield 'b'; }
    const files = [{ content: slow(), title: 'slow' }, { content: createReadStream('/there/is/none'), title: 'none' }];
    await new Client().push(process.argv[1], { files }).catch((error) => console.log(error.code));
  `;
  assert.equal(await run(program, [`${layout(t)}:v1`]), 'ENOENT');
});

test('a stream that was read or destroyed, or is locked, is rejected instead of pushed as empty content', async (t) => {
  const place = layout(t);
  const read = Readable.from(['a']);
  for await (const _ of read);
  const destroyed = new PassThrough().destroy();
  const locked = new Blob(['a']).stream();
  locked.getReader();
  for (const content of [read, destroyed, locked]) {
    await assert.rejects(client.pushBlob(place, content), { code: 'INVALID_ARGUMENT', message: /is a stream that/ });
  }
});

test('a stream of strings may split a character', async (t) => {
  const place = layout(t);
  const push = async (...content) => (await client.pushBlob(place, Readable.from(content))).descriptor.digest;
  assert.equal(await push('a\ud83d', '\ude00b'), digest('a😀b'));
  assert.equal(await push('\ud83d', '', '\ude00'), digest('😀'));
  assert.equal(await push('\ud83d', Buffer.from('b')), digest('\ufffdb'));
  assert.equal(await push('a\ud83d'), digest('a\ufffd'));
  const long = '😀'.repeat(400_000);
  assert.equal((await client.pushBlob(place, { content: `a${long}` })).descriptor.digest, digest(`a${long}`));
});

test('buffered content has no file name, and is deleted with the call or the process', async (t) => {
  const temporary = folder(t);
  const program = `
    import { readdirSync, readlinkSync } from 'node:fs';
    import { Client } from 'ocigraph';
    const [place, temporary] = process.argv.slice(1);
    const client = new Client();
    const open = () => readdirSync('/proc/self/fd').filter((fd) => {
      try { return readlinkSync('/proc/self/fd/' + fd).startsWith(temporary); } catch { return false; }
    }).length;
    let during;
    async function* broken() {
      for (let i = 0; i < 4; i += 1) yield Buffer.alloc(1 << 20);
      during = [open(), readdirSync(temporary).length];
      throw new Error('mine');
    }
    const files = [{ content: Buffer.alloc(4 << 20), title: 'a' }, { content: broken(), title: 'b' }];
    await client.push(place + ':v1', { files }).catch((error) => console.log(error.message));
    await new Promise((resolve) => setTimeout(resolve, 100));
    console.log(JSON.stringify([during, open()]));
    async function* endless() { for (;;) yield Buffer.alloc(1 << 20); }
    client.pushBlob(place, endless());
    setTimeout(() => process.exit(), 100);
  `;
  assert.equal(await run(program, [layout(t), temporary], { TMPDIR: temporary }), 'mine\n[[2,0],0]');
  assert.deepEqual(readdirSync(temporary), []);
});

/** Pushes a blob to a registry and returns its reference. */
async function blob(t, size = 4_000_000) {
  const { host } = await fixture(t);
  const { descriptor } = await client.pushBlob(`${host}/app`, Buffer.alloc(size, 'ocigraph'));
  return `${host}/app@${descriptor.digest}`;
}

test('a blob can be read into a buffer of the reader', async (t) => {
  const reader = (await client.fetchBlob(await blob(t, 100_000))).getReader({ mode: 'byob' });
  const pieces = [];
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(7000));
    if (done) break;
    pieces.push(value);
  }
  assert.ok(pieces.every((piece) => piece.length <= 7000));
  assert.ok(Buffer.concat(pieces).equals(Buffer.alloc(100_000, 'ocigraph')));
});

test('pipeline writes a blob to a file', async (t) => {
  const path = join(folder(t), 'blob');
  await pipeline(await client.fetchBlob(await blob(t)), createWriteStream(path));
  assert.ok(readFileSync(path).equals(Buffer.alloc(4_000_000, 'ocigraph')));
});

test('a stream fails if its signal is aborted while it is created', async (t) => {
  const target = await blob(t);
  const control = new AbortController();
  const { signal } = control;
  const { removeEventListener } = signal;
  signal.removeEventListener = (...args) => {
    removeEventListener.apply(signal, args);
    control.abort('late');
  };
  const reading = client.fetchBlob(target, { signal }).then((stream) => new Response(stream).arrayBuffer());
  await assert.rejects(reading, (error) => error === 'late');
});

test('an unreferenced stream is collected although its signal is still referenced', async (t) => {
  const program = `
    import { getEventListeners } from 'node:events';
    import { readdirSync } from 'node:fs';
    import { Client } from 'ocigraph';
    const client = new Client();
    const { signal } = new AbortController();
    const files = () => readdirSync('/proc/self/fd').length;
    await client.tags('oci:none').catch(() => {});
    const before = files();
    const open = async () => {
      for (let i = 0; i < 20; i += 1) {
        await client.fetchBlob(process.argv[1], { signal, onProgress: i % 2 ? () => {} : undefined });
      }
      return files() - before;
    };
    const many = await open();
    for (let i = 0; i < 100 && (files() - before > 5 || getEventListeners(signal, 'abort').length); i += 1) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    console.log(many >= 20, files() - before <= 5, getEventListeners(signal, 'abort').length);
  `;
  // More than the socket buffers hold, so that a connection stays open as long as its stream.
  assert.equal(await run(program, [await blob(t, 32 << 20)]), 'true true 0');
});

test('progress of a blob is reported up to its end for pushes and fetches', async (t) => {
  const { host } = await fixture(t);
  const content = Buffer.alloc(3_000_000, 1);
  const events = [];
  const onProgress = (event) => events.push([event.type, event.position, event.outcome]);
  const { descriptor } = await client.pushBlob(`${host}/app`, content, { onProgress });
  assert.deepEqual(events[0], ['started', 0, undefined]);
  assert.deepEqual(events.at(-1), ['finished', content.length, 'uploaded']);
  events.length = 0;
  const stream = await client.fetchBlob(`${host}/app@${descriptor.digest}`, { onProgress });
  assert.deepEqual(events, [['started', 0, undefined]]);
  await new Response(stream).arrayBuffer();
  assert.deepEqual(events.at(-1), ['finished', content.length, 'checked']);
  assert.ok(events.some(([type, position]) => type === 'moved' && position > 0));
});

test('a stream fails with the value that onProgress throws or rejects with', async (t) => {
  const target = await blob(t);
  const mine = new Error('mine');
  const ways = [
    (event) => {
      if (event.type !== 'started') throw mine;
    },
    async (event) => {
      if (event.type !== 'started') throw mine;
    },
  ];
  for (const onProgress of ways) {
    const stream = await client.fetchBlob(target, { onProgress });
    await assert.rejects(new Response(stream).arrayBuffer(), (error) => error === mine);
  }
});

test('a cancelled stream closes its connection', async (t) => {
  const { createServer } = await import('node:http');
  const bytes = Buffer.alloc(64 << 20);
  let closed;
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    if (request.method === 'HEAD') return response.end();
    closed = new Promise((resolve) => request.socket.on('close', resolve));
    response.end(bytes);
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const stream = await client.fetchBlob(`127.0.0.1:${server.address().port}/app@${digest(bytes)}`);
  const reader = stream.getReader();
  assert.ok((await reader.read()).value.length > 0);
  await reader.cancel();
  assert.equal((await reader.read()).done, true);
  await closed;
});

test('finished calls and streams leave no listener on a signal', async (t) => {
  const target = await blob(t);
  const { signal } = new AbortController();
  const place = layout(t);
  const count = () => getEventListeners(signal, 'abort').length;
  const during = [];
  await client.push(`${place}:v1`, {
    files: [{ content: Readable.from(['a']), title: 'a' }],
    signal,
    onProgress: () => during.push(count()),
  });
  assert.ok(during.length > 0 && during.every((listeners) => listeners === 1));
  const streams = await Promise.all([1, 2, 3].map(() => client.fetchBlob(target, { signal })));
  assert.equal(count(), 1, 'one listener serves all calls');
  const [first, second, third] = streams;
  await Promise.all([first.cancel(), new Response(second).arrayBuffer(), third.pipeTo(new WritableStream())]);
  await assert.rejects(client.resolve('alpine', { signal }));
  await assert.rejects(client.resolve(`${place}:none`, { signal }), { code: 'NOT_FOUND' });
  assert.equal(count(), 0);
});
