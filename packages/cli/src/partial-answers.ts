// When a command prints answers from what is read so far: when told to, or when a person would wait long for the first word.
import type { PartialResult } from '@lectern/shared';

/** Some 20 s of reading with the default model on two cores: files larger than this take longer. */
const LONG_BYTES = 120_000;

export interface PartialOptions {
  /** --partial, --no-partial, or neither. */
  partial?: boolean;
}

export function onPartialOf(
  { partial }: PartialOptions, { numBytes, forProgram }: { numBytes: number; forProgram: boolean }, print: (partial: PartialResult) => void,
): ((partial: PartialResult) => void) | undefined {
  const byDefault = !forProgram && process.stdout.isTTY === true && numBytes > LONG_BYTES;
  return (partial ?? byDefault) ? print : undefined;
}
