// Of all spans of a text the one that the model holds for the likeliest whole answer. Nothing else can be said, so nothing is misspelt and
// nothing is invented.
import type { Context, Control, Tokenizer, Transformer } from '@lectern/model';
import type { SpanPath } from './span-paths.ts';

/** Spans run beside each other behind a prompt of at most this length, fewer behind a longer one; and tokens of each in one pass, whose logits are kept. */
export const SPANS_AT_ONCE = 4;
export const SPAN_PROMPT_TOKENS = 1024;
export const SPAN_PASS_TOKENS = 8;

/** Beginnings that are tried, by how likely their first token is: a bound on the work, not proven to lose nothing. */
const MAX_BEGINNINGS = 24;
/**
 * A span of n tokens is as good as (the log-probabilities of its tokens and of an end after them) / (n + 1) ** LENGTH_POWER: 0 prefers the
 * shortest, 1 runs on. Chosen as docs/finding.md tells.
 */
const LENGTH_POWER = 0.5;

export interface Span {
  start: number; // UTF-16 units
  end: number;
  numTokens: number;
  /**
   * By how much it is better than the best span looked at that shares no character with it; Infinity where there is none. The search leaves
   * out spans that cannot win, so it is an estimate from above.
   */
  margin: number;
}

export interface SpanSearch {
  transformer: Transformer;
  /** The prompt, up to where the answer begins. */
  context: Context;
  /** After the prompt's last token. */
  logits: Float32Array; // (vocabSize)
  /** Tokens that end an answer. */
  ends: readonly number[];
  maxTokens: number;
  control?: Control | undefined;
}

interface Tried extends Omit<Span, 'margin'> { value: number }

interface Live { path: SpanPath; sum: number; at: number; context: Context }

/** What else than the model speaks for a span. */
export interface Favour {
  /** Added to the value of a span; undefined: it is no answer. */
  of(start: number, end: number): number | undefined;
  /** Of any span at most. */
  most: number;
  /** Where spans begin that more than nothing is added to: these are tried however unlikely their first token is. */
  starts: ReadonlySet<number>;
}

/** undefined: no span is an answer. */
export async function likeliestSpan(paths: readonly SpanPath[], favour: Favour, search: SpanSearch): Promise<Span | undefined> {
  const { transformer, context, logits, ends, maxTokens, control } = search;
  const before = logSumExp(logits);
  const order = paths.filter(({ ids }) => ids.length > 0)
    .map((path) => ({ path, sum: logits[path.ids[0]] - before }))
    .sort((a, b) => b.sum - a.sum || a.path.start - b.path.start)
    .filter(({ path }, i) => i < MAX_BEGINNINGS || favour.starts.has(path.start));
  const longest = order.reduce((most, { path }) => Math.max(most, path.ids.length), 0);
  const atOnce = Math.max(1, Math.min(SPANS_AT_ONCE, Math.floor((SPANS_AT_ONCE * SPAN_PROMPT_TOKENS) / context.length)));
  let best: Tried | undefined;
  const tried: Tried[] = [];
  // A sum only falls with more tokens, so this is the most that a beginning can come to.
  const mayWin = ({ sum }: Pick<Live, 'sum'>): boolean => best === undefined || perLength(sum, longest) + favour.most > best.value;

  for (let next = 0; next < order.length && mayWin(order[next]); next += atOnce) {
    let live: Live[] = order.slice(next, next + atOnce)
      .map(({ path, sum }) => ({ path, sum, at: 0, context: transformer.context([{ kind: 'prefix', context }], context.length + path.ids.length) }));
    const opened = live.map((one) => one.context);
    try {
      for (live = live.filter(mayWin); live.length > 0; live = live.filter(mayWin)) {
        const passes = live.map(({ path: { ids }, at, context: own }) => ({ context: own, tokens: ids.slice(at, Math.min(at + SPAN_PASS_TOKENS, maxTokens)) }));
        const results = await transformer.forward(passes, { logits: 'all', ...(control === undefined ? {} : { control }) });
        live = live.filter((one, i) => extend(one, passes[i].tokens.length, results[i].logits as Float32Array));
      }
    } finally {
      for (const one of opened) one.dispose();
    }
  }
  return best === undefined ? undefined : { ...spanOf(best), margin: best.value - bestElsewhere(tried, best) };

  /** Whether it goes on. */
  function extend(one: Live, numTokens: number, rows: Float32Array): boolean {
    const { ids, ends: mayEnd, start } = one.path;
    const size = rows.length / numTokens;
    for (let i = 0; i < numTokens; i++) {
      const at = one.at + i;
      const row = rows.subarray(i * size, (i + 1) * size);
      const total = logSumExp(row);
      const value = perLength(one.sum + logSumExp(ends.map((token) => row[token])) - total, at + 1);
      const more = mayEnd[at] < 0 ? undefined : favour.of(start, mayEnd[at]);
      if (more !== undefined) {
        const span = { start, end: mayEnd[at], numTokens: at + 1, value: value + more };
        if (best === undefined || span.value > best.value) best = span;
        tried.push(span);
      }
      if (at + 1 === Math.min(ids.length, maxTokens)) return false;
      one.sum += row[ids[at + 1]] - total;
    }
    one.at += numTokens;
    return true;
  }
}

const spanOf = ({ start, end, numTokens }: Tried): Omit<Span, 'margin'> => ({ start, end, numTokens });

const bestElsewhere = (tried: readonly Tried[], best: Tried): number =>
  tried.reduce((most, { start, end, value }) => (end <= best.start || start >= best.end ? Math.max(most, value) : most), -Infinity);

const perLength = (sum: number, numTokens: number): number => sum / (numTokens + 1) ** LENGTH_POWER;

/** Tokens that end an answer of one line. */
export function endsOf({ vocabSize, stopTokens, tokenBytes }: Pick<Tokenizer, 'vocabSize' | 'stopTokens' | 'tokenBytes'>): number[] {
  const ends = new Set(stopTokens);
  for (let id = 0; id < vocabSize; id++) if (tokenBytes(id)[0] === 0x0a) ends.add(id);
  return [...ends];
}

function logSumExp(values: ArrayLike<number>): number {
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i];
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - most);
  return most + Math.log(sum);
}
