// Invalid arguments: each fails with INVALID_ARGUMENT and the name of the argument, without revealing a secret. Valid values from
// other realms and polyfills are accepted.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';

import { Client, digest, digestFile, digestFiles, OcigraphError } from 'ocigraph';

import { callNative } from '../lib/error.js';
import { node, run, succeed } from './support/programs.js';
import { fixture, folder } from './support/servers.js';

const client = new Client();
const place = 'oci:none';

const wrong = {
  'target must be a string': [
    () => client.push(42),
    () => client.resolve(new URL('https://a.b/c')),
    () => client.tags(),
  ],
  'destination must be a string': [() => client.copy(place)],
  'host must be a string': [() => client.repositories(42), () => client.logout(), () => client.login(null, {})],
  'options must be a plain object': [
    () => client.push(place, null),
    () => client.pull(place, 'out'),
    () => client.pushBlob(place, 'a', 42),
    () => client.discover(place, []),
    () => client.tags(place, new Map()),
    async () => digest('a', null),
    () => digestFile('a', 42),
    async () => new Client('anonymous'),
    async () => new Client(null),
  ],
  'options.files must be an array': [
    () => client.push(place, { files: 'sbom.json' }),
    () => client.push(place, { files: null }),
    () => client.push(place, { files: { content: 'a' } }),
  ],
  'options.files[0]': [
    () => client.push(place, { files: [42] }),
    () => client.push(place, { files: [null] }),
    () => client.push(place, { files: [{}] }),
    () => client.push(place, { files: [Buffer.from('a')] }),
    () => client.push(place, { files: [{ path: 'a', content: 'b' }] }),
    () => client.push(place, { files: [{ path: 42 }] }),
    () => client.push(place, { files: [{ content: 42 }] }),
    () => client.push(place, { files: [{ content: NaN }] }),
    () => client.push(place, { files: [{ content: null }] }),
    () => client.push(place, { files: [{ content: [42] }] }),
    () => client.push(place, { files: [{ content: new Map() }] }),
    () => client.push(place, { files: [{ content: new Headers() }] }),
    () => client.push(place, { files: [{ content: 'a', annotations: new Map() }] }),
    () => client.push(place, { files: [new URL('https://a.b/c')] }),
  ],
  'options.config': [() => client.push(place, { config: null }), () => client.push(place, { config: { content: 42 } })],
  'options.onprogress': [() => client.push(place, { onprogress: () => {} })],
  'options.annotations': [
    () => client.push(place, { annotations: new Map([['a', 'b']]) }),
    () => client.push(place, { annotations: { a: () => {} } }),
    () => client.push(place, { annotations: { a: Symbol('a') } }),
    () => client.push(place, { annotations: { [Symbol('a')]: 'a' } }),
  ],
  'options.annotations["a.b"]': [() => client.push(place, { annotations: { 'a.b': new Date() } })],
  'annotations.key must be a string, not a number': [
    () => client.push(place, { annotations: { other: 'a', key: 1 } }),
    () => client.discover(place, { annotations: { other: 'a', key: 1 } }),
  ],
  'annotations["a.b"] must be a string, not true': [() => client.push(place, { annotations: { 'a.b': true } })],
  'annotations must be a plain object, not an array': [() => client.push(place, { annotations: ['a'] })],
  'files[1].annotations.a must be a string, not an array': [
    () => client.push(place, { files: ['a', { path: 'b', annotations: { a: [] } }] }),
  ],
  'subject must not be null': [() => client.push(place, { subject: null })],
  'title must not be null': [() => client.push(place, { files: [{ path: 'a', title: null }] })],
  'artifactType must not be null': [() => client.discover(place, { artifactType: null })],
  'dryRun must not be null': [() => client.delete(place, { dryRun: null })],
  'dryRun must be a boolean, not a string': [() => client.delete(place, { dryRun: 'yes' })],
  'credentials must not be null': [async () => new Client({ credentials: null })],
  'sourceDateEpoch must be an integer of 0 or more, not 1.5': [() => client.push(place, { sourceDateEpoch: 1.5 })],
  'concurrency must be an integer of 0 or more, not -1': [
    () => client.push(place, { concurrency: -1 }),
    () => client.pull(place, { concurrency: -1 }),
    () => client.discover(place, { concurrency: -1 }),
    () => client.delete(place, { concurrency: -1 }),
    () => client.copy(place, place, { concurrency: -1 }),
    () => client.verify(place, { concurrency: -1 }),
  ],
  'options.depth': [() => client.discover(place, { depth: NaN }), () => client.discover(place, { depth: 1n })],
  'depth must be an integer of 0 or more, not -1': [() => client.discover(place, { depth: -1 })],
  'unknown option `limits.conect`': [async () => new Client({ limits: { conect: 1 } })],
  'limits.connectTimeout must be a number, not a string': [
    async () => new Client({ limits: { idleTimeout: 1, connectTimeout: '1' } }),
  ],
  'limits must be a plain object, not an array': [async () => new Client({ limits: [1] })],
  artifactTyp: [() => client.push(place, { files: ['a'], artifactTyp: 'x/y' })],
  'options.output': [
    () => client.pull(place, { output: 42 }),
    () => client.pull(place, { output: new URL('https://a.b') }),
  ],
  'signal must be an AbortSignal': [
    () => client.tags(place, { signal: 'x' }),
    () => client.tags(place, { signal: 3 }),
    () => client.tags(place, { signal: new AbortController() }),
    () => digestFile('a', { signal: 3 }),
  ],
  onProgress: [
    () => client.verify(place, { onProgress: 'x' }),
    () => client.discover(place, { onProgress: () => {} }),
    () => digestFile('a', { onProgress: () => {} }),
  ],
  'tags must be an array': [() => client.tag(place, 42), () => client.tag(place, undefined)],
  'tags[0] must be a string': [() => client.tag(place, [42])],
  'manifest must be bytes or a string': [() => client.pushManifest(place, 42), () => client.pushManifest(place, {})],
  blob: [
    () => client.pushBlob(place, 42),
    () => client.pushBlob(place, undefined),
    () => client.pushBlob(place, { path: 'a', content: 'b' }),
    () => client.pushBlob(place, { path: undefined }),
  ],
  mediaType: [() => client.pushBlob(place, { path: 'a', mediaType: 'a/b' })],
  concurrenc: [() => client.pushBlob(place, 'a', { concurrenc: 3 })],
  'paths must be an array': [() => digestFiles('sbom.json'), () => digestFiles(undefined)],
  'paths[0] must be': [() => digestFiles([42]), () => digestFile(undefined), () => digestFile(new URL('https://a.b'))],
  algoritm: [() => digestFiles(['a'], { algoritm: 'sha512' }), async () => digest('a', { algoritm: 'sha512' })],
  'options.algorithm': [async () => digest('a', { algorithm: () => 'sha512' })],
  'content must be': [async () => digest(42)],
  plainHttp: [async () => new Client({ plainHttp: 'yes' })],
  'options.credential': [async () => new Client({ credential: () => {} })],
  credentials: [async () => new Client({ credentials: 'mine' })],
  credential: [
    async () => new Client({ credentials: { username: 'me' } }),
    async () => new Client({ credentials: { user: 'me', password: 'a' } }),
    () => client.login('a.b', { identityToken: 'a', registryToken: 'b' }),
    () => client.login('a.b', undefined),
    () => client.login('a.b', []),
  ],
  'options.caFile': [async () => new Client({ caFile: 42 })],
  'options.headers': [async () => new Client({ headers: new Headers({ a: 'b' }) })],
  headers: [async () => new Client({ headers: 'a: b' }), async () => new Client({ headers: ['a: b'] })],
  'the header a': [async () => new Client({ headers: { a: 1 } })],
  'limits.connectTimeout must be a time': [async () => new Client({ limits: { connectTimeout: -1 } })],
};
for (const [named, calls] of Object.entries(wrong)) {
  test(`an invalid argument fails with the message ${named}`, async () => {
    for (const call of calls) {
      const error = await call().then(
        () => assert.fail(`${call} was taken`),
        (error) => error,
      );
      assert.ok(error instanceof OcigraphError, `${call}: ${error.stack}`);
      assert.equal(error.code, 'INVALID_ARGUMENT', `${call}: ${error.message}`);
      assert.ok(error.message.includes(named), `${call}: ${error.message}`);
      assert.doesNotMatch(error.message, /\bstruct\b|invalid type|\[object|\ban plain/);
    }
  });
}

test('the error for a misspelt option names it and lists the valid options', async () => {
  const calling = client.discover('oci:x:v1', { artifactTyp: 'x/y' });
  await assert.rejects(calling, /unknown option `artifactTyp`: expected one of `artifactType`, /);
});

test('no error reveals a secret that was passed as a wrong argument', async (t) => {
  const secret = 'ghp_SECRET';
  const { host } = await fixture(t, '--auth=basic:me:secret');
  const withCredentials = (answer) => new Client({ credentials: () => answer }).tags(`${host}/app`);
  const calls = [
    async () => new Client({ credentials: secret }),
    async () => new Client({ credentials: [secret] }),
    async () => new Client({ credentials: { username: secret } }),
    async () => new Client({ credentials: { username: 'me', password: [secret] } }),
    async () => new Client({ credentials: { username: 'me', password: { secret } } }),
    async () => new Client({ credentials: { identityToken: new Map([[secret, secret]]) } }),
    async () => new Client({ credentials: { identityToken: secret, registryToken: secret } }),
    async () => new Client({ credentials: new String(secret) }),
    async () => new Client({ headers: `Authorization: ${secret}` }),
    async () => new Client({ headers: [`Authorization: ${secret}`] }),
    async () => new Client({ headers: { Authorization: [secret] } }),
    () => new Client({ headers: { Authorization: `${secret}\n` } }).tags(`${host}/app`),
    () => client.login(host, secret),
    () => client.login(host, { username: 'me', password: secret }),
    () => client.login(host, { token: secret }),
    () => withCredentials(secret),
    () => withCredentials({ username: 'me', password: [secret] }),
    () => withCredentials(new Map([[secret, secret]])),
  ];
  for (const call of calls) {
    const error = await call().then(
      () => assert.fail(`${call} was taken`),
      (error) => error,
    );
    assert.ok(error instanceof OcigraphError, `${call}: ${error.stack}`);
    for (const shown of [inspect(error), JSON.stringify(error), error.message]) {
      assert.ok(!shown.includes(secret), `${call}: ${shown}`);
    }
  }
  const number = await client.login(host, { username: 'me', password: 123456 }).catch((error) => error);
  assert.match(number.message, /password of a credential must be a string/);
  assert.doesNotMatch(inspect(number), /123456/);
});

test('titles outside the output directory are rejected, unless path traversal is allowed', async (t) => {
  const target = `oci:${join(folder(t), 'layout')}:v1`;
  const push = (title, options) => client.push(target, { files: [{ content: 'a', title }], ...options });
  await assert.rejects(push(''), { code: 'INVALID_ARGUMENT', message: /title/ });
  for (const title of ['/a', '../a', 'a/../../b']) {
    const error = await push(title).then(assert.fail, (error) => error);
    assert.equal(error.code, 'UNSAFE_PATH', error.stack);
    assert.match(error.hint, /allow path traversal \(--allow-path-traversal\)/);
    assert.equal((await push(title, { allowPathTraversal: true })).blobs[0].title, title);
  }
});

test('a method that is called without a client fails and names the right call', async () => {
  const methods = Object.getOwnPropertyNames(Client.prototype).filter((name) => name !== 'constructor');
  assert.ok(methods.includes('resolve') && methods.length > 20);
  for (const name of methods) {
    const detached = client[name];
    for (const call of [async () => detached(place), async () => Promise.all([place].map(detached))]) {
      await assert.rejects(call, { code: 'INVALID_ARGUMENT', message: new RegExp(`call it as client\\.${name}\\(`) });
    }
  }
});

test('errors that the caller throws are not changed', async () => {
  const mine = Object.assign(new Error('mine'), { code: 'StringExpected' });
  const content = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(mine) }),
  };
  await assert.rejects(client.pushBlob(place, content), (error) => error === mine);
});

test('an exception of the native part becomes an INTERNAL error with a cause', async () => {
  const cause = new Error('panicked');
  const broken = () => {
    throw cause;
  };
  assert.throws(() => callNative(broken), { code: 'INTERNAL', number: 22, message: /panicked/, cause });
  assert.equal(
    callNative(() => 'done'),
    'done',
  );
});

test('a native part of another version is not loaded', async (t) => {
  const copy = join(folder(t), 'ocigraph');
  mkdirSync(copy);
  for (const name of ['lib', 'npm', 'index.js']) cpSync(join(node, name), join(copy, name), { recursive: true });
  const manifest = JSON.parse(readFileSync(join(node, 'package.json'), 'utf8'));
  const load = ['--input-type=module', '--eval', "await import('./index.js')"];
  const write = (version) => writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...manifest, version }));
  write(manifest.version);
  await succeed(process.execPath, load, { cwd: copy });
  write('99.0.0');
  const { code, stderr } = await run(process.execPath, load, { cwd: copy });
  assert.equal(code, 1);
  assert.match(stderr, /ocigraph 99\.0\.0 found version .* install @ocigraph\/\S+@99\.0\.0/);
});

test('values of another realm are accepted', async (t) => {
  const dir = folder(t);
  const target = `oci:${join(dir, 'layout')}`;
  const path = join(dir, 'file');
  writeFileSync(path, 'aaa');
  const there = runInNewContext(
    `({
      buffer: new Uint8Array([97, 97, 97]).buffer,
      view: new Uint8Array([97, 97, 97]),
      file: { path: ${JSON.stringify(path)} },
      options: { files: [{ content: 'aaa', title: 'a', annotations: { a: 'b' } }] },
    })`,
  );
  for (const blob of [there.buffer, there.view, there.file]) {
    assert.equal((await client.pushBlob(target, blob)).descriptor.digest, digest('aaa'));
  }
  assert.equal(digest(there.buffer), digest('aaa'));
  const { blobs } = await client.push(`${target}:v1`, there.options);
  assert.equal(blobs[0].title, 'a');
  // Objects with the interface of a signal or a blob, as polyfills create them.
  const signal = Object.setPrototypeOf(new EventTarget(), EventTarget.prototype);
  Object.assign(signal, { aborted: false, reason: undefined });
  await client.resolve(`${target}:v1`, { signal });
  const blob = new Blob(['aaa']);
  const like = { stream: () => blob.stream(), arrayBuffer: () => blob.arrayBuffer() };
  assert.equal((await client.pushBlob(target, { content: like })).descriptor.digest, digest('aaa'));
  assert.equal((await digestFile(pathToFileURL(path))).digest, digest('aaa'));
});

test('frozen objects, objects without a prototype and undefined properties are valid options', async (t) => {
  const target = `oci:${join(folder(t), 'layout')}`;
  const options = Object.assign(Object.create(null), { artifactType: 'a/b', subject: undefined, files: undefined });
  await client.push(`${target}:v1`, Object.freeze(options));
  assert.equal((await client.discover(`${target}:v1`, { depth: undefined, signal: undefined })).size, 0);
  assert.throws(() => new Client({ credentials: undefined, headers: undefined, limits: undefined, caFile: 42 }));
  new Client({ credentials: undefined, headers: undefined, limits: undefined, caFile: undefined });
});
