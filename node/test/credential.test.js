// Credentials: passed as values, returned by a function, stored by login and removed by logout.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { Client } from 'ocigraph';

import { fixture, folder } from './support/servers.js';

const me = { username: 'me', password: 'secret' };
const registry = (t) => fixture(t, '--auth=basic:me:secret');

test('a credential and headers are sent to the registry', async (t) => {
  const { host, requests, clearRequests } = await registry(t);
  await assert.rejects(new Client({ credentials: 'anonymous' }).tags(`${host}/app`), { code: 'UNAUTHORIZED' });
  await clearRequests();
  const client = new Client({ credentials: me, headers: { 'X-Mine': 'yes' }, userAgent: 'mine/1' });
  await client.push(`${host}/app:v1`);
  assert.deepEqual(
    (await client.tagDetails(`${host}/app`)).map((tag) => tag.name),
    ['v1'],
  );
  const seen = (await requests()).map(({ headers }) => [headers['x-mine'], headers['user-agent']]);
  assert.ok(seen.length > 3);
  for (const headers of seen) assert.deepEqual(headers, ['yes', 'mine/1']);
});

test('a credentials function is called for a registry and may be asynchronous', async (t) => {
  const { host } = await registry(t);
  const calls = [];
  const client = new Client({
    credentials: async (...request) => {
      calls.push(request);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return me;
    },
  });
  await client.push(`${host}/app:v1`);
  assert.deepEqual(await client.tags(`${host}/app`), ['v1']);
  assert.deepEqual(calls[0], [host, 'app']);
});

test('the client of a destination is asked for its credential', async (t) => {
  const { host } = await registry(t);
  const image = `oci:${join(folder(t), 'source')}:v1`;
  const client = new Client({ credentials: 'anonymous' });
  await client.push(image);
  await assert.rejects(client.copy(image, `${host}/app:v1`), { code: 'UNAUTHORIZED' });
  const calls = [];
  // Nothing else refers to the second client.
  const second = () =>
    new Client({
      credentials: async (...request) => {
        calls.push(request);
        globalThis.gc?.();
        await new Promise((resolve) => setTimeout(resolve, 20));
        return me;
      },
    });
  const copied = await client.copy(image, `${host}/app:v1`, { destinationClient: second() });
  assert.deepEqual(copied.tags, ['v1']);
  assert.deepEqual(calls, [[host, 'app']]);
  const closed = second();
  closed.close();
  for (const [destinationClient, message] of [
    [closed, /client of the destination is closed/],
    [{}, /destinationClient must be a Client, not a plain object/],
    [null, /destinationClient must be a Client, not null/],
    ['client', /destinationClient must be a Client, not a string/],
  ]) {
    const code = 'INVALID_ARGUMENT';
    await assert.rejects(client.copy(image, `${host}/app:v2`, { destinationClient }), { code, message });
  }
});

test('a credentials function that returns nothing means anonymous access, and one that throws fails the call', async (t) => {
  const { host } = await registry(t);
  const tags = (credentials) => new Client({ credentials }).tags(`${host}/app`);
  await assert.rejects(
    tags(() => undefined),
    { code: 'UNAUTHORIZED' },
  );
  await assert.rejects(
    tags(() => ({ username: 'me' })),
    { code: 'INVALID_ARGUMENT' },
  );
  const closed = new Error('the vault is closed');
  const broken = () => {
    throw closed;
  };
  await assert.rejects(tags(broken), { code: 'CREDENTIALS', message: /the vault is closed/, cause: closed });
  const later = async () => {
    throw 'no error at all';
  };
  await assert.rejects(tags(later), { code: 'CREDENTIALS', message: /no error at all/, cause: 'no error at all' });
});

test('an aborted call does not wait for its credentials function', async (t) => {
  const { host } = await registry(t);
  const control = new AbortController();
  const credentials = () => {
    control.abort('enough');
    return new Promise(() => {});
  };
  const calling = new Client({ credentials }).tags(`${host}/app`, { signal: control.signal });
  await assert.rejects(calling, (error) => error === 'enough');
});

test('login checks and stores a credential, and logout removes it', async (t) => {
  const { host } = await registry(t);
  const path = join(folder(t), 'config.json');
  const client = new Client({ authFile: pathToFileURL(path) });
  await assert.rejects(client.login(host, { ...me, password: 'wrong' }), { code: 'UNAUTHORIZED' });
  assert.equal(existsSync(path), false);
  const result = await client.login(host, me);
  assert.deepEqual(result, { host, storedIn: path, plainText: true, verified: true, overridden: false });
  assert.ok(host in JSON.parse(readFileSync(path, 'utf8')).auths);
  const another = new Client({ authFile: path });
  await another.push(`${host}/app:v1`);
  assert.deepEqual(await client.logout(host), { host, removedFrom: [path], remains: false });
  await assert.rejects(new Client({ authFile: path }).tags(`${host}/app`), { code: 'UNAUTHORIZED' });
});
