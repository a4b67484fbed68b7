// Proportions in print, with their interval.
import { type Proportion, wilson } from '@lectern/reader';

/** '.95 (38/40, .84-.99)' */
export function showProportion(p: Proportion): string {
  const short = (x: number): string => (x >= 0.9995 ? '1.00' : x.toFixed(2).replace(/^0/, ''));
  const { low, high } = wilson(p);
  return `${short(p.n === 0 ? 0 : p.hits / p.n)} (${p.hits}/${p.n}, ${short(low)}-${short(high)})`;
}
