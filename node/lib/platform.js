// Where the native files are: in the package for this platform, which npm installed beside this one, else in the folder that
// a build in the source tree fills. It loads nothing, and never downloads anything.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const require = createRequire(import.meta.url);

/** The platform in npm's words, such as `linux-x64-gnu`. */
export const platform = [process.platform, process.arch, abi()].filter(Boolean).join('-');

/** The package with the native files. Its scope is the project's own, so that nobody else can publish one that is missing. */
export const packageName = `@ocigraph/${platform}`;

/** The folder with the native files. */
export function findFolder() {
  try {
    return dirname(require.resolve(`${packageName}/package.json`));
  } catch (cause) {
    const built = fileURLToPath(new URL(`../npm/${platform}`, import.meta.url));
    if (existsSync(join(built, 'ocigraph.node'))) return built;
    throw new Error(
      `ocigraph has no native part for ${platform}: the package ${packageName} is not installed. It is an optional ` +
        'dependency of ocigraph; install without --omit=optional, or see the README for the platforms there are',
      { cause },
    );
  }
}

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
