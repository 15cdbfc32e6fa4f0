// What the Node clients share: where the simulator is, and steps that are counted.

import assert from 'node:assert/strict';

export const HOST = process.env.FOREIGN_HOST;
export const COMPANY = 'training';
export const PUBLIC = 'public';
export const PRIVATE = 'private';
export const CLIENT_ID = '7f1c9f0e-5a52-4a43-9c1b-0d7f4d3c2b1a';

let run = 0;
let passed = 0;

/** Runs a step. One that fails is told with its reason; the next ones run all the same. */
export async function step(name, decide) {
  run += 1;
  try {
    await decide();
    passed += 1;
    console.log(`  ok     ${name}`);
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);
    console.log(`  FAILED ${name}: ${reason.replace(/\s+/g, ' ').slice(0, 400)}`);
  }
}

/** Fails the step unless the call is refused with this status and a body in which all of these texts stand. */
export async function refused(status, call, ...parts) {
  let answer;
  try {
    answer = await call;
  } catch (error) {
    assert.equal(error.status, status, JSON.stringify(error));
    const told = JSON.stringify(error.data);
    for (const part of parts) {
      assert.ok(told.includes(part), `${part} is not in ${told}`);
    }
    return;
  }
  assert.fail(`answered with ${JSON.stringify(answer)}`);
}

/** Ends the program; the caller reads the last line. */
export function finish() {
  console.log(`${run} ${passed}`);
  process.exitCode = run === passed ? 0 : 1;
}
