// Packs the npm packages into `dist`, or into the folder that is the first argument: the package for this platform, as laid out
// by `stage.js`, or those in the folders of the other arguments, and the main package. The main package lists as optional
// dependencies the platform packages in that folder. The package.json in the source tree lists none: it must install before
// they are published.

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findFolder } from '../lib/platform.js';

const node = fileURLToPath(new URL('..', import.meta.url));
const dist = resolve(process.argv[2] ?? join(node, 'dist'));
mkdirSync(dist, { recursive: true });

const staged = mkdtempSync(join(tmpdir(), 'ocigraph-pack-'));
try {
  const { devDependencies, scripts, ...manifest } = JSON.parse(readFileSync(join(node, 'package.json'), 'utf8'));
  const license = join(node, '..', 'LICENSE');
  const folders = process.argv.slice(3).map((folder) => resolve(folder));
  for (const native of folders.length > 0 ? folders : [findFolder()]) {
    copyFileSync(license, join(native, 'LICENSE'));
    copyFileSync(join(node, '..', 'python', 'THIRD-PARTY.txt'), join(native, 'THIRD-PARTY.txt'));
    pack(native);
  }

  const packed = new RegExp(`^ocigraph-(.+)-${manifest.version.replaceAll('.', '\\.')}\\.tgz$`);
  const platforms = readdirSync(dist).map((name) => packed.exec(name)?.[1]);
  manifest.optionalDependencies = Object.fromEntries(
    platforms.filter(Boolean).map((platform) => [`@ocigraph/${platform}`, manifest.version]),
  );
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const made = 'index.d.cts';
  for (const name of [...manifest.files, 'README.md'].filter((name) => name !== made)) {
    cpSync(join(node, name), join(staged, name), { recursive: true });
  }
  copyFileSync(license, join(staged, 'LICENSE'));
  copyFileSync(join(node, 'index.d.ts'), join(staged, made));
  pack(staged);
} finally {
  rmSync(staged, { recursive: true, force: true });
}

function pack(from) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const name = execFileSync(npm, ['pack', '--silent', '--pack-destination', dist], { cwd: from, encoding: 'utf8' });
  console.log(join(dist, name.trim()));
}
