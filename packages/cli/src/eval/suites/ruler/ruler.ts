// RULER's 13 tasks, one document for each sample.
import type { Suite } from '../../contract.ts';
import { COMMON_WORDS, FREQUENT_WORDS } from './counting.ts';
import { NIAH_TASKS } from './niah.ts';
import { QA_TASKS } from './qa.ts';
import { type RulerTask, samplesOf } from './task.ts';
import { VARIABLE_TRACKING } from './vt.ts';

const TASKS: readonly RulerTask[] = [...NIAH_TASKS, VARIABLE_TRACKING, COMMON_WORDS, FREQUENT_WORDS, ...QA_TASKS];

export const RULER_TASKS: readonly string[] = TASKS.map(({ name }) => name);

export const ruler: Suite = {
  name: 'ruler',
  summary: 'the 13 tasks of RULER (Hsieh et al. 2024), generated: needles, variable tracking, common and frequent words, questions among documents',
  licence: 'essays: Moby-Dick and the speeches on the state of the union, public domain; words: friendly-words, MIT; qa: XQuAD, CC BY-SA 4.0',
  async *documents(options) {
    for (const task of TASKS.filter(({ name }) => options.tasks?.includes(name) ?? true)) yield* samplesOf(task, options);
  },
};
