// Finding programs and running them for the bootstrap. Everything it says goes to stderr: stdout belongs to the command that follows.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const say = (text) => process.stderr.write(`lectern: ${text}\n`);

/** A failure that a person can act on: printed without a stack. */
export class SetupError extends Error {}

/** First executable of that name in PATH. */
export function which(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (folder !== '' && statSync(file).isFile()) return file;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** Runs a program with its output on stderr; throws SetupError with the status when it fails. */
export function runOrFail(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2], ...options });
  if (status === 0) return;
  const why = error?.message ?? (signal ? `ended by ${signal}` : `exit status ${status}`);
  throw new SetupError(`${[command, ...args].join(' ')}: ${why}`);
}

/** Runs main and turns a SetupError into a message and exit status 1. */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
