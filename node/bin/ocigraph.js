#!/usr/bin/env node
// The command `ocigraph`: hands over to the program that lies beside the native part, with its arguments, streams and
// signals, and ends as it ends.

import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { findFolder } from '../lib/platform.js';

const program = join(findFolder(), process.platform === 'win32' ? 'ocigraph.exe' : 'ocigraph');
const child = spawn(program, process.argv.slice(2), { stdio: 'inherit' });

// A terminal sends Ctrl-C to both, and what ends a job sends it to this one alone; to hear it twice is no harm.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));

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
