// Passkey, number and key-value retrieval as InfiniteBench makes them, at any length.
import type { EvalDocument, Suite, SuiteOptions } from '../contract.ts';
import { DocumentBuilder, type UnitRange } from '../text/builder.ts';
import { Sizer } from '../text/fit.ts';
import { digits, sample, seeded, uuid } from '../text/seeded.ts';
import type { Random } from '@lectern/reader';
import { NOISE } from './ruler/noise.ts';

interface Hidden {
  task: string;
  question: string;
  key: (random: Random) => string;
  statement: (key: string) => string;
}

const HIDDEN: readonly Hidden[] = [
  { task: 'passkey', question: 'What is the pass key?', key: (random) => digits(5, random), statement: (key) => `The pass key is ${key}. Remember it. ${key} is the pass key.` },
  { task: 'number', question: 'What is the sequence of digits?', key: repeatedDigits, statement: (key) => `The sequence of digits is ${key}. Remember it. ${key} is the sequence of digits.` },
];

/** Pairs are asked from one document as long as there are enough; each question's answer is another pair. */
const MAX_KV_QUESTIONS = 50;

export const RETRIEVAL_TASKS: readonly string[] = [...HIDDEN.map(({ task }) => task), 'kv'];

export const retrieval: Suite = {
  name: 'retrieval',
  summary: 'passkey, number and key-value retrieval of InfiniteBench (Zhang et al. 2024), generated: a key in repeated noise; a value in JSON of random uuids',
  licence: 'generated',
  async *documents(options) {
    for (const hidden of HIDDEN) yield* hiddenSamples(hidden, options);
    yield* keyValueSamples(options);
  },
};

/** Places are swept evenly from the beginning to the end. */
async function* hiddenSamples({ task, question, key: newKey, statement }: Hidden, options: SuiteOptions): AsyncIterable<EvalDocument> {
  const sizer = new Sizer(options.numTokens);
  for (let index = 0; index < options.samples; index++) {
    const random = seeded(options.seed, task, index);
    const key = newKey(random);
    const depth = (index + random.next()) / options.samples;
    const { built, range } = sizer.fit({
      step: 1,
      build: (lines) => {
        const document = new DocumentBuilder();
        const before = Math.floor(depth * (lines + 1));
        document.add(`${NOISE}\n`.repeat(before));
        const place = document.add(statement(key));
        document.add(`\n${`${NOISE}\n`.repeat(lines - before)}`);
        return { built: document.build(), range: place };
      },
      tokensOf: ({ built: text }) => options.countTokens(text.text),
    });
    yield {
      name: `${task}-${options.numTokens}-${options.seed}-${index}.txt`, bytes: built.bytes, mediaType: 'text/plain',
      questions: [{ id: `${task}-${index}`, task, question, answers: [key], judge: 'any', gold: built.gold([range]), goldPassage: built.passage([range]) }],
    };
  }
}

async function* keyValueSamples(options: SuiteOptions): AsyncIterable<EvalDocument> {
  const sizer = new Sizer(options.numTokens);
  for (let first = 0, part = 0; first < options.samples; part++) {
    const wanted = Math.min(MAX_KV_QUESTIONS, options.samples - first);
    const { built, pairs } = sizer.fit({
      step: 5,
      build: (numPairs) => keyValueText(numPairs, seeded(options.seed, 'kv', part)),
      tokensOf: ({ built: text }) => options.countTokens(text.text),
    });
    const asked = sample(pairs, Math.min(wanted, pairs.length), seeded(options.seed, 'kv', part, 'asked'));
    yield {
      name: `kv-${options.numTokens}-${options.seed}-${part}.txt`, bytes: built.bytes, mediaType: 'text/plain',
      questions: asked.map(({ key, value, range }, i) => ({
        id: `kv-${first + i}`, task: 'kv', question: `Key: "${key}"\nThe value associated with the specified key is:`, answers: [value], judge: 'any',
        gold: built.gold([range]), goldPassage: `"${key}": "${value}"`,
      })),
    };
    first += asked.length;
  }
}

interface Pair { key: string; value: string; range: UnitRange }

function keyValueText(numPairs: number, random: Random): { built: ReturnType<DocumentBuilder['build']>; pairs: Pair[] } {
  const document = new DocumentBuilder();
  document.add('JSON data:\n{');
  const pairs = Array.from({ length: numPairs }, (_, i): Pair => {
    const [key, value] = [uuid(random), uuid(random)];
    document.add(`${i === 0 ? '' : ', '}"${key}": "`);
    const range = document.add(value);
    document.add('"');
    return { key, value, range };
  });
  document.add('}\n');
  return { built: document.build(), pairs };
}

/** Ten digits: five random ones, each followed by itself. */
function repeatedDigits(random: Random): string {
  return [...digits(5, random)].map((digit) => digit + digit).join('');
}
