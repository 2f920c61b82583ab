// What npm publishes: both tarballs, installed offline into an empty project, in a folder whose name has spaces.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

test('two tarballs hold what is needed and nothing else', async () => {
  assert.equal(tarballs.length, 2);
  const [main, platform] = readdirSync(join(project, 'node_modules'))
    .filter((name) => name.startsWith('ocigraph'))
    .map((name) => join(project, 'node_modules', name));
  assert.deepEqual(readdirSync(main).sort(), [
    'LICENSE',
    'README.md',
    'bin',
    'index.d.ts',
    'index.js',
    'lib',
    'package.json',
  ]);
  assert.deepEqual(readdirSync(platform).sort(), ['LICENSE', 'README.md', 'ocigraph', 'ocigraph.node', 'package.json']);
  const manifest = JSON.parse(readFileSync(join(main, 'package.json'), 'utf8'));
  const optional = Object.entries(manifest.optionalDependencies);
  assert.ok(optional.length >= 7 && optional.every(([, version]) => version === manifest.version));
  assert.ok(optional.some(([name]) => platform.endsWith(name)));
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

test('the installed package works by import', async () => {
  const output = await inProject(`import { Client } from 'ocigraph';${use}`, '--input-type=module');
  assert.equal(output.trim(), 'true');
});

test('the installed package works by require, without a word on stderr but the one of Node.js 20', async () => {
  const source = `const { Client } = require('ocigraph'); (async () => {${use}})();`;
  const { code, stdout, stderr } = await run(process.execPath, ['--input-type=commonjs', '--eval', source], {
    cwd: project,
  });
  assert.deepEqual([code, stdout.trim()], [0, 'true'], stderr);
  assert.ok(stderr === '' || /ExperimentalWarning: CommonJS module .* is loading ES Module/.test(stderr), stderr);
});

test('npx ocigraph is the command line, with its streams and exit codes', async (t) => {
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

test('the command ends with its signal', async () => {
  const program = join(project, 'node_modules', 'ocigraph', 'bin', 'ocigraph.js');
  const source = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, [${JSON.stringify(program)}, 'push', 'oci:layout:v2', '-'], { stdio: ['pipe', 'inherit', 'inherit'] });
    setTimeout(() => child.kill('SIGTERM'), 1000);
    child.on('exit', (code, signal) => console.log(code, signal));
  `;
  assert.equal((await inProject(source)).trim(), 'null SIGTERM');
});

test('a platform without a native part is told so', async () => {
  const source = `
    Object.defineProperty(process, 'arch', { value: 'pdp11' });
    import('ocigraph').catch((error) => console.log(error.message));
  `;
  assert.match(await inProject(source), /no native part for linux-pdp11-gnu: .*--omit=optional/);
});

test('publint and attw find nothing', async () => {
  const [main] = tarballs.filter((path) => !path.includes('linux'));
  assert.match(await npx(['publint', 'src', 'cli.js'], main, '--strict'), /All good!/);
  // For a CommonJS module the package is one that require can load, which attw's profile for ESM takes as it is.
  const output = await npx(['@arethetypeswrong', 'cli', 'dist', 'index.js'], main, '--profile', 'esm-only');
  assert.match(output, /node16 \(from ESM\).*🟢 \(ESM\).*\n.*\n.*bundler.*🟢/);
});

test('TypeScript finds the installed types', async () => {
  writeFileSync(join(project, 'use.mts'), "import { version } from 'ocigraph';\nexport const v: string = version;\n");
  const args = ['--ignoreConfig', '--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022'];
  await tsc(...args, '--lib', 'es2023,dom,dom.asynciterable', '--types', '', join(project, 'use.mts'));
});
