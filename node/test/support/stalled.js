// A registry that stalls: it accepts the start of an upload, sends half of a blob, and never lists referrers. `reached` counts the
// stalled requests, `cancelledUploads` the uploads that the client cancelled. It responds to a cancellation after 200 ms.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export async function stalledRegistry(t) {
  const blob = Buffer.alloc(1 << 20, 7);
  const annotations = { 'org.opencontainers.image.title': 'large.bin' };
  const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256('{}'), size: 2 };
  const layer = { mediaType: 'application/octet-stream', digest: sha256(blob), size: blob.length, annotations };
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config: empty, layers: [layer] });
  const stalled = { blob: sha256(blob), size: blob.length, reached: 0, cancelledUploads: 0, onReached: () => {} };
  const stop = () => {
    stalled.reached += 1;
    stalled.onReached();
  };

  const server = createServer((request, response) => {
    const { method, url } = request;
    if (url.includes('/manifests/')) {
      response.writeHead(200, { 'content-type': mediaType, 'docker-content-digest': sha256(manifest) });
      response.end(method === 'HEAD' ? undefined : manifest);
    } else if (method === 'HEAD') {
      const there = url.endsWith(stalled.blob);
      response.writeHead(there ? 200 : 404, there ? { 'content-length': blob.length } : {}).end();
    } else if (method === 'GET' && url.endsWith(empty.digest)) {
      response.end('{}');
    } else if (method === 'GET' && url.includes('/blobs/')) {
      response.writeHead(200, { 'content-length': blob.length });
      response.write(blob.subarray(0, blob.length / 2), stop);
    } else if (method === 'POST') {
      response.writeHead(202, { location: `${url.split('?')[0]}1` }).end();
    } else if (method === 'DELETE') {
      setTimeout(() => {
        stalled.cancelledUploads += 1;
        response.writeHead(204).end();
      }, 200);
    } else {
      // Stops reading and sends no response to the rest of an upload or to a request for referrers.
      stop();
    }
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(stalled, { host: `127.0.0.1:${server.address().port}` });
}
