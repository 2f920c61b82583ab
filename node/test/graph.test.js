// All traversals of a graph give the same nodes, for shared nodes and for deep graphs.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client } from 'ocigraph';

import { fixture, folder } from './support/servers.js';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const CHAIN = 20_000;

/** Returns an index of other manifests, with an artifact type if it has a name. */
function manifest(name, subject, manifests = []) {
  const artifactType = name && `${name}/example`;
  return JSON.stringify({ schemaVersion: 2, mediaType: INDEX, artifactType, manifests, subject });
}

function described(content) {
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  return { mediaType: INDEX, digest, size: content.length };
}

/** Creates a graph with two paths to `a`: from x, whose subjects are the root and a, and from y, a referrer of x. */
async function reachedTwice(client, place) {
  const names = new Map();
  const push = async (name, subject) => {
    const content = manifest(name, subject);
    await client.pushManifest(`${place}:${name}`, content);
    const of = described(content);
    names.set(of.digest, name);
    return of;
  };
  const root = await push('root');
  const [a, x, z] = [await push('a', root), await push('x', root), await push('z', root)];
  const [b, y] = [await push('b', a), await push('y', x)];
  for (const [subject, ...listed] of [
    [root, a, x, z],
    [a, x, b],
    [x, y],
    [y, a],
  ]) {
    const entries = listed.map((one) => ({ ...one, artifactType: `${names.get(one.digest)}/example` }));
    await client.pushManifest(`${place}:${subject.digest.replace(':', '-')}`, manifest(undefined, undefined, entries));
  }
  return [await client.discover(`${place}:root`), names];
}

/** Returns the depth and digest of all descendants, without recursion. */
function nested(tree) {
  const found = [];
  const left = tree.referrers.map((node) => [1, node]).reverse();
  while (left.length > 0) {
    const [depth, node] = left.pop();
    found.push([depth, node.digest]);
    for (const below of [...node.referrers].reverse()) left.push([depth + 1, below]);
  }
  return found;
}

test('every traversal visits a node with two subjects', async (t) => {
  const { host } = await fixture(t, '--referrers=none');
  const [graph, names] = await reachedTwice(new Client(), `${host}/twice`);
  const name = (digest) => names.get(digest);
  const walked = [...graph].map((s) => [s.depth, name(s.descriptor.digest), name(s.subject), s.first]);
  assert.deepEqual(walked, [
    [1, 'a', 'root', true],
    [2, 'x', 'a', true],
    [3, 'y', 'x', true],
    [4, 'a', 'y', false],
    [2, 'b', 'a', true],
    [1, 'x', 'root', false],
    [1, 'z', 'root', true],
  ]);
  assert.equal(graph.size, 5);
  const edges = walked.map(([, of, subject]) => `${of} of ${subject}`).sort();
  const found = [...names].flatMap(([digest, of]) => graph.referrers(digest).map((r) => `${name(r.digest)} of ${of}`));
  assert.deepEqual(found.sort(), edges);
  const steps = walked.map(([depth, of]) => [depth, of]);
  for (const tree of [graph.toJSON(), JSON.parse(JSON.stringify(graph)), JSON.parse(graph.json())]) {
    assert.deepEqual(
      nested(tree).map(([depth, digest]) => [depth, name(digest)]),
      steps,
    );
  }
  for (const [digest, of] of names) {
    const times = of === 'a' || of === 'x' ? 2 : 1;
    if (of !== 'root') assert.equal(graph.tree().split(digest).length - 1, times, of);
    for (const drawing of [graph.dot(), graph.mermaid()])
      assert.equal(drawing.split(digest.slice(0, 19)).length - 1, 1, of);
  }
  assert.equal(graph.dot().split(' -> ').length - 1, walked.length);
  assert.equal(graph.mermaid().split(' --> ').length - 1, walked.length);
  const part = graph.filter((node) => node.artifactType === 'b/example');
  assert.deepEqual([part.size, [...part].length], [4, 6]);
});

/** Creates a layout with a chain of manifests, each a referrer of the previous one. */
function chain(dir, length) {
  const blobs = join(dir, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const entries = [];
  for (let i = 0; i <= length; i++) {
    const content = manifest(`link${i}`, entries.at(-1));
    const of = described(content);
    writeFileSync(join(blobs, of.digest.slice(7)), content);
    entries.push(of);
  }
  writeFileSync(join(dir, 'index.json'), manifest(undefined, undefined, entries));
  writeFileSync(join(dir, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return `oci:${dir}@${entries[0].digest}`;
}

test('a deep graph can be walked, filtered and serialized', async (t) => {
  const graph = await new Client().discover(chain(folder(t), CHAIN));
  assert.equal(graph.size, CHAIN);
  let last = 0;
  for (const { depth } of graph) {
    assert.equal(depth, last + 1);
    last = depth;
  }
  assert.equal(last, CHAIN);
  assert.equal(nested(graph.toJSON()).length, CHAIN);
  assert.equal(graph.json().split('"referrers"').length - 1, CHAIN + 1);
  assert.equal(graph.filter((node) => node.artifactType === `link${CHAIN}/example`).size, CHAIN);
});

test('an incomplete graph has the problems if the caller allows it, and is an error otherwise', async (t) => {
  const root = manifest('root');
  const { digest } = described(root);
  const entry = { ...described('a'), artifactType: 'a/example', annotations: { by: 'a test' } };
  const list = manifest(undefined, undefined, [entry, { ...described('b'), size: -1 }]);
  const server = createServer((request, response) => {
    const body = { manifests: root, referrers: list }[request.url.split('/')[3]] ?? '{}';
    response.setHeader('content-type', INDEX);
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  t.after(() => server.close());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${server.address().port}/app@${digest}`;
  const client = new Client();
  await assert.rejects(client.discover(place, { depth: 1 }), { code: 'INCOMPLETE' });
  const graph = await client.discover(place, { depth: 1, allowIncomplete: true });
  assert.equal(graph.size, 1);
  assert.equal(graph.problems.length, 1);
  const [problem] = graph.problems;
  assert.deepEqual(Object.keys(problem), ['list', 'detail', 'subject']);
  assert.equal(problem.subject, digest);
  assert.match(problem.detail, /size/);
  assert.deepEqual((await new Client().discover(chain(folder(t), 1))).problems, []);
});
