// A profile, for people.
import { PHASE_WHAT } from './phases.ts';
import type { ProfileFigures } from './profile.ts';

export function profileTable({ numTokens, n, seconds, phases }: ProfileFigures): string {
  return [
    `${numTokens} tokens in ${seconds.toFixed(2)} s, ${(numTokens / seconds).toFixed(0)} tokens/s on one thread; medians of ${n}`,
    '',
    '| phase | seconds | share |',
    '|---|---|---|',
    ...phases.map(({ phase, seconds: own, share }) => `| ${phase}: ${PHASE_WHAT[phase]} | ${own.toFixed(3)} | ${(100 * share).toFixed(1)} % |`),
    '',
  ].join('\n');
}
