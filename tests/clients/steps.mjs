// What the programs share: where the server is, and steps that are counted.

export const URL = process.env.CLIENTS_URL;
export const TOKEN = process.env.CLIENTS_TOKEN;
/** A token of another provider, to whom nothing belongs. */
export const STRANGER = process.env.CLIENTS_STRANGER;
/** The address of the simulated PSA. */
export const PSA = process.env.CLIENTS_PSA;
/** The folder in which `schema.graphql` and `README.md` are. */
export const ROOT = process.env.CLIENTS_ROOT;

/** How long a step may take, in ms. One that waits for what does not come is a step that failed. */
const PATIENCE = 120_000;

let run = 0;
let passed = 0;

/** Runs a step. One that fails is told with its reason; the next ones run all the same. */
export async function step(name, decide) {
  run += 1;
  try {
    await Promise.race([decide(), late()]);
    passed += 1;
    console.log(`  ok     ${name}`);
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);
    console.log(`  FAILED ${name}: ${reason.replace(/\s+/g, ' ').slice(0, 400)}`);
  }
}

function late() {
  return new Promise((_, reject) => {
    setTimeout(reject, PATIENCE, new Error(`nothing more happened in ${PATIENCE / 1000} s`)).unref();
  });
}

/** Ends the program, with whatever a step has left open; the caller reads the last line. */
export function finish() {
  console.log(`${run} ${passed}`);
  process.exit(run === passed ? 0 : 1);
}
