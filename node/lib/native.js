// Loads the native part: from the package for this platform, which npm installed beside this one, else from the folder
// that a build in the source tree fills. It never downloads anything.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** The platform in npm's words, such as `linux-x64-gnu`. */
export const platform = [process.platform, process.arch, abi()].filter(Boolean).join('-');

/** The folder with the native files. */
export const folder = find();

const native = require(join(folder, 'ocigraph.node'));

export const version = native.VERSION;
export default native;

function abi() {
  if (process.platform === 'win32') return 'msvc';
  if (process.platform !== 'linux') return '';
  // A report names the C library's version only where that is glibc.
  const { excludeNetwork } = process.report;
  // Else it looks up the names of all connections.
  process.report.excludeNetwork = true;
  const { glibcVersionRuntime } = process.report.getReport().header;
  process.report.excludeNetwork = excludeNetwork;
  return glibcVersionRuntime ? 'gnu' : 'musl';
}

function find() {
  const name = `ocigraph-${platform}`;
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch (cause) {
    const built = fileURLToPath(new URL(`../npm/${platform}`, import.meta.url));
    if (existsSync(join(built, 'ocigraph.node'))) return built;
    throw new Error(
      `ocigraph has no native part for ${platform}: the package ${name} is not installed. It is an optional dependency ` +
        'of ocigraph; install without --omit=optional, or see the README for the platforms there are',
      { cause },
    );
  }
}
