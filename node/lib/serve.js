// A registry at hand: image layouts that a process of its own serves, for tests and for machines without a network.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { invalid, OcigraphError } from './error.js';
import { findFolder } from './platform.js';

/** Time for the registry to end, after which it is killed. */
const CLOSE_MS = 20_000;

const FLAGS = { behaveAs: '--behave-as', htpasswd: '--htpasswd', certFile: '--tls-cert', keyFile: '--tls-key' };

/** Serves image layouts. See `index.d.ts`. */
export async function serve(sources, options = {}) {
  const paths = typeof sources === 'string' ? [sources] : [...sources];
  if (!paths.every((path) => typeof path === 'string')) throw invalid('a source must be a string');
  const { listen = '127.0.0.1:0', readOnly = false, behaveAs, htpasswd, certFile, keyFile } = options;
  if (typeof listen !== 'string') throw invalid('listen must be a string');
  if (typeof readOnly !== 'boolean') throw invalid('readOnly must be a boolean');
  if ((certFile === undefined) !== (keyFile === undefined)) throw invalid('certFile and keyFile require each other');
  const program = join(findFolder(), process.platform === 'win32' ? 'ocigraph.exe' : 'ocigraph');
  const flags = ['--until-stdin-ends', '--listen', listen, ...(readOnly ? ['--read-only'] : [])];
  const texts = { behaveAs, htpasswd, certFile, keyFile };
  for (const [name, text] of Object.entries(texts).filter(([, text]) => text !== undefined)) {
    if (typeof text !== 'string') throw invalid(`${name} must be a string`);
    flags.push(`${FLAGS[name]}=${text}`);
  }
  // The command ends with its standard input, also if this process is killed.
  const child = spawn(program, ['serve', ...flags, ...paths.map(source)], { stdio: 'pipe' });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => text),
    // All that it said has arrived then.
    once(child, 'close').then(() => ''),
  ]);
  const prefix = 'listening on ';
  if (!line.startsWith(prefix)) throw failure(said);
  child.stderr.removeAllListeners('data').pipe(process.stderr, { end: false });
  // An open registry does not keep the process running.
  for (const open of [child, child.stdin, child.stdout, child.stderr]) open.unref();
  return new ServedRegistry(child, line.slice(prefix.length).trim());
}

class ServedRegistry {
  #child;
  #ended;

  constructor(child, host) {
    this.host = host;
    this.#child = child;
  }

  close() {
    this.#ended ??= end(this.#child);
    return this.#ended;
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
  child.stdin.end();
  await ended;
  clearTimeout(timer);
}

function source(text) {
  const [, path] = text.split('=', 2);
  return text.startsWith('oci:') || path?.startsWith('oci:') ? text : `oci:${text}`;
}

/** Makes the error that the command printed: `Error: MESSAGE [CODE]`. */
function failure(said) {
  const [, message, code] = /^(?:Error: )?(.*) \[([A-Z_]+)\]$/m.exec(said.trim()) ?? [
    undefined,
    said.trim(),
    'INTERNAL',
  ];
  return new OcigraphError({ code, message: message || 'the registry did not start' });
}
