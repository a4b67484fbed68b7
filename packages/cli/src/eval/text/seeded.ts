// Random choices that depend on the seed and on what they are for, and on nothing else: a sample is the same whichever others are made.
import { createHash } from 'node:crypto';
import { createRandom, type Random } from '@lectern/reader';

export const seeded = (seed: number, ...purpose: ReadonlyArray<string | number>): Random =>
  createRandom(createHash('sha256').update([seed, ...purpose].join('/')).digest().readUInt32LE());

/** A new list in random order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** n different ones, in random order. */
export function sample<T>(items: readonly T[], n: number, random: Random): T[] {
  if (n > items.length) throw new RangeError(`${n} of ${items.length} are asked for`);
  return shuffled(items, random).slice(0, n);
}

/** Random, version 4. */
export function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, (_, i) => (i === 12 ? '4' : (i === 16 ? 8 + random.below(4) : random.below(16)).toString(16))).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export const digits = (n: number, random: Random): string => String(10 ** (n - 1) + random.below(9 * 10 ** (n - 1)));
