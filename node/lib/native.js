// Loads the native part. It must have the version of this package, because the interface between them is not stable.

import { join } from 'node:path';

import { findFolder, packageName, require } from './platform.js';

const folder = findFolder();
const native = require(join(folder, 'ocigraph.node'));

export const { version } = require('../package.json');

if (native.VERSION !== version) {
  throw new Error(
    `ocigraph ${version} found version ${native.VERSION} of its native part in ${folder}: install ${packageName}@${version}`,
  );
}

export default native;
