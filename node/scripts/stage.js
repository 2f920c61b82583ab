// Lays out the built native part and command line as the package for this platform, in `npm/<platform>`, from where the package
// in the source tree loads them. `node scripts/stage.js debug|release` selects the build, and a target such as
// `aarch64-unknown-linux-musl` after it another platform. It builds nothing itself.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { platform as own } from '../lib/platform.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const profile = process.argv[2];
if (profile !== 'debug' && profile !== 'release')
  throw new Error('usage: node scripts/stage.js debug|release [TARGET]');

const crossTarget = process.argv[3];
const platform = crossTarget === undefined ? own : platformOf(crossTarget);
const packageName = `@ocigraph/${platform}`;

const metadata = ['metadata', '--locked', '--no-deps', '--format-version=1'];
const { target_directory: target } = JSON.parse(execFileSync('cargo', metadata, { cwd: root, maxBuffer: 1 << 26 }));

const [os, cpu, abi] = platform.split('-', 3);
const libc = os === 'linux' ? { gnu: 'glibc', musl: 'musl' }[abi] : undefined;
const library = { win32: 'ocigraph_node.dll', darwin: 'libocigraph_node.dylib' }[os] ?? 'libocigraph_node.so';
const command = os === 'win32' ? 'ocigraph.exe' : 'ocigraph';

const folder = join(root, 'node', 'npm', platform);
mkdirSync(folder, { recursive: true });
// The command for another machine is static, so that it runs on every Linux.
const commandTarget = crossTarget?.replace('linux-gnu', 'linux-musl');
for (const [of, from, to] of [
  [crossTarget, library, 'ocigraph.node'],
  [commandTarget, command, command],
]) {
  const built = join(target, of ?? '', profile, from);
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
  files: ['ocigraph.node', command, 'THIRD-PARTY.txt'],
  engines,
  publishConfig: { access: 'public' },
};
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
const readme = `# ${packageName}\n\nThe native part of the npm package \`ocigraph\` for ${platform}. Install \`ocigraph\` instead.\n`;
writeFileSync(join(folder, 'README.md'), readme);
console.log(folder);

/** Returns the name that npm packages have for a target of Rust. */
function platformOf(triple) {
  const [machine, , system, abi] = triple.split('-');
  const arch = { x86_64: 'x64', aarch64: 'arm64' }[machine];
  const name = {
    linux: `linux-${arch}-${abi}`,
    windows: `win32-${arch}-msvc`,
    darwin: `darwin-${arch}`,
  }[system];
  if (arch === undefined || name === undefined) throw new Error(`there is no package for ${triple}`);
  return name;
}
