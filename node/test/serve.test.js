// A registry at hand.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client, serve } from 'ocigraph';

import { folder } from './support/servers.js';

/** That of `lovelace`. */
const PASSWORD_HASH = '$2y$04$abcdefghijklmnopqrstuuhiTVLHQPvYzPykOsCOnc5I00eOfh33K';

test('a folder of layouts is a registry until it is closed', async (t) => {
  const place = join(folder(t), 'registry');
  const registry = await serve(place);
  const client = new Client();
  const image = `${registry.host}/team/app:v1`;
  await client.push(image, { artifactType: 'app/example', files: [{ title: 'a', content: 'a' }] });
  await client.push(`${registry.host}/team/app`, { artifactType: 'sbom/example', subject: image, files: [] });
  assert.equal((await client.discover(image)).referrers().length, 1);
  // The layout is a layout for everybody else.
  assert.deepEqual(await client.tags(`oci:${place}/team/app`), ['v1']);
  await registry.close();
  await registry.close();
  await assert.rejects(client.tags(`${registry.host}/team/app`), { code: 'NETWORK' });

  const readOnly = await serve([`app=oci:${place}/team/app`], { readOnly: true });
  const pushed = client.push(`${readOnly.host}/app:v2`, { artifactType: 'app/example' });
  await assert.rejects(pushed, (error) => ['FORBIDDEN', 'UNSUPPORTED'].includes(error.code));
  assert.deepEqual(await client.tags(`${readOnly.host}/app`), ['v1']);
  await readOnly[Symbol.asyncDispose]();
});

test('a source that cannot be served is an error', async (t) => {
  await assert.rejects(serve([`x=oci:${folder(t)}`, `x=oci:${folder(t)}`]), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(serve(folder(t), { listen: 'nowhere' }), { name: 'OcigraphError' });
  await assert.rejects(serve([1]), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(serve(folder(t), { behaveAs: 'other' }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(serve(folder(t), { behaveAs: 1 }), { code: 'INVALID_ARGUMENT' });
});

test('a registry without the referrers API and deletes is imitated', async (t) => {
  const registry = await serve(join(folder(t), 'registry'), { behaveAs: 'ghcr' });
  const client = new Client();
  const repository = `${registry.host}/app`;
  const image = await client.push(`${repository}:v1`, { artifactType: 'app/example', files: [] });
  const signature = await client.push(repository, { artifactType: 'a/b', subject: `${repository}:v1`, files: [] });
  const fallback = `${repository}:${image.descriptor.digest.replace(':', '-')}`;
  const list = JSON.parse(Buffer.from((await client.fetchManifest(fallback)).bytes).toString());
  assert.deepEqual(
    list.manifests.map((entry) => entry.digest),
    [signature.descriptor.digest],
  );
  const deleted = client.deleteManifest(`${repository}@${signature.descriptor.digest}`);
  await assert.rejects(deleted, { code: 'UNSUPPORTED' });
  await registry.close();
});

test('a registry with passwords, and files that are not valid', async (t) => {
  const place = folder(t);
  const [users, empty] = [join(place, 'users'), join(place, 'empty.pem')];
  writeFileSync(users, `ada:${PASSWORD_HASH}\n`);
  writeFileSync(empty, '');
  const registry = await serve(join(place, 'registry'), { htpasswd: users });
  await assert.rejects(new Client().repositories(registry.host), { code: 'UNAUTHORIZED' });
  const client = new Client({ credentials: { username: 'ada', password: 'lovelace' } });
  await client.push(`${registry.host}/app:v1`, { artifactType: 'app/example', files: [] });
  assert.deepEqual(await client.repositories(registry.host), ['app']);
  await registry.close();
  const both = serve(place, { certFile: empty, keyFile: empty });
  await assert.rejects(both, { code: 'TLS', message: /empty\.pem/ });
  await assert.rejects(serve(place, { certFile: empty }), { code: 'INVALID_ARGUMENT', message: /require each other/ });
  await assert.rejects(serve(place, { htpasswd: 1 }), { code: 'INVALID_ARGUMENT' });
});

test('a registry ends with the process that started it, which it does not keep', async (t) => {
  const place = folder(t);
  const program = `import { serve } from 'ocigraph'; console.log((await serve(${JSON.stringify(place)})).host);`;
  const cwd = new URL('..', import.meta.url);
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(run.status, 0, run.stderr);
  const host = run.stdout.trim();
  const client = new Client({ limits: { maxAttempts: 1 } });
  for (let left = 100; left > 0; left -= 1) {
    const code = await client.repositories(host).then(
      () => 'served',
      (error) => error.code,
    );
    if (code === 'NETWORK') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail('the registry is still there');
});
