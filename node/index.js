// The npm package `ocigraph`: graphs of supply-chain artifacts in OCI registries and image layouts. All behaviour is in
// the native part; the files in `lib` turn what JavaScript has (signals, callbacks, streams) into what that takes.

export { Client } from './lib/client.js';
export { digest, digestFile, digestFiles } from './lib/digests.js';
export { OcigraphError } from './lib/error.js';
export { Graph } from './lib/graph.js';
export { version } from './lib/native.js';
export { parseReference } from './lib/reference.js';
