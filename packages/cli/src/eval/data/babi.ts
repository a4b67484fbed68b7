// bAbI tasks 1-5, English test sets (CC BY 3.0, Facebook): small stories, questions among them, and which sentences answer each.
import type { SuiteOptions } from '../contract.ts';
import { type PublicFile, readPublicFile } from './public-file.ts';

const COMMIT = 'https://raw.githubusercontent.com/VinGarcia/bAbI/c4f149b';

export const BABI_TASKS = ['qa1', 'qa2', 'qa3', 'qa4', 'qa5'] as const;
export type BabiTask = (typeof BABI_TASKS)[number];

const NAMES: Record<BabiTask, string> = {
  qa1: 'single-supporting-fact', qa2: 'two-supporting-facts', qa3: 'three-supporting-facts', qa4: 'two-arg-relations', qa5: 'three-arg-relations',
};
const SHA256: Record<BabiTask, string> = {
  qa1: '4e9ab9eb7ae35dc45d0c17448a3e40447834292c2897b83c384dc54dad1c2afa',
  qa2: 'eff93fb9cd81ba02eb765772cf7cc269769ed44ec71cbbbc19cfb16ee5eba0f6',
  qa3: '17795c977100baf8188f386522ae301b62d6c1a13efc01b3aea781e588b4d57f',
  qa4: '07f0ca18ddeea9eed4ba6d59e162adcb0ce44815721114b3540d92825509331e',
  qa5: 'ec825c1c8a76e63a31f0d7a7763cd63740e98332fa9bdf246a19068949bd5f97',
};

const fileOf = (task: BabiTask): PublicFile => ({
  path: `babi/${task}_test.txt`, url: `${COMMIT}/tasks_1-20_v1-2/en/${task}_${NAMES[task]}_test.txt`, sha256: SHA256[task], maxBytes: 2 ** 22,
});
export const BABI_FILES: readonly PublicFile[] = BABI_TASKS.map(fileOf);

export interface BabiItem {
  /** Sentences of the story before the question, in order. */
  facts: string[];
  question: string;
  answer: string;
  /** Indexes of the facts that carry the answer. */
  supporting: number[];
}

export const loadBabi = async (task: BabiTask, options: Pick<SuiteOptions, 'dataFolder' | 'say'>): Promise<BabiItem[]> =>
  parseBabi(await readPublicFile(fileOf(task), options));

/** Lines are 'number sentence'; a question is 'number question <tab or |> answer <same> numbers of supporting lines'. Number 1 begins a story. */
export function parseBabi(text: string): BabiItem[] {
  const items: BabiItem[] = [];
  let facts: string[] = [];
  let lineNumbers: number[] = [];
  for (const line of text.split('\n')) {
    const match = /^(\d+) (.*)$/.exec(line.trimEnd());
    if (match === null) continue;
    const number = Number(match[1]);
    if (number === 1) [facts, lineNumbers] = [[], []];
    const [said, answer, support] = match[2]!.split(/[\t|]/u).map((part) => part.trim());
    if (answer === undefined) {
      facts.push(said!);
      lineNumbers.push(number);
    } else {
      items.push({ facts: [...facts], question: said!, answer, supporting: support!.split(/\s+/u).map((n) => lineNumbers.indexOf(Number(n))) });
    }
  }
  return items;
}

const PLACES = ['bathroom', 'bedroom', 'garden', 'hallway', 'kitchen', 'office'] as const;

/** All answers of each task, in lower case. */
export const BABI_LABELS: Record<BabiTask, readonly string[]> = {
  qa1: PLACES, qa2: PLACES, qa3: PLACES, qa4: PLACES,
  qa5: ['apple', 'bill', 'fred', 'football', 'jeff', 'mary', 'milk'],
};
