// The type declarations accept valid code and reject invalid code. They match the JavaScript exactly, and document every name.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import * as ocigraph from 'ocigraph';

import { node, tsc } from './support/programs.js';
import { folder } from './support/servers.js';

const { Client, digestFile, Graph, OcigraphError } = ocigraph;

test('valid programs compile under --strict, and invalid programs do not', () => tsc('-p', 'test/types'));

test('the types compile with the dom library instead of the Node.js types', async () => {
  const source = `import { Client } from 'ocigraph';
    export const text = async () => new Response(await new Client().fetchBlob('a/b')).text();\n`;
  await compile('web', source, '--lib', 'es2023,dom,dom.iterable,dom.asynciterable', '--types', '');
});

test('with the dom library, a blob can be piped into Node.js streams as the README shows', async () => {
  const readme = readFileSync(join(node, 'README.md'), 'utf8');
  const [cast] = /Readable\.fromWeb\(stream as [^`]*\)/.exec(readme);
  const source = `import { createWriteStream } from 'node:fs';
    import { Readable } from 'node:stream';
    import { pipeline } from 'node:stream/promises';
    import { Client } from 'ocigraph';
    const stream = await new Client().fetchBlob('a/b');
    await pipeline(stream, createWriteStream('c'));
    export const readable = ${cast};\n`;
  await compile(
    'both',
    source,
    '--lib',
    'es2023,esnext.disposable,dom,dom.iterable,dom.asynciterable',
    '--types',
    'node',
  );
});

test('the types declare the exports of the JavaScript', async () => {
  const members = (prototype) => Reflect.ownKeys(prototype).filter((key) => key !== 'constructor');
  let count = 0;
  const named = (type, keys) => {
    const text = keys.filter((key) => typeof key === 'string').map((key) => `${JSON.stringify(key)}: true`);
    count += 1;
    return `export const _${count}: Record<Extract<keyof ${type}, string>, true> = { ${text.join(', ')} };\n`;
  };
  const error = await new Client().resolve('alpine').catch((error) => error);
  const own = Object.keys(error);
  // The optional properties of an error are listed here. All others must match the JavaScript.
  const atTimes = ['operation', 'reference', 'status', 'requestId', 'retryAfter', 'cause', 'stack', 'message'];
  const source = [
    "import * as ocigraph from 'ocigraph';\n",
    named('typeof ocigraph', Object.keys(ocigraph)),
    named('ocigraph.Client', members(Client.prototype)),
    named('ocigraph.Graph', ['subject', ...members(Graph.prototype)]),
    named('ocigraph.OcigraphError', [...new Set([...members(OcigraphError.prototype), ...own, ...atTimes])]),
  ];
  await compile('names', source.join(''));
});

test('the types declare the options that the native part accepts', async () => {
  const client = new Client();
  const accepted = async (call) => {
    const error = await call({ '-': 1 }).then(assert.fail, (error) => error);
    const named = [...error.message.matchAll(/`([^`]*)`/g)].map(([, name]) => name);
    assert.match(named.shift(), /^-$|\["-"\]$/, error.message);
    return named;
  };
  const calls = {
    PushOptions: (options) => client.push('a.b/c', options),
    PullOptions: (options) => client.pull('a.b/c', options),
    DiscoverOptions: (options) => client.discover('a.b/c', options),
    DeleteOptions: (options) => client.delete('a.b/c', options),
    CopyOptions: (options) => client.copy('a.b/c', 'a.b/d', options),
    VerifyOptions: (options) => client.verify('a.b/c', options),
    ManifestOptions: (options) => client.resolve('a.b/c', options),
    PushManifestOptions: (options) => client.pushManifest('a.b/c', '{}', options),
    PushBlobOptions: (options) => client.pushBlob('a.b/c', { content: '' }, options),
    UnpackLimits: (unpackLimits) => client.pull('a.b/c', { unpackLimits }),
    ClientOptions: async (options) => new Client(options),
    Limits: async (limits) => new Client({ limits }),
    DigestFilesOptions: (options) => digestFile('a', options),
    DigestOptions: async (options) => ocigraph.digest('a', options),
    ContentFile: ({ '-': value }) => client.push('a.b/c', { files: [{ content: '', '-': value }] }),
  };
  const ofAll = { ClientOptions: [], ContentFile: [], Limits: [], UnpackLimits: [], DigestOptions: [] };
  const withProgress = ['PushOptions', 'PullOptions', 'CopyOptions', 'VerifyOptions', 'PushBlobOptions'];
  const source = [];
  for (const [type, call] of Object.entries(calls)) {
    const names = [...(await accepted(call)), ...(ofAll[type] ?? ['signal'])];
    if (withProgress.includes(type)) names.push('onProgress');
    if (type === 'CopyOptions') names.push('destinationClient');
    assert.ok(names.length > 0, type);
    const fields = names.map((name) => `${name}: true`).join(', ');
    source.push(
      `import type { ${type} } from 'ocigraph';\nexport const of${type}: Record<keyof ${type}, true> = { ${fields} };\n`,
    );
  }
  await compile('options', source.join(''));
});

test('results have the fields that their types declare', async (t) => {
  const dir = folder(t);
  const [place, other] = [`oci:${join(dir, 'layout')}`, `oci:${join(dir, 'other')}`];
  writeFileSync(join(dir, 'file'), 'content');
  const client = new Client();
  const events = [];
  const files = [{ path: join(dir, 'file'), title: 'file' }, { content: 'untitled' }];
  const push = await client.push(`${place}:v1`, { files, onProgress: (event) => events.push(event) });
  await client.push(place, { subject: `${place}:v1`, artifactType: 'a/b', annotations: { key: 'value' } });
  const blob = push.blobs[0].descriptor.digest;
  const graph = await client.discover(`${place}:v1`);
  const results = {
    PushResult: push,
    'PullResult[]': await client.pull(`${place}:v1`, { output: join(dir, 'out') }),
    CopyReport: await client.copy(`${place}:v1`, `${other}:v1`, { recursive: true }),
    Descriptor: await client.resolve(`${place}:v1`),
    'ManifestInfo[]': await client.manifests(place),
    'TagInfo[]': await client.tagDetails(place),
    PushBlobResult: await client.pushBlob(place, { content: 'blob' }),
    FileDigest: await digestFile(join(dir, 'file')),
    'ProgressEvent[]': events,
    'GraphNode[]': [...graph],
    'Reference[]': [ocigraph.parseReference('a.b/c:v1,v2'), ocigraph.parseReference(`oci:a@sha256:${'a'.repeat(64)}`)],
    GraphJson: graph.toJSON(),
  };
  await client.tag(`${other}:v1`, 'stable');
  results.DeleteReport = await client.delete(`${other}:v1`, { dryRun: true });
  writeFileSync(join(dir, 'layout', 'blobs', 'sha256', blob.slice(7)), 'damaged');
  results.VerifyReport = await client.verify(`${place}:v1`);
  assert.ok(results.DeleteReport.kept.length > 0 && results.VerifyReport.problems.length > 0);
  // As literals, because TypeScript rejects unknown fields only in literals.
  const literals = Object.entries(results).map(([type, value], i) => {
    const name = type.replace('[]', '');
    return `import type { ${name} as T${i} } from 'ocigraph';\nexport const v${i}: T${i}${type.slice(name.length)} = ${JSON.stringify(value)};\n`;
  });
  await compile('results', literals.join(''));
});

test('the examples in the types compile', async () => {
  const types = readFileSync(join(node, 'index.d.ts'), 'utf8');
  const blocks = [...types.matchAll(/```ts\n(.*?)```/gs)].map(([, block]) => block.replace(/^ *\* ?/gm, ''));
  assert.ok(blocks.length >= 8);
  const isModule = (block) => block.startsWith('import');
  const functions = blocks
    .filter((block) => !isModule(block))
    .map((block, i) => {
      return `export async function example${i}(client: Client, graph: Graph): Promise<void> {\n{ ${block} }\n}\n`;
    });
  const names = 'Client, digest, Graph, OcigraphError, parseReference, serve';
  await compile('examples', `import { ${names} } from 'ocigraph';\n${functions.join('')}`);
  for (const [i, block] of blocks.filter(isModule).entries()) await compile(`example${i}`, block);
});

test('every name in the types is documented', () => {
  const lines = readFileSync(join(node, 'index.d.ts'), 'utf8').split('\n');
  const declares = /^(export (?!type \{)|\s+(?:readonly |get )?(?:'[^']+'|\[?[A-Za-z.]+\]?)\??[:(])/;
  assert.ok(lines.filter((line) => declares.test(line)).length > 100);
  const silent = lines.filter((line, i) => {
    const trivial = /^\s+(private|path\?: undefined|content\?: undefined)/.test(line);
    // Arguments of a multi-line declaration and fields of an inline object are documented with their declaration.
    const argument = line.endsWith(',');
    return declares.test(line) && !trivial && !argument && !lines[i - 1].trim().endsWith('*/');
  });
  assert.deepEqual(silent, []);
});

/** Compiles a module in a directory where it can import the package by name. */
async function compile(name, source, ...options) {
  const dir = join(node, 'dist', 'types');
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `${name}.ts`);
  writeFileSync(path, source);
  const strict = ['--strict', '--noEmit', '--target', 'es2022', '--module', 'nodenext'];
  const libraries = options.length > 0 ? options : ['--lib', 'es2023,esnext.disposable', '--types', 'node'];
  await tsc('--ignoreConfig', ...strict, ...libraries, path);
}
