// The npm package `ocigraph`: graphs of supply-chain artifacts in OCI registries and image layouts. The native part implements
// all operations. The files in `lib` adapt JavaScript signals, callbacks and streams to it.

export { Client } from './lib/client.js';
export { digest, digestFile, digestFiles } from './lib/digest.js';
export { OcigraphError } from './lib/error.js';
export { Graph } from './lib/graph.js';
export { version } from './lib/native.js';
export { parseReference } from './lib/reference.js';
export { serve } from './lib/serve.js';
