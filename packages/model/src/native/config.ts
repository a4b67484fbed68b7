// What the environment says about the native engine. The only reader of process.env here.
import type { Precision } from '../contract.ts';

/** LECTERN_PRECISION: int8 or f32; empty for int8 where it can be. */
export function forcedPrecision(): Precision | undefined {
  const value = process.env['LECTERN_PRECISION'] ?? '';
  if (value === '') return undefined;
  if (value !== 'int8' && value !== 'f32') throw new Error(`LECTERN_PRECISION is ${value}: int8 or f32`);
  return value;
}
