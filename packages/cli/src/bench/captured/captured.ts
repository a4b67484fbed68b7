// How much of a model's attention a few blocks hold: a document in its own window, questions about facts planted in it.
import { setImmediate } from 'node:timers/promises';
import { createRandom, frameOf, plantFacts, type ReaderModel } from '@lectern/reader';
import { UsageError } from '../../errors.ts';
import { makeFacts } from '../../eval/suites/planted/facts.ts';
import { firstTokens } from '../book-text.ts';
import { type Captured, capturedOf, type Rule, type Scope } from './choose.ts';
import { DenseDocument, type GroupMass } from './dense-document.ts';

/** Of the document's blocks. */
export const FRACTIONS = [1 / 32, 1 / 16, 1 / 8, 1 / 4] as const;
/** A question, and the facts that are planted. */
const QUESTION_TOKENS = 160;
const FACT_TOKENS = 40;

const COMPARED: ReadonlyArray<{ scope: Scope; rules: readonly Rule[] }> = [
  { scope: 'row', rules: ['known'] },
  { scope: 'KV head', rules: ['known', 'max', 'max and window', 'mean'] },
  { scope: 'layer', rules: ['known', 'max', 'mean'] },
  { scope: 'all layers', rules: ['known', 'max', 'mean', 'retrieval heads'] },
];

export interface CapturedRow extends Captured { scope: Scope; rule: Rule; fraction: number }
export interface LayerRow extends Captured { layer: number; scope: Scope; rule: Rule; share: number } // at 1/8 of the blocks

export interface CapturedFigures {
  numTokens: number;
  numBlocks: number;
  numQuestions: number;
  /** Of all attention, mean: what goes to the document at all. */
  share: number;
  rows: CapturedRow[];
  layers: LayerRow[];
}

export async function benchCaptured(model: ReaderModel, book: string, options: { numTokens: number | undefined; numQuestions: number; seed: number }, say: (line: string) => void, signal: AbortSignal): Promise<CapturedFigures> {
  const { tokenizer, transformer: { config }, retrieval } = model;
  const { numQuestions, numTokens = config.contextLength } = options;
  if (numTokens > config.contextLength) throw new UsageError(`--tokens ${numTokens} is more than the model's window of ${config.contextLength}`);
  const { tailIds, prefixIds } = frameOf(model);
  const room = numTokens - prefixIds.length - QUESTION_TOKENS - numQuestions * FACT_TOKENS;
  if (room < 1) throw new UsageError(`${numQuestions} questions do not fit ${numTokens} tokens`);
  const random = createRandom(options.seed);
  const planted = plantFacts(firstTokens(tokenizer, book, room).text, makeFacts(numQuestions, random), random);
  const { ids } = tokenizer.encode(planted.text);
  const started = performance.now();
  const document = await DenseDocument.read(model, ids, 0);
  say(`read ${ids.length} tokens in dense attention in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  const groupSize = config.numHeads / config.numKvHeads;
  const sums = new Sums();
  let numBlocks = 0;
  try {
    for (const [i, { question }] of planted.facts.entries()) {
      await setImmediate(); // a Ctrl-C is heard
      signal.throwIfAborted();
      const groups = await document.look(Int32Array.of(...tokenizer.encode(`\n\nQuestion: ${question}`).ids, ...tailIds));
      numBlocks = groups[0]!.numBlocks;
      for (const { scope, rules } of COMPARED) {
        for (const rule of rules) {
          for (const fraction of FRACTIONS) {
            const captured = capturedOf(groups, { scope, rule, budget: Math.ceil(numBlocks * fraction), retrievalHeads: retrieval.heads, groupSize });
            sums.add({ scope, rule, fraction }, groups, captured);
          }
        }
      }
      say(`question ${i + 1} of ${planted.facts.length}`);
    }
  } finally {
    document.dispose();
  }
  return { numTokens: ids.length, numBlocks, numQuestions: planted.facts.length, ...sums.figures() };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const shareOf = ({ share }: GroupMass): number => meanOf([...share]);

interface Sample extends Captured { layer: number; share: number }

/** Layers weigh the same, and in each its KV heads; of attention to the document as much as they give to it. */
class Sums {
  readonly #samples = new Map<string, { scope: Scope; rule: Rule; fraction: number; samples: Sample[] }>();

  add(key: { scope: Scope; rule: Rule; fraction: number }, groups: readonly GroupMass[], captured: readonly Captured[]): void {
    const name = JSON.stringify(key);
    const entry = this.#samples.get(name) ?? { ...key, samples: [] };
    this.#samples.set(name, entry);
    for (const [i, group] of groups.entries()) entry.samples.push({ ...captured[i]!, layer: group.layer, share: shareOf(group) });
  }

  figures(): Pick<CapturedFigures, 'share' | 'rows' | 'layers'> {
    const entries = [...this.#samples.values()];
    const all = entries[0]?.samples ?? [];
    return {
      share: meanOf(all.map(({ share }) => share)),
      rows: entries.map(({ scope, rule, fraction, samples }) => ({ scope, rule, fraction, ...pooled(samples) })),
      layers: [...new Set(all.map(({ layer }) => layer))].flatMap((layer) => entries.filter(({ fraction }) => fraction === 1 / 8).map(({ scope, rule, samples }) => {
        const own = samples.filter((sample) => sample.layer === layer);
        return { layer, scope, rule, share: meanOf(own.map(({ share }) => share)), ...pooled(own) };
      })),
    };
  }
}

function pooled(samples: readonly Sample[]): Captured {
  const weight = samples.reduce((sum, { share }) => sum + share, 0);
  return {
    ofDocument: meanOf(samples.map(({ ofDocument }) => ofDocument)),
    ofAttentionToDocument: weight === 0 ? 1 : samples.reduce((sum, { share, ofAttentionToDocument }) => sum + share * ofAttentionToDocument, 0) / weight,
    ofAll: meanOf(samples.map(({ ofAll }) => ofAll)),
  };
}
