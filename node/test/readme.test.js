// The code blocks of the README, which npm shows. Its programs and commands run in order against a local registry, which replaces
// the one that they name.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { Client } from 'ocigraph';

import { node, succeed, tsc } from './support/programs.js';
import { fixture, folder, root } from './support/servers.js';

const readme = readFileSync(join(node, 'README.md'), 'utf8');
const blocks = (language) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((found) => found[1]);

/** Starts a registry with the image that the README uses, and creates a directory with its files. */
async function prepare(t) {
  const { host } = await fixture(t);
  const client = new Client();
  const repository = `${host}/net-monitor`;
  await client.push(`${repository}:v1`, { files: [{ content: 'image', title: 'net-monitor' }] });
  await client.push(repository, { subject: `${repository}:v1`, artifactType: 'signature/example' });
  const cwd = folder(t);
  writeFileSync(join(cwd, 'sbom.json'), '{"good":true}');
  return { host, cwd, here: (text) => text.replaceAll('registry.example.com', host) };
}

test('the programs of the README compile and run', async (t) => {
  const { cwd, here } = await prepare(t);
  const out = join(node, 'dist', 'readme');
  mkdirSync(out, { recursive: true });
  const programs = blocks('ts').map((source, i) => {
    const name = join(out, `block${i}`);
    writeFileSync(`${name}.mts`, here(source));
    return name;
  });
  assert.equal(programs.length, 9);
  const options = ['--strict', '--noUncheckedIndexedAccess', '--target', 'es2022', '--module', 'nodenext'];
  await tsc('--ignoreConfig', ...options, '--types', 'node', ...programs.map((name) => `${name}.mts`));
  const printed = [];
  // Without this variable, the program with a test prints its results as text.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  for (const name of programs) printed.push(await succeed(process.execPath, [`${name}.mjs`], { cwd, env }));

  const [discovered, attached, signedIn, copied, progress, streams, errors, digests, tested] = printed;
  assert.match(discovered, /└── signature\/example\n {4}└── sha256:\w{64}\n\n1 referrer signature\/example sha256:/);
  assert.match(attached, /@sha256:\w{64} \[ 'uploaded', 'uploaded' \]\n\[ 'out.sbom.json', 'out.notes.md' \]\n0\n3\n$/);
  assert.equal(signedIn, "[ 'v1' ]\n");
  assert.equal(copied, '');
  assert.match(progress, /^started 0 of 5\n(moved 5 of 5\n)?finished 5 of 5\n$/);
  assert.equal(streams, '13 {"good":true}\n');
  assert.equal(readFileSync(join(cwd, 'copy.json'), 'utf8'), '{"good":true}');
  assert.match(errors, /^not released yet: resolve /);
  assert.match(digests, /^sha256:44136fa3\w*\nsha256:\w{64} 13 sbom.json\n$/);
  assert.match(tested, /pass 1\n/);
});

test('the JavaScript of the README runs unchanged', async (t) => {
  const { cwd, here } = await prepare(t);
  const sources = blocks('js');
  assert.equal(sources.length, 1);
  const program = join(node, 'dist', 'readme', 'block.mjs');
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, here(sources[0]));
  assert.equal(await succeed(process.execPath, [program], { cwd }), "[ 'v1' ]\n");
});

test('the commands of the README run', async (t) => {
  const { cwd, here } = await prepare(t);
  const [install, commands] = blocks('sh');
  assert.equal(install, 'npm install ocigraph\n');
  const command = join(node, 'bin', 'ocigraph.js');
  const script = here(commands).replaceAll('npx ocigraph', `"${process.execPath}" "${command}"`);
  const output = await succeed('sh', ['-ec', script], { cwd });
  assert.match(output, /signature\/example.*Attached to .*Usage: ocigraph/s);
});

test("the program of the project's README compiles and runs", async (t) => {
  const projects = readFileSync(join(root, 'README.md'), 'utf8');
  const [, source] = /^### From Node.js\n.*?^```ts\n(.*?)^```/ms.exec(projects);
  const { cwd } = await prepare(t);
  await new Client().push(`oci:${join(cwd, 'store', 'app')}:v1`);
  const path = join(node, 'dist', 'readme', 'project.mts');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, source);
  await tsc('--ignoreConfig', '--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node', path);
  const output = await succeed(process.execPath, [path.replace('.mts', '.mjs')], { cwd });
  assert.match(output, /^oci:store\/app:v1\n└── sbom\/example\n {4}└── sha256:/);
});
