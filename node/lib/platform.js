// Finds the native files: in the package for this platform, which npm installs as an optional dependency, or in the folder that
// `scripts/stage.js` fills in a source tree. It loads and downloads nothing.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const require = createRequire(import.meta.url);

/** The platform, as npm packages name it, such as `linux-x64-gnu`. */
export const platform = [process.platform, process.arch, abi()].filter(Boolean).join('-');

/** The package with the native files. The project owns its scope, so that others cannot publish a package that is missing. */
export const packageName = `@ocigraph/${platform}`;

/** Returns the folder with the native files. */
export function findFolder() {
  try {
    return dirname(require.resolve(`${packageName}/package.json`));
  } catch (cause) {
    const built = fileURLToPath(new URL(`../npm/${platform}`, import.meta.url));
    if (existsSync(join(built, 'ocigraph.node'))) return built;
    throw new Error(
      `ocigraph has no native part for ${platform}: the package ${packageName} is not installed. It is an optional ` +
        'dependency of ocigraph: install without --omit=optional, or see the README for the supported platforms',
      { cause },
    );
  }
}

function abi() {
  if (process.platform === 'win32') return 'msvc';
  if (process.platform !== 'linux') return '';
  // The report contains the version of the C library only if it is glibc.
  const { excludeNetwork } = process.report;
  // Otherwise the report resolves the host names of all connections.
  process.report.excludeNetwork = true;
  const { glibcVersionRuntime } = process.report.getReport().header;
  process.report.excludeNetwork = excludeNetwork;
  return glibcVersionRuntime ? 'gnu' : 'musl';
}
