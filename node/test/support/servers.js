// Starts registries for the tests, each on a free port: the fixture, which can inject faults, and the real registries that
// `tests/setup` installs. They end when their standard input closes, so none outlives a test.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');

/** Returns the path of a program that cargo built. */
export function built(name) {
  return join(target, 'debug', name);
}

/** Creates a directory that is deleted after the test. */
export function folder(t) {
  const made = mkdtempSync(join(tmpdir(), 'ocigraph node '));
  t.after(() => remove(made));
  return made;
}

/** Waits until a directory is empty: the partial files of an aborted call may be deleted shortly after it rejects. */
async function remove(made, tries = 20) {
  try {
    rmSync(made, { recursive: true, force: true });
  } catch (error) {
    if (tries === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 50));
    await remove(made, tries - 1);
  }
}

/** Starts the fixture registry of `tests/fixture` with these flags. */
export async function fixture(t, ...flags) {
  const program = built('ocigraph-fixture');
  const host = await serve(t, program, flags, (line) => JSON.parse(line).address);
  const control = async (method, path, body) => {
    const answer = await fetch(`http://${host}/_fixture/${path}`, { method, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return method === 'GET' ? answer.json() : undefined;
  };
  return {
    host,
    configure: (config) => control('PUT', 'config', config),
    requests: () => control('GET', 'requests'),
    clearRequests: () => control('DELETE', 'requests'),
    state: () => control('GET', 'state'),
  };
}

/** Starts the registry of go-containerregistry, which supports the referrers API. It stores blobs on disk. */
export async function ggcr(t) {
  const data = join(folder(t), 'data');
  mkdirSync(data);
  return serve(t, tool('test-registries'), ['ggcr', '--dir', data], (line) => JSON.parse(line).address);
}

/** Starts Debian's docker-registry 2.8.2, which does not support the referrers API. */
export async function dockerRegistry(t) {
  const work = folder(t);
  const config = {
    version: '0.1',
    log: { level: 'info', formatter: 'text' },
    storage: { filesystem: { rootdirectory: join(work, 'data') }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0', secret: 'one registry, one secret' },
  };
  // JSON is valid YAML.
  writeFileSync(join(work, 'config.yml'), JSON.stringify(config));
  const args = ['run', tool('docker-registry'), 'serve', join(work, 'config.yml')];
  return serve(t, tool('test-registries'), args, (line) => /listening on ([\d.:]+)/.exec(line)?.[1]);
}

/** Returns the path of a tool that `tests/setup` installed. */
export function tool(name) {
  const tools = process.env.OCIGRAPH_TOOLS;
  if (!tools)
    throw new Error(
      `${name}: OCIGRAPH_TOOLS is not set; run the tests with make, or eval "$(tests/setup --env)" first`,
    );
  return join(tools, name);
}

/** Runs a program until the test ends, and returns what `find` finds in a line of its output. */
export function serve(t, program, args, find) {
  const env = { PATH: process.env.PATH, HOME: tmpdir() };
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  t.after(() => {
    child.stdin.end();
    return ended;
  });
  return new Promise((resolve, reject) => {
    const lines = [];
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output }).on('line', (line) => {
        lines.push(line);
        let found;
        try {
          found = find(line);
        } catch {
          // Ignores lines that are not JSON.
        }
        if (found) resolve(found);
      });
    }
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`${program} ended:\n${lines.join('\n')}`)));
  });
}
