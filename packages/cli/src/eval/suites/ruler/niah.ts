// Needles in a haystack: 'One of the special magic numbers for <key> is: <value>.', eight variants.
import type { Random } from '@lectern/reader';
import { loadWords, type Words } from '../../data/words.ts';
import { DocumentBuilder, type UnitRange } from '../../text/builder.ts';
import { loadProse, sentencesIn } from '../../text/prose.ts';
import { digits, sample, shuffled, uuid } from '../../text/seeded.ts';
import { NOISE } from './noise.ts';
import { type Draft, LINES_STEP, type RulerTask, WORDS_STEP } from './task.ts';

interface Variant {
  haystack: 'noise' | 'essay' | 'needle';
  /** Keys are word pairs unless they are uuids. */
  keys?: 'uuids';
  values: 'numbers' | 'uuids';
  numKeys: number;
  valuesPerKey: number;
  numQueries: number;
}

const single = { numKeys: 1, valuesPerKey: 1, numQueries: 1 };

const VARIANTS: Record<string, Variant> = {
  niah_single_1: { haystack: 'noise', values: 'numbers', ...single },
  niah_single_2: { haystack: 'essay', values: 'numbers', ...single },
  niah_single_3: { haystack: 'essay', values: 'uuids', ...single },
  niah_multikey_1: { haystack: 'essay', values: 'numbers', ...single, numKeys: 4 },
  niah_multikey_2: { haystack: 'needle', values: 'numbers', ...single },
  niah_multikey_3: { haystack: 'needle', keys: 'uuids', values: 'uuids', ...single },
  niah_multivalue: { haystack: 'essay', values: 'numbers', ...single, valuesPerKey: 4 },
  niah_multiquery: { haystack: 'essay', values: 'numbers', ...single, numKeys: 4, numQueries: 4 },
};

export const NIAH_TASKS: readonly RulerTask[] = Object.entries(VARIANTS).map(([name, variant]) => ({
  name, answerTokens: 128, judge: 'all', step: variant.haystack === 'essay' ? WORDS_STEP : LINES_STEP,
  prepare: async (options) => {
    const words = await loadWords(options);
    const proseWords = variant.haystack === 'essay' ? (await loadProse(options)).split(/\s+/u) : [];
    return (units, random) => draft(variant, units, { words, proseWords }, random);
  },
}));

interface Needle { key: string; value: string }

function draft(variant: Variant, units: number, { words, proseWords }: { words: Words; proseWords: readonly string[] }, random: Random): Draft {
  const newNeedle = (): Needle => ({ key: variant.keys === 'uuids' ? uuid(random) : newKey(words, random), value: newValue(variant, random) });
  const keys = new Map<string, string[]>();
  while (keys.size < variant.numKeys) keys.set(newNeedle().key, Array.from({ length: variant.valuesPerKey }, () => newValue(variant, random)));
  const asked = sample([...keys.keys()], variant.numQueries, random);
  const needles = shuffled([...keys].flatMap(([key, values]) => values.map((value) => ({ key, value }))), random);
  const filler = {
    noise: () => Array.from({ length: units }, () => NOISE),
    essay: () => sentencesIn(proseWords.slice(0, units).join(' ')),
    needle: () => Array.from({ length: units }, newNeedle).filter(({ key }) => !keys.has(key)).map((needle) => sentenceOf(needle, variant)),
  }[variant.haystack]();
  const document = new DocumentBuilder();
  const isOne = variant.numQueries * variant.valuesPerKey === 1;
  const kind = isOne ? variant.values.replace(/s$/, '') : variant.values;
  document.add(`${isOne ? 'A' : 'Some'} special magic ${kind} ${isOne ? 'is' : 'are'} hidden within the following text. Make sure to memorize it. I will quiz you about the ${kind} afterwards.\n`);
  const gold = scatter(document, filler, needles, variant, random).flatMap(({ range, key }) => (asked.includes(key) ? [range] : []));
  return {
    document, gold,
    question: `What ${isOne ? 'is' : 'are all'} the special magic ${kind} for ${listed(asked)} mentioned in the provided text?`,
    answers: asked.flatMap((key) => keys.get(key)!),
  };
}

/** Where the values stand. Needles of an essay are put at 40 depths at most, as the protocol has it; elsewhere between any two lines. */
function scatter(
  document: DocumentBuilder, filler: readonly string[], needles: readonly Needle[], variant: Variant, random: Random,
): Array<{ range: UnitRange; key: string }> {
  const depths = variant.haystack === 'essay'
    ? sample(Array.from({ length: 40 }, (_, i) => Math.floor((filler.length * Math.round((i * 100) / 39)) / 100)), needles.length, random)
    : sample(Array.from({ length: filler.length + 1 }, (_, i) => i), needles.length, random);
  const separator = variant.haystack === 'essay' ? ' ' : '\n';
  const places = depths.sort((a, b) => a - b).map((depth, i) => ({ depth, needle: needles[i]! }));
  const found: Array<{ range: UnitRange; key: string }> = [];
  let from = 0;
  for (const { depth, needle } of places) {
    if (depth > from) document.add(filler.slice(from, depth).join(separator) + separator);
    from = Math.max(from, depth);
    const { end } = document.add(sentenceOf(needle, variant));
    found.push({ range: { start: end - 1 - needle.value.length, end: end - 1 }, key: needle.key }); // its full stop stands last
    document.add(separator);
  }
  document.add(filler.slice(from).join(separator));
  return found;
}

const sentenceOf = ({ key, value }: Needle, { values }: Variant): string => `One of the special magic ${values} for ${key} is: ${value}.`;
const newKey = ({ adjectives, nouns }: Words, random: Random): string => `${random.pick(adjectives)}-${random.pick(nouns)}`;
const newValue = ({ values }: Variant, random: Random): string => (values === 'uuids' ? uuid(random) : digits(7, random));
const listed = (keys: readonly string[]): string => (keys.length === 1 ? keys[0]! : `${keys.slice(0, -1).join(', ')}, and ${keys.at(-1)}`);
