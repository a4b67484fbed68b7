// How a failed command ends: code and message on stderr, and an exit status.
import { type ErrorCode, type ErrorData, errorToData } from '@lectern/shared';
import { printable } from './output/printable.ts';

export const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const;

/** The command line itself is wrong. */
export class UsageError extends Error {}

/** Ctrl-C, or SIGTERM, while the command worked. */
export class Interrupted extends Error {}

type CommandError = Omit<ErrorData, 'code'> & { code: ErrorCode | 'USAGE' | 'INTERRUPTED' };

export function exitStatusOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof Interrupted ? EXIT.interrupted : EXIT.failed;
}

function commandError(error: unknown): CommandError {
  if (error instanceof UsageError) return { code: 'USAGE', message: error.message };
  if (error instanceof Interrupted) return { code: 'INTERRUPTED', message: error.message };
  return errorToData(error);
}

/** One JSON object on one line with --json, else one or a few lines of text. */
export function errorLine(error: unknown, json: boolean): string {
  const data = commandError(error);
  if (json) return `${JSON.stringify(data)}\n`;
  const lines = [`lectern: ${printable(data.message)} [${data.code}]`];
  if (data.code === 'INTERNAL' && error instanceof Error && error.stack) lines.push(error.stack);
  return `${lines.join('\n')}\n`;
}
