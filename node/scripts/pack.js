// Packs what npm publishes into `dist`, or the folder that is given: the package for this platform, as `stage.js` laid it out, and the package itself,
// which gets the packages of all platforms as optional dependencies of its own version. The source tree's package.json does
// not have them, so that it installs before they are published.

import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { folder } from '../lib/native.js';

/** What a release is built for. */
const PLATFORMS = [
  'linux-x64-gnu',
  'linux-arm64-gnu',
  'linux-x64-musl',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
];

const node = fileURLToPath(new URL('..', import.meta.url));
const dist = resolve(process.argv[2] ?? join(node, 'dist'));
mkdirSync(dist, { recursive: true });

const staged = mkdtempSync(join(tmpdir(), 'ocigraph-pack-'));
try {
  const { devDependencies, scripts, ...manifest } = JSON.parse(readFileSync(join(node, 'package.json'), 'utf8'));
  for (const name of [...manifest.files, 'README.md'])
    cpSync(join(node, name), join(staged, name), { recursive: true });
  copyFileSync(join(node, '..', 'LICENSE'), join(staged, 'LICENSE'));
  manifest.optionalDependencies = Object.fromEntries(
    PLATFORMS.map((platform) => [`${manifest.name}-${platform}`, manifest.version]),
  );
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(node, '..', 'LICENSE'), join(folder, 'LICENSE'));
  for (const from of [staged, folder]) {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const name = execFileSync(npm, ['pack', '--silent', '--pack-destination', dist], { cwd: from, encoding: 'utf8' });
    console.log(join(dist, name.trim()));
  }
} finally {
  rmSync(staged, { recursive: true, force: true });
}
