// Proportions with their interval, in JSON and in print.
import { type Proportion, wilson } from '@lectern/reader';

export interface Share extends Proportion {
  /** hits / n; null with nothing counted. */
  share: number | null;
  /** 95 % Wilson interval. */
  low: number;
  high: number;
}

/** Values from 0 to 1, mostly 0 or 1; the interval of their mean is that of as many hits. */
export function shareOf(values: readonly number[]): Share {
  const p = { hits: values.reduce((sum, value) => sum + value, 0), n: values.length };
  return { ...p, share: p.n === 0 ? null : p.hits / p.n, ...wilson(p) };
}

/** '.95 (.84-.99)' */
export function showShare({ share, low, high }: Share): string {
  return share === null ? '-' : `${short(share)} (${short(low)}-${short(high)})`;
}

/** '.95 (38/40, .84-.99)' */
export function showProportion(p: Proportion): string {
  const { low, high } = wilson(p);
  return `${short(p.n === 0 ? 0 : p.hits / p.n)} (${p.hits}/${p.n}, ${short(low)}-${short(high)})`;
}

const short = (x: number): string => (x >= 0.9995 ? '1.00' : x.toFixed(2).replace(/^0/, ''));
