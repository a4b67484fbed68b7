// Which blocks are read, when a budget is given: who shares a choice, and by what it is made; and what attention the chosen blocks hold.
import type { HeadRef } from '@lectern/model';
import type { GroupMass } from './dense-document.ts';

/** Who shares one set of blocks. row: nobody, each query head of each new token has its own. */
export const SCOPES = ['row', 'KV head', 'layer', 'all layers'] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * known: the mass itself, so the best possible choice of that scope, which no method can know before it has read everything. max, mean: over
 * the rows, of the mass scored without positions; max of a KV head is what a sparse part does. max and window: half of the budget are the
 * last blocks, a sparse part's window. retrieval heads: mean over these heads' rows.
 */
export const RULES = ['known', 'max', 'max and window', 'mean', 'retrieval heads'] as const;
export type Rule = (typeof RULES)[number];

/** Rows weigh the same, or as much as the document has of their attention. */
export interface Captured {
  /** Mean over rows of the chosen blocks' share of the softmax over the document's keys. */
  ofDocument: number;
  /** The same with each row weighted by the document's share of its attention. */
  ofAttentionToDocument: number;
  /** Mean over rows of what is left of all attention: prefix and new tokens are always read. */
  ofAll: number;
}

export interface ChooseOptions { scope: Scope; rule: Rule; budget: number; retrievalHeads: readonly HeadRef[]; groupSize: number }

/** Of each group, in order. */
export function capturedOf(groups: readonly GroupMass[], options: ChooseOptions): Captured[] {
  const { scope, budget } = options;
  if (scope === 'row') return groups.map((group) => ({ ...measured(group, (row) => best(rowOf(group.mass, row, group.numBlocks), budget)) }));
  const shared = new Map<string, Int32Array>();
  const nameOf = ({ layer, kvHead }: GroupMass): string => (scope === 'all layers' ? '' : scope === 'layer' ? `${layer}` : `${layer}.${kvHead}`);
  for (const name of new Set(groups.map(nameOf))) shared.set(name, choose(scoresOf(groups.filter((group) => nameOf(group) === name), options), options));
  return groups.map((group) => measured(group, () => shared.get(nameOf(group))!));
}

function scoresOf(groups: readonly GroupMass[], { rule, retrievalHeads, groupSize }: ChooseOptions): Float64Array {
  const scores = new Float64Array(groups[0]!.numBlocks);
  for (const group of groups) {
    for (let row = 0; row < group.numRows; row++) {
      const head = group.kvHead * groupSize + (row % groupSize);
      if (rule === 'retrieval heads' && !retrievalHeads.some((each) => each.layer === group.layer && each.head === head)) continue;
      const values = rowOf(rule === 'known' ? group.mass : group.scored, row, group.numBlocks);
      // What is known includes how much of its attention the row gives to the document at all.
      const weight = rule === 'known' ? group.share[row]! : 1;
      for (let block = 0; block < scores.length; block++) {
        if (rule.startsWith('max')) scores[block] = Math.max(scores[block]!, values[block]!);
        else scores[block]! += weight * values[block]!;
      }
    }
  }
  return scores;
}

function choose(scores: Float64Array, { rule, budget }: ChooseOptions): Int32Array {
  if (rule !== 'max and window') return best(scores, budget);
  const windowStart = scores.length - Math.floor(budget / 2);
  return Int32Array.of(...best(scores.subarray(0, windowStart), Math.ceil(budget / 2)), ...Array.from({ length: scores.length - windowStart }, (_, i) => windowStart + i));
}

/** Ties to the lower index. */
function best(scores: Float64Array | Float32Array, budget: number): Int32Array {
  return Int32Array.from(Array.from({ length: scores.length }, (_, block) => block).sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, budget));
}

function measured({ mass, share, numRows, numBlocks }: GroupMass, blocksOf: (row: number) => Int32Array): Captured {
  let ofDocument = 0;
  let weighted = 0;
  let weights = 0;
  for (let row = 0; row < numRows; row++) {
    const values = rowOf(mass, row, numBlocks);
    const held = blocksOf(row).reduce((sum, block) => sum + values[block]!, 0);
    ofDocument += held;
    weighted += share[row]! * held;
    weights += share[row]!;
  }
  return { ofDocument: ofDocument / numRows, ofAttentionToDocument: weights === 0 ? 1 : weighted / weights, ofAll: 1 - (weights - weighted) / numRows };
}

const rowOf = (values: Float32Array, row: number, numBlocks: number): Float32Array => values.subarray(row * numBlocks, (row + 1) * numBlocks);
