// Losses of the same targets under several contexts: means, and differences with their interval.

export interface LossRow {
  length: number;
  context: string;
  numTargets: number;
  /** Nats per token. */
  mean: number;
  /** Less the loss with contiguous positions at this length, of the same targets: mean, and half of its 95 % interval (normal). */
  difference: number;
  halfInterval: number;
}

export const BASELINE = 'stored blocks, contiguous';

/** By JSON of [length, context]. */
export function lossTable(losses: ReadonlyMap<string, readonly number[]>): LossRow[] {
  return [...losses].map(([name, values]) => {
    const [length, context] = JSON.parse(name) as [number, string];
    const base = losses.get(JSON.stringify([length, BASELINE]))!;
    const differences = values.map((value, i) => value - base[i]!);
    const difference = meanOf(differences);
    const variance = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0) / Math.max(1, values.length - 1);
    return { length, context, numTargets: values.length, mean: meanOf(values), difference, halfInterval: 1.96 * Math.sqrt(variance / values.length) };
  });
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const integer = new Intl.NumberFormat('en-US');

export function lossText(rows: readonly LossRow[], { numBlocks }: { numBlocks: number }): string {
  return [
    `Nats per token of the next 128 tokens after 64 of recent text; ${numBlocks} blocks found for the recent text; the same targets at every length.`, '',
    '| text before, tokens | context | n | nats per token | less contiguous |', '|---|---|---|---|---|',
    ...rows.map(({ length, context, numTargets, mean, difference, halfInterval }) => (
      `| ${integer.format(length)} | ${context} | ${numTargets} | ${mean.toFixed(3)} | ${context === BASELINE ? '' : `${signed(difference)} (±${halfInterval.toFixed(3)})`} |`)),
    '',
  ].join('\n');
}

const signed = (x: number): string => (x < 0 ? x.toFixed(3) : `+${x.toFixed(3)}`);
