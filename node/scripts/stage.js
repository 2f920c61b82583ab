// Lays out the built native part and command line as the package for this platform, in `npm/<platform>`, from where the package
// in the source tree loads them. `node scripts/stage.js debug|release` selects the build. It builds nothing itself.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { packageName, platform } from '../lib/platform.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const profile = process.argv[2];
if (profile !== 'debug' && profile !== 'release') throw new Error('usage: node scripts/stage.js debug|release');

const metadata = ['metadata', '--locked', '--no-deps', '--format-version=1'];
const { target_directory: target } = JSON.parse(execFileSync('cargo', metadata, { cwd: root, maxBuffer: 1 << 26 }));

const { platform: os, arch: cpu } = process;
const libc = { gnu: 'glibc', musl: 'musl' }[platform.split('-')[2]];
const library = { win32: 'ocigraph_node.dll', darwin: 'libocigraph_node.dylib' }[os] ?? 'libocigraph_node.so';
const command = os === 'win32' ? 'ocigraph.exe' : 'ocigraph';

const folder = join(root, 'node', 'npm', platform);
mkdirSync(folder, { recursive: true });
for (const [from, to] of [
  [library, 'ocigraph.node'],
  [command, command],
]) {
  const built = join(target, profile, from);
  if (!existsSync(built)) throw new Error(`${built} does not exist: build ocigraph-node and ocigraph-cli first`);
  // Rename, because a running process may have loaded the existing file.
  copyFileSync(built, join(folder, `.${to}`));
  renameSync(join(folder, `.${to}`), join(folder, to));
}

const { version, license, repository, engines } = JSON.parse(readFileSync(join(root, 'node', 'package.json'), 'utf8'));
const manifest = {
  name: packageName,
  version,
  description: `The native part of ocigraph for ${platform}`,
  license,
  repository,
  os: [os],
  cpu: [cpu],
  ...(libc && { libc: [libc] }),
  main: 'ocigraph.node',
  files: ['ocigraph.node', command],
  engines,
  publishConfig: { access: 'public' },
};
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
const readme = `# ${packageName}\n\nThe native part of the npm package \`ocigraph\` for ${platform}. Install \`ocigraph\` instead.\n`;
writeFileSync(join(folder, 'README.md'), readme);
console.log(folder);
