// Compares the speed of the package: digests of files with `node:crypto`, and transfers with the command line, which uses the same
// core without JavaScript. Needs release builds, of the registry too, and an idle machine:
// make node && cargo build --release -p ocigraph-fixture
//
//   npm run bench                        prints a table of the best of several runs (RUNS=5)

import { execFileSync, spawn } from 'node:child_process';
import { createHash, hash as cryptoHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

import { Client, digestFiles } from 'ocigraph';

import { findFolder } from '../lib/platform.js';

const RUNS = Number(process.env.RUNS ?? 3);
const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ocigraph-bench-'));
const command = join(findFolder(), 'ocigraph');

/** Returns the best of the runs, in seconds. The programs alternate, so that other load affects both. */
async function race(ours, theirs, before = () => {}) {
  const best = [Infinity, Infinity];
  for (let run = 0; run < RUNS; run += 1) {
    for (const [i, contender] of [ours, theirs].entries()) {
      await before(run, i);
      const from = performance.now();
      await contender(run, i);
      best[i] = Math.min(best[i], (performance.now() - from) / 1000);
    }
  }
  return best;
}

function print(name, [ours, theirs], peer) {
  const ratio = `${(ours / theirs).toFixed(2)} of ${peer}`;
  console.log(`${name.padEnd(28)} ${ours.toFixed(3).padStart(8)} s ${theirs.toFixed(3).padStart(8)} s   ${ratio}`);
}

function files(name, count, size) {
  mkdirSync(join(dir, name));
  return Array.from({ length: count }, (_, i) => {
    const path = join(dir, name, `${i}`);
    writeFileSync(path, randomFillSync(Buffer.alloc(size)));
    return path;
  });
}

/** Digests files of any size with `node:crypto` and streams, which limit memory. */
async function streamed(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 512 * 1024 }), hash);
  return hash.digest('hex');
}

/** Digests small files with `node:crypto`, each in one read. */
async function whole(path) {
  return cryptoHash('sha256', await readFile(path));
}

/** Processes all files, with twice as many concurrent calls as processors. */
async function each(paths, digest) {
  const waiting = [...paths];
  const one = async () => {
    for (let path = waiting.pop(); path; path = waiting.pop()) await digest(path);
  };
  await Promise.all(Array.from({ length: availableParallelism() * 2 }, one));
}

async function fixture() {
  const program = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'release', 'ocigraph-fixture');
  const child = spawn(program, ['--blobs', join(dir, 'blobs')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { host: JSON.parse(line).address, end: () => child.stdin.end() };
}

try {
  console.log(`${''.padEnd(28)} ${'ocigraph'.padStart(10)} ${'peer'.padStart(10)}`);
  for (const [name, count, size, peers] of [
    ['2,000 x 16 KiB', 2000, 16 << 10, { 'streams into node:crypto': streamed, 'readFile and crypto.hash': whole }],
    ['8 x 128 MiB', 8, 128 << 20, { 'streams into node:crypto': streamed }],
  ]) {
    const paths = files(name, count, size);
    for (const [peer, digest] of Object.entries(peers)) {
      const times = await race(
        () => digestFiles(paths),
        () => each(paths, digest),
      );
      print(`digest ${name}`, times, peer);
    }
  }

  const { host, end } = await fixture();
  const client = new Client();
  // The time to start the process is measured separately and subtracted.
  const [, start] = await race(
    () => {},
    () => execFileSync(command, ['version']),
  );
  const cli = (...args) => cliWith(undefined, ...args);
  const cliWith = (input, ...args) =>
    execFileSync(command, [...args, '--quiet'], { input, stdio: ['pipe', 'ignore', 'inherit'], cwd: dir });
  const net = ([ours, theirs]) => [ours, theirs - start];
  const large = join('8 x 128 MiB', '0');
  const place = (run, i) => `${host}/app${run}-${i}`;
  const push = await race(
    (run, i) => client.push(`${place(run, i)}:v1`, { files: [{ path: join(dir, large), title: 'large' }] }),
    (run, i) => cli('push', `${place(run, i)}:v1`, large),
  );
  print('push 128 MiB', net(push), 'the command line');
  const bytes = readFileSync(join(dir, large));
  const pushBytes = await race(
    (run, i) => client.push(`${place(run, i)}-bytes:v1`, { files: [{ content: bytes, title: 'large' }] }),
    (run, i) => cliWith(bytes, 'push', `${place(run, i)}-bytes:v1`, '-'),
  );
  print('push 128 MiB of memory', net(pushBytes), 'the command line, which reads it from a pipe');
  const pull = await race(
    (run) => client.pull(`${place(0, 0)}:v1`, { output: join(dir, `out-${run}`) }),
    (run) => cli('pull', `${place(0, 1)}:v1`, '-o', join(dir, `cli-${run}`)),
  );
  print('pull 128 MiB', net(pull), 'the command line');
  end();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
