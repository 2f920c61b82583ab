// Client options for connections and concurrency, observed by the server.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, request as send } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { Client, digest } from 'ocigraph';

import { certificate } from './support/certificates.js';
import { fixture, folder } from './support/servers.js';

async function listening(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${server.address().port}`;
}

const tags = (_request, response) => response.end('{"name":"app","tags":["v1"]}');

test('a server is trusted with caFile or insecure, and otherwise not', async (t) => {
  const own = certificate('registry');
  const host = await listening(t, createTlsServer(own, tags));
  const caFile = join(folder(t), 'ca.pem');
  writeFileSync(caFile, own.cert);
  const ask = (options) => new Client({ plainHttp: false, limits: { maxAttempts: 1 }, ...options }).tags(`${host}/app`);
  await assert.rejects(ask({}), { code: 'TLS' });
  await assert.rejects(ask({ insecure: false }), { code: 'TLS' });
  assert.deepEqual(await ask({ caFile }), ['v1']);
  assert.deepEqual(await ask({ caFile: pathToFileURL(caFile) }), ['v1']);
  assert.deepEqual(await ask({ insecure: true }), ['v1']);
});

test('a client sends its certificate', async (t) => {
  const [own, mine] = [certificate('registry'), certificate('client')];
  const demanding = { ...own, ca: mine.cert, requestCert: true, rejectUnauthorized: true };
  const host = await listening(t, createTlsServer(demanding, tags));
  const [certFile, keyFile] = ['cert.pem', 'key.pem'].map((name) => join(folder(t), name));
  writeFileSync(certFile, mine.cert);
  writeFileSync(keyFile, mine.key);
  const ask = (options) =>
    new Client({ plainHttp: false, insecure: true, limits: { maxAttempts: 1 }, ...options }).tags(`${host}/app`);
  await assert.rejects(ask({}), (error) => ['TLS', 'NETWORK'].includes(error.code));
  assert.deepEqual(await ask({ certFile, keyFile: pathToFileURL(keyFile) }), ['v1']);
});

test('a proxy from the environment is used unless useProxy is false', async (t) => {
  const asked = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url);
    tags(request, response);
  });
  const before = { ...process.env };
  t.after(() => {
    for (const name of ['HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
  for (const name of ['NO_PROXY', 'no_proxy', 'http_proxy']) delete process.env[name];
  process.env.HTTP_PROXY = `http://${await listening(t, proxy)}`;
  const ask = (options) =>
    new Client({ plainHttp: true, limits: { maxAttempts: 1 }, ...options }).tags('registry.invalid/app');
  assert.deepEqual(await ask({}), ['v1']);
  assert.ok(asked.length > 0 && asked.every((url) => url.startsWith('http://registry.invalid/v2/app/')), `${asked}`);
  const count = asked.length;
  await assert.rejects(ask({ useProxy: false }), { code: 'NETWORK' });
  assert.equal(asked.length, count);
});

test('closing a client closes idle connections and those of partly read streams', async (t) => {
  const bytes = Buffer.alloc(32 << 20);
  const server = createServer((request, response) => {
    if (request.url.includes('/tags/')) return tags(request, response);
    response.writeHead(200, { 'content-length': bytes.length });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  });
  server.keepAliveTimeout = 0;
  const host = await listening(t, server);
  const connections = promisify(server.getConnections.bind(server));
  for (const close of [(client) => client.close(), (client) => client[Symbol.asyncDispose]()]) {
    const client = new Client();
    await client.tags(`${host}/app`);
    const reader = (await client.fetchBlob(`${host}/app@${digest(bytes)}`)).getReader();
    assert.ok((await reader.read()).value.length > 0);
    assert.ok((await connections()) > 0);
    const closed = close(client);
    for (let tries = 0; tries < 100 && (await connections()) > 0; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.equal(await connections(), 0);
    await closed;
    await assert.rejects(reader.read(), { code: 'CANCELLED', operation: 'fetch blob' });
  }
});

test('concurrency limits the number of concurrent requests', async (t) => {
  const { host } = await fixture(t);
  let [now, most] = [0, 0];
  const front = createServer((request, response) => {
    now += 1;
    most = Math.max(most, now);
    const { method, url: path, headers } = request;
    setTimeout(() => {
      const passed = send(`http://${host}`, { method, path, headers }, async (answer) => {
        const body = Buffer.concat(await answer.toArray());
        // Count the end of this request before the client can send the next one.
        now -= 1;
        response.writeHead(answer.statusCode, answer.headers).end(body);
      });
      request.pipe(passed);
    }, 20);
  });
  const place = `${await listening(t, front)}/app`;
  const client = new Client();
  const files = (round) => Array.from({ length: 8 }, (_, i) => ({ content: `${round} ${i}`, title: `${i}` }));
  const during = async (call) => {
    most = 0;
    await call();
    return most;
  };
  assert.equal(await during(() => client.push(`${place}:v1`, { files: files(1), concurrency: 1 })), 1);
  const several = await during(() => client.push(`${place}:v2`, { files: files(2), concurrency: 3 }));
  assert.ok(several > 1 && several <= 3, `${several}`);
  assert.ok((await during(() => client.push(`${place}:v3`, { files: files(3) }))) > 3);
  const output = folder(t);
  assert.equal(await during(() => client.pull(`${place}:v3`, { output, concurrency: 1 })), 1);
  await client.push(place, { subject: `${place}:v3` });
  assert.equal(await during(() => client.delete(`${place}:v3`, { concurrency: 1 })), 1);
});

test('foreign layers are copied if the option is set', async (t) => {
  const dir = folder(t);
  const [from, bare, whole] = ['from', 'bare', 'whole'].map((name) => `oci:${join(dir, name)}`);
  const client = new Client();
  await client.pushBlob(from, { content: 'foreign' });
  await client.pushBlob(from, { content: '{}' });
  const foreign = digest('foreign');
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest('{}'), size: 2 },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
        digest: foreign,
        size: 7,
        urls: ['https://elsewhere.example/layer'],
      },
    ],
  };
  await client.pushManifest(`${from}:v1`, JSON.stringify(manifest));
  await client.copy(`${from}:v1`, `${bare}:v1`);
  await assert.rejects(client.fetchBlob(`${bare}@${foreign}`), { code: 'NOT_FOUND' });
  await client.copy(`${from}:v1`, `${whole}:v1`, { foreign: true });
  assert.equal(await new Response(await client.fetchBlob(`${whole}@${foreign}`)).text(), 'foreign');
});
