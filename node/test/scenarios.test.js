// The scenarios that all languages share, run on a layout and on a registry.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';

import { Client, digestFiles } from 'ocigraph';

import { operation, run, scenarios } from './support/scenario.js';
import { fixture, folder } from './support/servers.js';

const client = new Client();

/** The results that `tests/scenarios/check` compares between the languages. */
const passed = [];
const lists = process.env.OCIGRAPH_SCENARIOS;
if (lists) {
  after(() => {
    mkdirSync(lists, { recursive: true });
    writeFileSync(join(lists, 'node'), passed.join(''));
  });
}

/** The operations in the common format, with arguments and results in snake case. */
const operations = {
  push: (a, dir) => {
    const file = (name) => {
      const [title, mediaType] = name.split(/:(.*)/);
      return { path: join(dir, title), title, ...(mediaType && { mediaType }) };
    };
    const { files = [], config, subject, format, annotations, artifact_type: artifactType } = a;
    const options = { files: files.map(file), subject, format, annotations, artifactType };
    return client.push(a.target, config ? { ...options, config: { path: join(dir, config) } } : options);
  },
  pull: async (a, dir) => {
    const { output = '', artifact_type: artifactType, platform } = a;
    const { include_subject: includeSubject, keep_old_files: keepOldFiles } = a;
    const options = { output: join(dir, output), artifactType, platform, includeSubject, keepOldFiles };
    const artifacts = await client.pull(a.target, options);
    for (const file of artifacts.flatMap((artifact) => artifact.files)) file.path = relative(dir, file.path);
    return artifacts;
  },
  discover: async (a) => {
    const { artifact_type: artifactType, annotations, depth } = a;
    const graph = await client.discover(a.target, { artifactType, annotations, depth });
    const trail = [{ referrers: [] }];
    for (const { descriptor, depth: at } of graph) {
      trail.splice(at, Infinity, { ...descriptor, referrers: [] });
      trail[at - 1].referrers.push(trail[at]);
    }
    return { subject: graph.subject, referrers: trail[0].referrers };
  },
  delete: (a) => client.delete(a.target, { dryRun: a.dry_run, force: a.force }),
  copy: (a) => client.copy(a.source, a.destination, { recursive: a.recursive, platform: a.platform }),
  verify: (a) => client.verify(a.target),
  resolve: async (a) => ({ descriptor: await client.resolve(a.target, { platform: a.platform }) }),
  tag: async (a) => ({ descriptor: await client.tag(a.target, a.tags), tags: a.tags }),
  untag: async (a) => {
    await client.untag(a.target);
    return { untagged: a.target.split(':').at(-1).split(',') };
  },
  tags: async (a) => ({ tags: await client.tags(a.target) }),
  manifests: (a) => client.manifests(a.target),
  repositories: async (a) => ({ repositories: await client.repositories(a.host) }),
  fetch_manifest: async (a) => ({ content: (await client.fetchManifest(a.target)).bytes.toString() }),
  push_manifest: async (a) => {
    const text = typeof a.manifest === 'string' ? a.manifest : JSON.stringify(a.manifest);
    return { descriptor: await client.pushManifest(a.target, text), tags: a.target.split(':').at(-1).split(',') };
  },
  fetch_blob: async (a) => ({ content: await new Response(await client.fetchBlob(a.target)).text() }),
  push_blob: ({ target, content }) => client.pushBlob(target, { content }),
  digest_files: async (a, dir) => {
    const digested = await digestFiles(a.files.map((name) => join(dir, name)));
    return digested.map((file) => ({ ...file, path: relative(dir, file.path) }));
  },
};

test('the runner implements exactly the operations that scenarios use', () => {
  const steps = scenarios().flatMap(([, scenario]) => scenario.steps);
  const used = new Set(steps.map((step) => operation(step)[0]));
  assert.deepEqual(new Set([...Object.keys(operations), 'check_files']), used);
});

test('scenarios are found', () => assert.ok(scenarios().length >= 40, `${scenarios().length}`));

for (const [name, scenario] of scenarios()) {
  for (const where of scenario.on ? [scenario.on] : ['layout', 'registry']) {
    test(`${name}, on a ${where}`, async (t) => {
      const dir = folder(t);
      const perform = async (name, args) => snakeCase(await operations[name](args, dir));
      await run(scenario, where, dir, await fixture(t), perform);
      passed.push(`${name} on a ${where}\n`);
    });
  }
}

/** Converts the keys of results to snake case, except those of annotations. */
function snakeCase(value) {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (value === null || typeof value !== 'object') return value;
  const renamed = ([key, item]) =>
    key === 'annotations' ? [key, item] : [key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), snakeCase(item)];
  return Object.fromEntries(Object.entries(value).map(renamed));
}
