// The arguments of a command that asks: files and folders, then the question.
import { existsSync } from 'node:fs';
import { UsageError } from '../errors.ts';

export function pathsAndQuestion(command: string, args: readonly string[]): { paths: string[]; question: string } {
  const paths = args.slice(0, -1);
  const question = args.at(-1) ?? '';
  const usage = `a question is missing: lectern ${command} <files and folders> "<question>"`;
  if (paths.length === 0 || question.trim() === '') throw new UsageError(usage);
  if (existsSync(question)) throw new UsageError(`${usage}; the last argument, ${question}, is a file`);
  return { paths, question };
}

/** With --questions all arguments are files and folders. */
export function pathsOnly(args: readonly string[]): string[] {
  const last = args.at(-1)!;
  if (args.length > 1 && last !== '-' && !existsSync(last)) throw new UsageError('give either a question or --questions <file>, not both');
  return [...args];
}
