// The scenarios that all languages share: see `tests/scenarios/README.md`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { run } from './support/programs.js';
import { built } from './support/servers.js';

test('scenarios pass', async () => {
  const program = fileURLToPath(new URL('support/scenario-program.js', import.meta.url));
  const words = ['--name', 'node', '--', process.execPath, program];
  const { code, stderr } = await run(built('scenarios'), words, { timeout: 600_000 });
  assert.equal(code, 0, stderr);
});
