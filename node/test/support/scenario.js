// Runs the scenarios of `tests/scenarios`, whose README defines their format: replaces variables, compares results, counts requests.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { root } from './servers.js';

const OUTCOME = ['expect', 'error', 'save', 'requests'];

/** Returns all scenarios, as `[name, scenario]`. */
export function scenarios() {
  const all = join(root, 'tests', 'scenarios');
  const files = readdirSync(all).filter((name) => name.endsWith('.json') && name !== 'schema.json');
  return files.sort().flatMap((file) =>
    Object.entries(JSON.parse(readFileSync(join(all, file), 'utf8')))
      .filter(([title]) => title !== '$schema')
      .map(([title, scenario]) => [`${file.replace('.json', '')}: ${title}`, scenario]),
  );
}

/** Returns the operation of a step and its arguments. */
export function operation(step) {
  const named = Object.entries(step).filter(([key]) => !OUTCOME.includes(key));
  assert.equal(named.length, 1, `a step has one operation: ${JSON.stringify(step)}`);
  return named[0];
}

/** Runs a scenario in `dir`; `perform(operation, arguments)` returns the result in the common format or throws. */
export async function run(scenario, where, dir, registry, perform) {
  for (const [name, content] of Object.entries(scenario.files ?? {})) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), bytes(content));
  }
  await registry.configure(scenario.registry ?? {});
  const { host } = registry;
  const known = { dir, host, place: `${host}/app`, other: `${host}/other` };
  if (where === 'layout') Object.assign(known, { place: `oci:${dir}/layout`, other: `oci:${dir}/other` });
  for (const [index, step] of scenario.steps.entries()) {
    const [name, given] = operation(step);
    const at = `step ${index + 1}, ${name}`;
    await registry.clearRequests();
    let result;
    let failed;
    try {
      const args = filled(given, known);
      result = name === 'check_files' ? checkFiles(dir, args) : await perform(name, args);
    } catch (error) {
      if (!error.code || error instanceof assert.AssertionError) throw error;
      failed = error;
    }
    assert.equal(failed?.code, step.error, `${at}: ${failed ?? JSON.stringify(result)}`);
    if (failed) continue;
    if (step.expect !== undefined) {
      const why = difference(filled(step.expect, known), result, 'result');
      assert.equal(why, undefined, `${at}: ${why}`);
    }
    if (step.requests !== undefined && where === 'registry') {
      const asked = await registry.requests();
      assert.ok(asked.length <= step.requests, `${at}: ${JSON.stringify(asked)}`);
    }
    for (const [saved, pointer] of Object.entries(step.save ?? {})) {
      known[saved] = pointer
        .split('/')
        .slice(1)
        .reduce((value, key) => value[key], result);
      assert.notEqual(known[saved], undefined, `${at}: no ${pointer} in ${JSON.stringify(result)}`);
    }
  }
}

function bytes(content) {
  return typeof content === 'string' ? Buffer.from(content) : Buffer.alloc(content.size, content.byte);
}

function filled(value, known) {
  if (typeof value === 'string') {
    const whole = /^\$\{(\w+)\}$/.exec(value);
    if (whole && whole[1] in known) return known[whole[1]];
    return value.replace(/\$\{(\w+)\}/g, (text, name) => known[name] ?? text);
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, known));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, known)]));
}

/** Returns the first difference between `actual` and the expected value, or undefined. */
function difference(expected, actual, path) {
  const differs = `${path} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`;
  if (expected === '*') return actual === undefined || actual === null ? differs : undefined;
  if (expected === null || typeof expected !== 'object') return expected === (actual ?? null) ? undefined : differs;
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return differs;
    return first(expected.map((item, i) => difference(item, actual[i], `${path}[${i}]`)));
  }
  if (expected.in_any_order) {
    const left = [...(actual ?? [])];
    for (const item of expected.in_any_order) {
      const found = left.findIndex((candidate) => difference(item, candidate, path) === undefined);
      if (found < 0) return differs;
      left.splice(found, 1);
    }
    return left.length === 0 ? undefined : differs;
  }
  if (actual === null || typeof actual !== 'object') return differs;
  return first(Object.entries(expected).map(([key, item]) => difference(item, actual[key], `${path}.${key}`)));
}

function first(differences) {
  return differences.find((why) => why !== undefined);
}

function checkFiles(dir, wanted) {
  for (const [name, content] of Object.entries(wanted)) {
    let there = null;
    try {
      there = readFileSync(join(dir, name));
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    assert.deepEqual(there, content === null ? null : bytes(content), name);
  }
  return null;
}
