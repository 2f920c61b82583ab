#!/usr/bin/env node
// The command `ocigraph`: hands over to the program that lies beside the native part, with its arguments, streams and
// signals, and ends as it ends.

import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { folder } from '../lib/native.js';

const program = join(folder, process.platform === 'win32' ? 'ocigraph.exe' : 'ocigraph');
const child = spawn(program, process.argv.slice(2), { stdio: 'inherit' });

// A terminal sends Ctrl-C to both; the program tidies up, and then both end.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));

child.on('error', (error) => {
  console.error(`ocigraph: ${program} cannot be run: ${error.message}`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else {
    process.exitCode = code;
  }
});
