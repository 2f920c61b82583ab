// A release step: attaches an SBOM and provenance to an image, shows progress, and then tags the image.
//
//   node release.js registry.example.com/net-monitor:build-17 sbom.json 1.4.0

import { argv, env, exit, stderr } from 'node:process';

import { Client, type ProgressEvent, parseReference } from 'ocigraph';

const [, , image, sbom, version] = argv;
if (!image || !sbom || !version) {
  console.error('usage: release IMAGE SBOM VERSION');
  exit(2);
}

const onProgress = (event: ProgressEvent): void => {
  if (event.type !== 'finished') return;
  const title = event.blob.annotations?.['org.opencontainers.image.title'] ?? event.blob.digest;
  stderr.write(`${title}: ${event.outcome}, ${event.blob.size} bytes\n`);
};

await using client = new Client();
const subject = await client.resolve(image);
const { location: repository } = parseReference(image);
const target = `${repository}@${subject.digest}`;
const [algorithm = '', hex = ''] = subject.digest.split(':');

const provenance = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: repository, digest: { [algorithm]: hex } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: { buildType: 'https://example.com/build/v1', externalParameters: { version } },
    runDetails: { builder: { id: 'https://example.com/builder' }, metadata: { invocationId: env.BUILD_ID ?? 'local' } },
  },
};

const attached = await client.push(repository, {
  subject: target,
  artifactType: 'application/vnd.cyclonedx+json',
  files: [{ path: sbom, title: 'sbom.json', mediaType: 'application/vnd.cyclonedx+json' }],
  annotations: { 'org.opencontainers.image.version': version },
  onProgress,
});
const stated = await client.push(repository, {
  subject: target,
  artifactType: 'application/vnd.in-toto+json',
  files: [{ content: JSON.stringify(provenance), title: 'provenance.json', mediaType: 'application/vnd.in-toto+json' }],
  annotations: { 'com.example.build': env.BUILD_ID ?? 'local' },
  onProgress,
});
await client.tag(target, version);
console.log(`${repository}:${version}\n  ${attached.descriptor.digest}\n  ${stated.descriptor.digest}`);
