// What the package adds to the core: content in every JavaScript form, streams, graphs, progress and errors.

import assert from 'node:assert/strict';
import { createReadStream, openAsBlob, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

import { Client, digest, OcigraphError, version } from 'ocigraph';

import { fixture, folder, root } from './support/servers.js';

const client = new Client();

function layout(t) {
  return `oci:${join(folder(t), 'layout')}`;
}

async function pulled(t, target) {
  const output = folder(t);
  const [{ files }] = await client.pull(target, { output: pathToFileURL(output) });
  return Object.fromEntries(files.map(({ path }) => [path.slice(output.length + 1), readFileSync(path, 'utf8')]));
}

test('files are paths, URLs, bytes, text, blobs and streams', async (t) => {
  const dir = folder(t);
  const place = layout(t);
  const path = join(dir, 'on disk.txt');
  writeFileSync(path, 'disk');
  async function* generated() {
    yield 'gener';
    yield Buffer.from('ated');
  }
  const contents = {
    buffer: Buffer.from('buffer'),
    array: new Uint8Array([0x61, 0x62]).subarray(1),
    words: new Uint16Array([0x6261]),
    arraybuffer: new TextEncoder().encode('arraybuffer').buffer,
    text: 'tëxt',
    empty: '',
    blob: new Blob(['bl', 'ob']),
    file: await openAsBlob(path),
    node: createReadStream(path),
    readable: Readable.from(['read', 'able']),
    web: new Blob(['web']).stream(),
    generated: generated(),
    list: [Buffer.from('li'), Buffer.from('st')],
  };
  const files = Object.entries(contents).map(([title, content]) => ({ title, content }));
  files.push({ path, title: 'path' }, { path: pathToFileURL(path), title: 'url' });
  const { blobs } = await client.push(`${place}:v1`, { files });
  assert.deepEqual(
    blobs.map((blob) => blob.title),
    files.map((file) => file.title),
  );
  assert.deepEqual(await pulled(t, `${place}:v1`), {
    buffer: 'buffer',
    array: 'b',
    words: 'ab',
    arraybuffer: 'arraybuffer',
    text: 'tëxt',
    empty: '',
    blob: 'blob',
    file: 'disk',
    node: 'disk',
    readable: 'readable',
    web: 'web',
    generated: 'generated',
    list: 'list',
    path: 'disk',
    url: 'disk',
  });
});

test('a config, media types and annotations go with their files', async (t) => {
  const place = layout(t);
  const annotations = { 'com.example.key': 'välue' };
  await client.push(`${place}:v1`, {
    files: [
      { content: '{}', title: 'a.json', annotations },
      { content: '{}', title: 'b', mediaType: 'text/x' },
    ],
    config: { content: '{"a":1}', mediaType: 'application/vnd.example.config+json' },
    annotations,
  });
  const { bytes, descriptor } = await client.fetchManifest(`${place}:v1`);
  const manifest = JSON.parse(Buffer.from(bytes).toString());
  assert.equal(descriptor.digest, digest(bytes));
  assert.equal(manifest.config.mediaType, 'application/vnd.example.config+json');
  assert.deepEqual(
    manifest.layers.map((layer) => layer.mediaType),
    ['application/json', 'text/x'],
  );
  assert.equal(manifest.layers[0].annotations['com.example.key'], 'välue');
  assert.deepEqual(manifest.annotations, annotations);
});

test('a blob is pushed from any content and fetched as a web stream with its descriptor', async (t) => {
  const place = layout(t);
  const path = join(folder(t), 'blob.bin');
  const bytes = Buffer.alloc(3_000_000, 'ocigraph');
  writeFileSync(path, bytes);
  const first = await client.pushBlob(place, bytes);
  assert.equal(first.outcome, 'uploaded');
  assert.deepEqual(first.descriptor, {
    mediaType: 'application/octet-stream',
    digest: digest(bytes),
    size: bytes.length,
  });
  for (const again of [
    path,
    { path },
    pathToFileURL(path),
    createReadStream(path),
    new Blob([bytes]),
    { content: bytes },
  ]) {
    const { outcome, descriptor } = await client.pushBlob(place, again);
    assert.deepEqual([outcome, descriptor.digest], ['existed', first.descriptor.digest]);
  }
  const part = await client.pushBlob(place, createReadStream(path, { start: 8, end: 15 }));
  assert.equal(part.descriptor.digest, digest('ocigraph'));

  const stream = await client.fetchBlob(`${place}@${first.descriptor.digest}`);
  assert.ok(stream instanceof ReadableStream);
  assert.deepEqual(stream.descriptor, first.descriptor);
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  assert.ok(chunks.length > 1);
  assert.ok(Buffer.concat(chunks).equals(bytes));
});

test('a blob has the media type of the options', async (t) => {
  const place = layout(t);
  const client = new Client();
  for (const [mediaType, expected] of [
    ['text/plain', 'text/plain'],
    [undefined, 'application/octet-stream'],
  ]) {
    const path = join(folder(t), 'file');
    writeFileSync(path, 'path');
    for (const blob of [path, { content: 'text' }]) {
      assert.equal((await client.pushBlob(place, blob, { mediaType })).descriptor.mediaType, expected);
    }
  }
});

test('the stream of a damaged blob fails', async (t) => {
  const place = layout(t);
  const { descriptor } = await client.pushBlob(place, Buffer.alloc(1_000_000));
  const path = join(place.slice(4), 'blobs', 'sha256', descriptor.digest.slice(7));
  writeFileSync(path, Buffer.alloc(1_000_000, 1));
  const stream = await client.fetchBlob(`${place}@${descriptor.digest}`);
  await assert.rejects(new Response(stream).arrayBuffer(), { code: 'DIGEST_MISMATCH' });
});

test('a push rejects with the error that its content stream throws', async (t) => {
  const mine = new Error('mine');
  async function* broken() {
    yield 'a';
    throw mine;
  }
  const files = [{ content: broken(), title: 'a' }];
  await assert.rejects(client.push(`${layout(t)}:v1`, { files }), (error) => error === mine);
});

async function pushGraph(place) {
  const push = (options) => client.push(place, options);
  const image = await client.push(`${place}:v1`, { files: [{ content: 'image', title: 'image' }] });
  const sbom = await push({ subject: `${place}:v1`, artifactType: 'sbom/example' });
  const signature = await push({ subject: sbom.reference, artifactType: 'signature/example' });
  const readme = await push({ subject: `${place}:v1`, artifactType: 'readme/example' });
  return [image, sbom, signature, readme].map((pushed) => pushed.descriptor.digest);
}

test('a graph can be iterated, filtered, drawn and converted to JSON', async (t) => {
  const place = layout(t);
  const [image, sbom, signature, readme] = await pushGraph(place);
  const graph = await client.discover(`${place}:v1`);
  assert.equal(graph.subject.digest, image);
  assert.equal(graph.size, 3);
  const steps = [...graph].map(({ descriptor, subject, depth, first }) => [descriptor.digest, subject, depth, first]);
  assert.deepEqual(steps, [
    [sbom, image, 1, true],
    [signature, sbom, 2, true],
    [readme, image, 1, true],
  ]);
  assert.deepEqual(
    graph.referrers().map((node) => node.digest),
    [sbom, readme],
  );
  assert.deepEqual(
    graph.referrers(sbom).map((node) => node.artifactType),
    ['signature/example'],
  );
  assert.deepEqual(graph.referrers(graph.referrers()[1]), []);
  assert.deepEqual(graph.referrers('nothing'), []);

  const tree = [
    `${place}:v1`,
    '├── sbom/example',
    `│   └── ${sbom}`,
    '│       └── signature/example',
    `│           └── ${signature}`,
    '└── readme/example',
    `    └── ${readme}`,
    '',
  ].join('\n');
  assert.equal(graph.tree(), tree);
  assert.equal(`${graph}`, tree);
  assert.equal(inspect(graph), `Graph ${tree}`);
  assert.match(graph.dot(), /^digraph referrers {/);
  assert.match(graph.mermaid(), /^graph BT\n/);

  const json = JSON.parse(JSON.stringify(graph));
  assert.equal(json.reference, `${place}:v1`);
  assert.deepEqual(
    json.references.map((node) => node.digest),
    [sbom, readme],
  );
  assert.equal(json.referrers[0].referrers[0].digest, signature);

  const signed = graph.filter((node) => node.artifactType === 'signature/example');
  assert.deepEqual(
    [...signed].map((step) => step.descriptor.digest),
    [sbom, signature],
  );
  assert.equal(graph.filter(() => false).size, 0);
});

test('deleteManifest deletes one manifest and keeps its referrers', async (t) => {
  const { host } = await fixture(t);
  for (const place of [layout(t), `${host}/app`]) {
    const [image, sbom] = await pushGraph(place);
    const deleted = await client.deleteManifest(`${place}:v1`);
    assert.equal(deleted.digest, image);
    await assert.rejects(client.resolve(`${place}@${image}`), { code: 'NOT_FOUND' });
    assert.equal((await client.resolve(`${place}@${sbom}`)).digest, sbom);
    await assert.rejects(client.deleteManifest(`${place}:v1`), { code: 'NOT_FOUND' });
  }
});

test('progress reports every blob in order and ends before the result', async (t) => {
  const place = layout(t);
  const events = [];
  const content = Buffer.alloc(2_000_000, 1);
  let over = false;
  await client.push(`${place}:v1`, {
    files: [{ content, title: 'a' }],
    onProgress: (event) => {
      assert.equal(over, false);
      events.push(event);
    },
  });
  over = true;
  assert.deepEqual([events[0].type, events[0].position], ['started', 0]);
  const last = events.at(-1);
  assert.deepEqual([last.type, last.outcome, last.position], ['finished', 'uploaded', content.length]);
  assert.equal(last.blob.digest, digest(content));
  const moved = events.filter((event) => event.type === 'moved').map((event) => event.position);
  assert.ok(moved.length > 0);
  assert.deepEqual(
    moved,
    moved.toSorted((a, b) => a - b),
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
});

for (const operation of ['push', 'pull', 'copy', 'verify', 'pushBlob']) {
  for (const [how, throwing] of Object.entries({
    throws: (error) => {
      throw error;
    },
    'rejects with': async (error) => {
      throw error;
    },
    'rejects with later': async (error) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw error;
    },
  })) {
    test(`a ${operation} rejects with the value that onProgress ${how}`, async (t) => {
      const place = layout(t);
      await client.push(`${place}:v1`, { files: [{ content: Buffer.alloc(2_000_000), title: 'a' }] });
      const mine = new Error('mine');
      let calls = 0;
      const onProgress = () => {
        calls += 1;
        return throwing(mine);
      };
      const begin = {
        push: () => client.push(`${place}:v2`, { files: [{ content: 'other', title: 'a' }], onProgress }),
        pull: () => client.pull(`${place}:v1`, { output: folder(t), onProgress }),
        copy: () => client.copy(`${place}:v1`, `${layout(t)}:v1`, { onProgress }),
        verify: () => client.verify(`${place}:v1`, { onProgress }),
        pushBlob: () => client.pushBlob(place, { content: 'another' }, { onProgress }),
      };
      await assert.rejects(begin[operation](), (error) => error === mine);
      assert.ok(how === 'throws' ? calls === 1 : calls > 0);
    });
  }
}

test('a call waits for promises of onProgress, unless it is aborted', async (t) => {
  const place = layout(t);
  let [begun, done] = [0, 0];
  const onProgress = async () => {
    begun += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
    done += 1;
  };
  await client.pushBlob(place, { content: 'a' }, { onProgress });
  assert.ok(begun > 0);
  assert.equal(done, begun);
  const control = new AbortController();
  const never = () => {
    setTimeout(() => control.abort('enough'), 20);
    return new Promise(() => {});
  };
  const pushing = client.pushBlob(place, { content: 'b' }, { onProgress: never, signal: control.signal });
  await assert.rejects(pushing, (error) => error === 'enough');
});

test('an error has all details of the response', async (t) => {
  const registry = await fixture(t);
  const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'not for you' }] });
  await registry.configure({ fail: [{ path: '/tags/list', status: 403, body }] });
  const error = await client.tags(`${registry.host}/app`).then(assert.fail, (error) => error);
  assert.ok(error instanceof OcigraphError && error instanceof Error);
  assert.equal(error.name, 'OcigraphError');
  assert.deepEqual([error.code, error.number, error.status], ['FORBIDDEN', 6, 403]);
  assert.deepEqual([error.operation, error.reference], ['tags', `${registry.host}/app`]);
  assert.deepEqual(error.registryErrors, [{ code: 'DENIED', message: 'not for you' }]);
  assert.deepEqual(error.registryCodes, ['DENIED']);
  assert.equal(error.retryable, false);
  assert.match(error.message, /^tags 127/);
  const json = JSON.parse(JSON.stringify(error));
  assert.deepEqual([json.name, json.code, json.status, json.message], [error.name, error.code, 403, error.message]);
});

test('the stack trace of an error is that of the caller', async () => {
  async function deploy() {
    await client.resolve('alpine');
  }
  const error = await deploy().then(assert.fail, (error) => error);
  assert.match(error.stack, /at async deploy/);
  assert.match(
    error.stack,
    /^OcigraphError: resolve alpine: invalid reference "alpine": expected REGISTRY\/REPOSITORY/,
  );
});

test('limits are enforced', async (t) => {
  const { host } = await fixture(t, '--delay-ms=60000');
  const hasty = new Client({ limits: { responseTimeout: 50, maxAttempts: 1 } });
  await assert.rejects(hasty.tags(`${host}/app`), { code: 'TIMEOUT' });
  const place = layout(t);
  await client.push(`${place}:v1`, { annotations: { key: 'x'.repeat(2000) } });
  const { host: other } = await fixture(t);
  await client.copy(`${place}:v1`, `${other}/app:v1`);
  const small = new Client({ limits: { maxManifestBytes: 1000 } });
  await assert.rejects(small.fetchManifest(`${other}/app:v1`), { code: 'TOO_LARGE' });
});

test('closing a client cancels its running calls, and later calls fail', async (t) => {
  const registry = await fixture(t, '--delay-ms=60000');
  const closing = new Client();
  const calling = closing.tags(`${registry.host}/app`);
  setTimeout(() => closing.close(), 20);
  const message = `tags ${registry.host}/app: the client was closed during the call`;
  await assert.rejects(calling, { code: 'CANCELLED', operation: 'tags', message });
  await assert.rejects(closing.tags(`${registry.host}/app`), { code: 'INVALID_ARGUMENT' });
  closing.close();
});

test('the version is that of the package, and the codes are those of the shared error table', async () => {
  const { version: packaged } = JSON.parse(readFileSync(join(root, 'node', 'package.json'), 'utf8'));
  assert.equal(version, packaged);
  const table = JSON.parse(readFileSync(join(root, 'tests', 'vectors', 'errors.json'), 'utf8'));
  const types = readFileSync(join(root, 'node', 'index.d.ts'), 'utf8');
  const [, union] = /type ErrorCode =([^;]*);/.exec(types);
  assert.deepEqual(
    union.match(/[A-Z_]{2,}/g),
    table.map((error) => error.name),
  );
});
