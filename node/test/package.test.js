// The two published tarballs, installed offline into an empty project in a folder whose name contains spaces.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { node, npx, run, succeed, tsc } from './support/programs.js';
import { fixture, folder } from './support/servers.js';

let tarballs;
let project;

const dir = folder({ after });

before(async () => {
  tarballs = (await succeed(process.execPath, ['scripts/pack.js', join(dir, 'tarballs')])).trim().split('\n');
  project = join(dir, 'an empty project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"private":true}');
  const npm = ['install', '--offline', '--no-audit', '--no-fund', '--cache', join(dir, 'empty cache'), ...tarballs];
  await succeed('npm', npm, { cwd: project });
});

const inProject = (source, ...flags) => succeed(process.execPath, [...flags, '--eval', source], { cwd: project });

test('the two tarballs contain exactly the necessary files', async () => {
  assert.equal(tarballs.length, 2);
  const modules = join(project, 'node_modules');
  const main = join(modules, 'ocigraph');
  const [name, ...others] = readdirSync(join(modules, '@ocigraph'));
  assert.deepEqual(others, []);
  const platform = join(modules, '@ocigraph', name);
  assert.deepEqual(readdirSync(main).sort(), [
    'LICENSE',
    'README.md',
    'bin',
    'index.cjs',
    'index.d.cts',
    'index.d.ts',
    'index.js',
    'lib',
    'package.json',
  ]);
  assert.deepEqual(readdirSync(platform).sort(), [
    'LICENSE',
    'README.md',
    'THIRD-PARTY.txt',
    'ocigraph',
    'ocigraph.node',
    'package.json',
  ]);
  const manifest = JSON.parse(readFileSync(join(main, 'package.json'), 'utf8'));
  // An unpublished package must not be a dependency: anyone could publish malicious code under its name.
  assert.deepEqual(manifest.optionalDependencies, { [`@ocigraph/${name}`]: manifest.version });
  assert.deepEqual(
    [manifest.scripts, manifest.devDependencies, manifest.dependencies],
    [undefined, undefined, undefined],
  );
});

const use = `
  const client = new Client();
  const { descriptor } = await client.push('oci:layout:v1', { files: [{ content: 'a', title: 'a' }] });
  const { digest } = await client.resolve('oci:layout:v1');
  console.log(digest === descriptor.digest);
`;

test('the installed package can be imported', async () => {
  const output = await inProject(`import { Client } from 'ocigraph';${use}`, '--input-type=module');
  assert.equal(output.trim(), 'true');
});

test('the installed package can be required without a warning, as the same module', async () => {
  const source = `
    const { Client } = require('ocigraph');
    (async () => {${use}
      const { OcigraphError } = await import('ocigraph');
      console.log(require('ocigraph').OcigraphError === OcigraphError);
    })();
  `;
  const args = ['--input-type=commonjs', '--eval', source];
  const { code, stdout, stderr } = await run(process.execPath, args, { cwd: project });
  assert.deepEqual([code, stdout, stderr], [0, 'true\ntrue\n', '']);
});

test('npx ocigraph runs the command line with its streams and exit codes', async (t) => {
  const { host } = await fixture(t);
  const npxHere = (...args) => run('npx', ['--offline', 'ocigraph', ...args], { cwd: project });
  const version = await npxHere('version');
  assert.deepEqual(
    [version.code, version.stdout],
    [0, `ocigraph ${JSON.parse(readFileSync(join(node, 'package.json'))).version}\n`],
  );
  writeFileSync(join(project, 'a file.txt'), 'content');
  const pushed = await npxHere('push', `${host}/app:v1`, 'a file.txt:text/plain', '--format', 'json');
  assert.equal(JSON.parse(pushed.stdout).blobs[0].outcome, 'uploaded');
  const missing = await npxHere('resolve', `${host}/app:none`);
  assert.deepEqual([missing.code, missing.stdout], [1, '']);
  assert.match(missing.stderr, /NOT_FOUND/);
  assert.equal((await npxHere('no-such-command')).code, 2);
});

test('the command ends with the signal that it receives', async () => {
  const program = join(project, 'node_modules', 'ocigraph', 'bin', 'ocigraph.js');
  // A signal that a terminal did not send, as when a job is cancelled, reaches only this process. The command cleans up and ends
  // with the same signal.
  const ends = { SIGTERM: [143, null], SIGHUP: [129, null], SIGINT: [130, null] };
  for (const [signal, end] of Object.entries(ends)) {
    const child = spawn(process.execPath, [program, 'push', 'oci:layout:v2', '-'], { cwd: project, detached: true });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    child.kill(signal);
    assert.deepEqual(await once(child, 'exit'), end, signal);
  }
});

test('the command does not load the native module', async () => {
  const platform = join(project, 'node_modules', '@ocigraph');
  const [name] = readdirSync(platform);
  const addon = join(platform, name, 'ocigraph.node');
  renameSync(addon, `${addon}.away`);
  try {
    const { code, stderr } = await run('npx', ['--offline', 'ocigraph', 'version'], { cwd: project });
    assert.equal(code, 0, stderr);
  } finally {
    renameSync(`${addon}.away`, addon);
  }
});

test('a platform without a native part gets a clear error', async () => {
  const source = `
    Object.defineProperty(process, 'arch', { value: 'pdp11' });
    import('ocigraph').catch((error) => console.log(error.message));
  `;
  assert.match(await inProject(source), /no native part for linux-pdp11-gnu: .*--omit=optional/);
});

test('publint and attw report no problem', async () => {
  const [main] = tarballs.filter((path) => !path.includes('linux'));
  assert.match(await npx(['publint', 'src', 'cli.js'], main, '--strict'), /All good!/);
  const output = await npx(['@arethetypeswrong', 'cli', 'dist', 'index.js'], main, '--profile', 'strict');
  assert.match(output, /No problems found/);
});

for (const [kind, extension] of Object.entries({ 'an ES module': 'mts', 'a CommonJS module': 'cts' })) {
  test(`TypeScript finds the installed types in ${kind}, and the program runs`, async () => {
    const path = join(project, `use.${extension}`);
    writeFileSync(path, "import { version } from 'ocigraph';\nconst v: string = version;\nconsole.log(v);\n");
    const args = ['--ignoreConfig', '--strict', '--module', 'nodenext', '--target', 'es2022'];
    await tsc(...args, '--lib', 'es2023,dom,dom.asynciterable', '--types', '', path);
    const printed = await succeed(process.execPath, [path.replace(/ts$/, 'js')], { cwd: project });
    assert.match(printed, /^\d+\.\d+\.\d+\n$/);
  });
}
