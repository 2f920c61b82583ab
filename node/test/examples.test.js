// The programs in `examples`, compiled and run as users do. The page of the server is checked in a browser.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { before, test } from 'node:test';

import { Client, digest } from 'ocigraph';
import puppeteer from 'puppeteer-core';

import { node, run, succeed, tsc } from './support/programs.js';
import { dockerRegistry, fixture, folder, ggcr, serve, tool } from './support/servers.js';

const client = new Client();
const compiled = (name) => join(node, 'dist', 'examples', `${name}.js`);

before(() => tsc('-p', 'examples'));

const places = {
  'a layout': async (t) => `oci:${folder(t)}`,
  ggcr,
  'docker-registry': dockerRegistry,
};

for (const [name, place] of Object.entries(places)) {
  test(`the walkthrough runs on ${name}`, async (t) => {
    const registry = await place(t);
    const repository = `${registry}/net-monitor`;
    const image = await client.push(`${repository}:v1`, { files: [{ content: 'image', title: 'net-monitor' }] });
    const output = await succeed(process.execPath, [compiled('walkthrough'), registry]);
    const steps = Object.fromEntries(
      output
        .split('\n## ')
        .slice(1)
        .map((step) => [step.split('\n')[0], step.split('\n').slice(1).filter(Boolean)]),
    );

    const digests = (lines) => lines.join().match(/sha256:[0-9a-f]{64}/g);
    const [signature] = digests(steps['push a signature']);
    const [readme] = digests(steps['push a multi-file artifact']);
    const [root, ...tree] = steps['view the graph'];
    assert.equal(root, `${repository}:v1`);
    // The registry determines the order of referrers.
    const branches = tree.map((line) => line.replace(/^[ │├└─]*/, ''));
    const types = ['readme/example', 'sbom/example', 'signature/example', 'signature/example'];
    assert.deepEqual(branches.filter((line) => line.includes('/')).sort(), types);
    assert.ok(branches.includes(signature) && branches.includes(readme));
    assert.equal(branches[branches.indexOf('sbom/example') + 2], 'signature/example', 'the SBOM is signed');

    const docs = steps['pull the docs'].map((line) => line.split(' ').slice(0, 2).join(' '));
    assert.deepEqual(docs, ['written 15', 'written 17']);
    assert.deepEqual(steps['list the tags'], ['v1']);
    assert.equal(steps['list the manifests'].length, 5);
    assert.equal(steps['plan the delete'].length, 5);
    assert.deepEqual(steps['plan the delete'].toSorted(), steps['delete the graph'].toSorted());
    assert.equal(steps['delete the graph'].at(-1), image.descriptor.digest);
    await assert.rejects(client.resolve(`${repository}@${image.descriptor.digest}`), { code: 'NOT_FOUND' });
  });
}

test('the deploy gate rejects an unsigned image and an incomplete image', async (t) => {
  const place = `oci:${join(folder(t), 'layout')}`;
  const gate = (image, requirement = 'artifact-type=signature/example') =>
    run(process.execPath, [compiled('deploy-gate'), image, requirement]);
  assert.equal((await gate(`${place}:v1`)).code, 1, 'the image does not exist');

  const { blobs } = await client.push(`${place}:v1`, { files: [{ content: 'image', title: 'image' }] });
  const unsigned = await gate(`${place}:v1`);
  assert.deepEqual([unsigned.code, unsigned.stdout], [1, '']);
  assert.match(unsigned.stderr, /^refused: .* has no artifact-type=signature\/example/);

  await client.push(place, { subject: `${place}:v1`, artifactType: 'signature/example' });
  const signed = await gate(`${place}:v1`);
  assert.equal(signed.code, 0, signed.stderr);
  assert.match(signed.stdout, /@sha256:[0-9a-f]{64} may be deployed: it has artifact-type=signature\/example/);
  assert.equal((await gate(`${place}:v1`, 'sbom')).code, 1);

  writeFileSync(join(place.slice(4), 'blobs', 'sha256', blobs[0].descriptor.digest.slice(7)), 'imagE');
  assert.match((await gate(`${place}:v1`)).stderr, /^refused: content with the digest sha256:/);
  assert.equal((await gate('127.0.0.1:1/app:v1')).code, 2, 'the registry does not exist');
});

// The other languages run the same tasks: see `tests/suite/tests/tasks.rs`.
test('the program does all tasks', async (t) => {
  const { host } = await fixture(t);
  const cwd = folder(t);
  writeFileSync(join(cwd, 'sbom.spdx.json'), '{"spdxVersion":"SPDX-2.3"}');
  const repository = `${host}/app`;
  const [digest, , pr] = await Promise.all(
    ['v1', 'v2', 'pr-7'].map(async (tag) => {
      const pushed = await client.push(`${repository}:${tag}`, { artifactType: 'app/example', annotations: { tag } });
      return pushed.descriptor.digest;
    }),
  );
  const v1 = `${repository}:v1`;
  const task = async (code, ...args) => {
    const ran = await run(process.execPath, [compiled('tasks'), ...args], { cwd });
    assert.equal(ran.code, code, ran.stdout + ran.stderr);
    return ran.stdout;
  };
  const lines = (text) => text.split('\n').filter(Boolean).sort();

  assert.match(await task(0, 'attach', v1, 'sbom.spdx.json'), /^attached .*\/app@sha256:/);
  const refused = 'signature: missing\nsbom: present\n';
  assert.equal(await task(1, 'gate', v1), refused);
  await client.attach(v1, { artifactType: 'application/vnd.cncf.notary.signature', allowEmpty: true });
  assert.equal(await task(0, 'gate', v1), `signature: present\nsbom: present\n${repository}@${digest}\n`);
  const swept = lines(await task(0, 'sweep', repository));
  assert.deepEqual(swept, ['3 images', 'app:pr-7 has no SBoM', 'app:v2 has no SBoM']);
  for (const outcome of ['copied', 'existed']) {
    const synced = lines(await task(0, 'sync', repository, 'oci:mirror'));
    assert.deepEqual(
      synced,
      ['pr-7', 'v1', 'v2'].map((tag) => `${outcome} ${repository}:${tag}`),
    );
  }
  assert.equal(await task(0, 'backup', repository, 'app.tar'), 'stored 3 tags, 5 manifests\n');
  assert.equal(await task(0, 'restore', 'app.tar', 'oci:restored'), 'restored 3 tags, 5 manifests\n');
  const restored = await client.check(`oci:${join(cwd, 'restored')}:v1`, ['sbom', 'signature']);
  assert.equal(restored.presence, 'present');
  const pruned = await task(0, 'prune', repository);
  assert.ok(pruned.startsWith(`deleted ${pr}: `) && lines(pruned).length === 1, pruned);
  assert.equal(await task(0, 'errors', v1), `${digest}\n`);
  assert.equal(await task(1, 'errors', `${repository}:pr-7`), 'there is no such image\n');
  assert.match(
    await task(1, 'errors', '127.0.0.1:1/app:v1'),
    /^NETWORK: resolve 127\.0\.0\.1:1\/app:v1: .*; try again\n$/,
  );
  assert.match(await task(1, 'gate', '127.0.0.1:1/app:v1'), /^unknown: check 127\.0\.0\.1:1\/app:v1: /);
  assert.equal(await task(0, 'serve', 'registry'), 'v1\n');
});

test('the release step attaches an SBOM and provenance, and tags the image', async (t) => {
  const { host } = await fixture(t);
  const repository = `${host}/net-monitor`;
  const sbom = join(folder(t), 'bom.json');
  writeFileSync(sbom, '{"bomFormat":"CycloneDX"}');
  const image = await client.push(`${repository}:build-17`, { files: [{ content: 'image', title: 'image' }] });
  const released = await run(process.execPath, [compiled('release'), `${repository}:build-17`, sbom, '1.4.0']);
  assert.equal(released.code, 0, released.stderr);
  assert.match(released.stderr, /sbom.json: uploaded, 25 bytes\nprovenance.json: uploaded/);
  const graph = await client.discover(`${repository}:1.4.0`);
  assert.equal(graph.subject.digest, image.descriptor.digest);
  assert.deepEqual(
    graph
      .referrers()
      .map((referrer) => referrer.artifactType)
      .sort(),
    ['application/vnd.cyclonedx+json', 'application/vnd.in-toto+json'],
  );
});

test('provenance contains the digest with its algorithm and the builder', async (t) => {
  const { host } = await fixture(t, '--sha512', 'digest-of-tag');
  const repository = `${host}/net-monitor`;
  const sbom = join(folder(t), 'bom.json');
  writeFileSync(sbom, '{}');
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digest('{}'), size: 2 },
    layers: [],
  });
  await client.pushBlob(repository, { content: '{}' });
  const sha512 = digest(manifest, { algorithm: 'sha512' });
  await client.pushManifest(`${repository}@${sha512}`, manifest);
  const args = [compiled('release'), `${repository}@${sha512}`, sbom, '1.4.0'];
  const released = await run(process.execPath, args);
  assert.equal(released.code, 0, released.stderr);
  const output = folder(t);
  const target = `${repository}@${sha512}`;
  const [{ files }] = await client.pull(target, { artifactType: 'application/vnd.in-toto+json', output });
  const provenance = JSON.parse(readFileSync(files[0].path, 'utf8'));
  assert.deepEqual(provenance.subject, [{ name: repository, digest: { sha512: sha512.slice('sha512:'.length) } }]);
  assert.ok(provenance.predicate.runDetails.builder.id);
});

test("the server's page shows the graph in a browser", async (t) => {
  const { host } = await fixture(t);
  const repository = `${host}/net-monitor`;
  const image = await client.push(`${repository}:v1`, { files: [{ content: 'image', title: 'image' }] });
  const hostile = `x/"'><img src=x onerror=alert(1)><script>alert(2)</script>`;
  const sbom = await client.push(repository, { subject: `${repository}:v1`, artifactType: 'sbom/example' });
  const signature = await client.push(repository, { subject: sbom.reference, artifactType: 'signature/example' });
  const artifact = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: hostile,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digest('{}'), size: 2 },
    layers: [],
    subject: image.descriptor,
  });
  const odd = await client.pushManifest(repository, artifact);

  const url = await serve(
    t,
    tool('test-registries'),
    ['run', process.execPath, compiled('server'), host, '0'],
    (line) => (line.startsWith('http') ? line : undefined),
  );
  const profile = join(folder(t), 'profile');
  mkdirSync(profile);
  const browser = await puppeteer.launch({
    executablePath: tool('chromium'),
    headless: true,
    userDataDir: profile,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const alerts = [];
  page.on('dialog', (dialog) => {
    alerts.push(dialog.message());
    dialog.dismiss();
  });

  await page.goto(url);
  assert.match(await page.$eval('body', (body) => body.textContent), /Enter an image/);
  await page.type('input[name=image]', `${repository}:v1`);
  await Promise.all([page.waitForNavigation(), page.click('button')]);
  assert.equal(await page.$eval('h1', (h1) => h1.textContent), `${repository}:v1 has 3 attached manifests`);
  const boxes = await page.$$eval('svg g', (groups) =>
    groups.map((group) => {
      const { x, y, width, height } = group.getBoundingClientRect();
      return { digest: group.dataset.digest, label: group.querySelector('text').textContent, x, y, width, height };
    }),
  );
  const found = Object.fromEntries(boxes.map((box) => [box.digest, box]));
  assert.equal(boxes.length, 4);
  assert.deepEqual(
    [image, sbom, signature].map((pushed) => found[pushed.descriptor.digest].label),
    [`${repository}:v1`, 'sbom/example', 'signature/example'],
  );
  assert.equal(found[odd.digest].label, hostile);
  assert.deepEqual(alerts, []);
  // Boxes of equal size, one below the other, each to the right of its subject.
  const [root, bom, signed] = [image, sbom, signature].map((pushed) => found[pushed.descriptor.digest]);
  assert.ok(root.x < bom.x && bom.x < signed.x && root.y < bom.y && bom.y < signed.y);
  assert.ok(boxes.every((box) => box.width > 100 && box.height > 20));
  assert.equal(await page.$$eval('svg path', (paths) => paths.length), 3);

  assert.equal(await page.$('svg img, svg script'), null);

  await page.goto(`${url}?image=${host}/none:v1`);
  assert.match(await page.$eval('h1', (h1) => h1.textContent), /none:v1 cannot be shown/);
});

test('the server shows only its own repositories to its own host name, and survives any request', async (t) => {
  const { host } = await fixture(t);
  const place = `${host}/team`;
  const elsewhere = `oci:${join(folder(t), 'layout')}`;
  for (const target of [`${place}/app:v1`, `${host}/teammate:v1`, `${elsewhere}:v1`]) await client.push(target);
  const args = ['run', process.execPath, compiled('server'), place, '0'];
  const url = await serve(t, tool('test-registries'), args, (line) => (line.startsWith('http') ? line : undefined));
  const { port } = new URL(url);
  const ask = async (path, headers = {}) => {
    const asked = request({ host: '127.0.0.1', port, path, headers }).end();
    const [answer] = await once(asked, 'response');
    return [answer.statusCode, Buffer.concat(await answer.toArray()).toString()];
  };
  const image = (target) => ask(`/?image=${encodeURIComponent(target)}`);
  assert.match((await image(`${place}/app:v1`))[1], /has 0 attached manifests/);
  const refused = [`${host}/teammate:v1`, `${elsewhere}:v1`, `oci:${place}/../layout`, '127.0.0.1:1/team/app:v1'];
  for (const target of refused) {
    const [status, html] = await image(target);
    assert.equal(status, 403, target);
    assert.doesNotMatch(html, /artifacts refer/);
  }
  assert.equal((await image('alpine'))[0], 400);
  for (const path of ['//', '//[/', '*', '/%', '/?image=%']) assert.ok((await ask(path))[0] < 500, path);
  assert.equal((await ask('/', { host: 'evil.example' }))[0], 421);
  assert.equal((await ask(`/?image=${place}/app:v1`, { host: `evil.example:${port}` }))[0], 421);
  assert.equal((await ask('/'))[0], 200, 'the server is still running');
});
