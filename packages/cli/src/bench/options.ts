// Options of the bench command's modes, and their checks.
import { InvalidArgumentError, Option } from 'commander';
import { type Measure, MEASURES } from './peers/measures.ts';

export interface ModeOptions {
  json?: boolean;
  model?: string;
  home?: string;
  repeats: number;
}

export const modelOption = (): Option => new Option('--model <id or path>', 'default: MODEL or smollm2-135m-instruct');

/** In the order of MEASURES, each once. */
export function parseMeasures(text: string): Measure[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(MEASURES as readonly string[]).includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`unknown measure ${JSON.stringify(unknown)}; there are ${MEASURES.join(', ')}`);
  return MEASURES.filter((measure) => names.includes(measure));
}

const MIN_LENGTH = 256;
const MAX_LENGTH = 2_000_000; // the book and the speeches that longText joins

export function parseLengths(text: string): number[] {
  const lengths = text.split(',').map((length) => Number(length.trim() || Number.NaN));
  const wrong = lengths.some((length) => !Number.isInteger(length) || length < MIN_LENGTH || length > MAX_LENGTH);
  if (wrong) throw new InvalidArgumentError(`whole numbers from ${MIN_LENGTH} to ${MAX_LENGTH}, separated by commas, are expected`);
  return lengths;
}
