#!/usr/bin/env node
// The command `ocigraph`. Runs the program from the native package with the same arguments and streams, forwards signals, and
// ends with the same exit code or signal.

import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { findFolder } from '../lib/platform.js';

const program = join(findFolder(), process.platform === 'win32' ? 'ocigraph.exe' : 'ocigraph');
const child = spawn(program, process.argv.slice(2), { stdio: 'inherit' });

// Ctrl-C reaches both processes, but `kill` reaches only this one. The program tolerates receiving a signal twice.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));

child.on('error', (error) => {
  console.error(`ocigraph: cannot run ${program}: ${error.message}`);
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
