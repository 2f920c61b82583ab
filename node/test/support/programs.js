// Compiles TypeScript programs and runs them with Node.js.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { root } from './servers.js';

export const node = join(root, 'node');

/** Runs a program, and returns its exit code and output. */
export async function run(program, args, options = {}) {
  try {
    const done = await promisify(execFile)(program, args, { cwd: node, timeout: 120_000, ...options });
    return { code: 0, ...done };
  } catch (error) {
    if (typeof error.code !== 'number') throw error;
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

/** Runs a program that must succeed, and returns its output. */
export async function succeed(program, args, options) {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Runs one of the package's development tools. */
export function npx(tool, ...args) {
  return succeed(process.execPath, [join(node, 'node_modules', ...tool), ...args]);
}

export const tsc = (...args) => npx(['typescript', 'bin', 'tsc'], ...args);
