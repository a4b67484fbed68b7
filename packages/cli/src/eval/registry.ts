// The suites, the rows that each has in a report, and how its answers are scored.
import type { Suite } from './contract.ts';
import { type Judge, judgeBabilong, judgeByWords, judgeRetrieval, judgeRuler } from './judge.ts';
import { BABI_TASKS } from './data/babi.ts';
import { babilong } from './suites/babilong.ts';
import { planted } from './suites/planted/planted.ts';
import { paraphrase, PARAPHRASE_TASKS } from './suites/paraphrase/index.ts';
import { retrieval, RETRIEVAL_TASKS } from './suites/retrieval.ts';
import { ruler, RULER_TASKS } from './suites/ruler/ruler.ts';
import { squad, SQUAD_TASKS } from './suites/squad.ts';
import { structured, STRUCTURED_TASKS } from './suites/structured/index.ts';

export interface SuiteEntry {
  suite: Suite;
  /** Names of its tasks: `samples` questions of each are made. */
  tasks: readonly string[];
  judge: Judge;
}

export const SUITES: readonly SuiteEntry[] = [
  { suite: planted, tasks: ['planted'], judge: judgeByWords },
  { suite: ruler, tasks: RULER_TASKS, judge: judgeRuler },
  { suite: babilong, tasks: BABI_TASKS, judge: judgeBabilong },
  { suite: retrieval, tasks: RETRIEVAL_TASKS, judge: judgeRetrieval },
  { suite: squad, tasks: SQUAD_TASKS, judge: judgeByWords },
  { suite: structured, tasks: STRUCTURED_TASKS, judge: judgeByWords },
  { suite: paraphrase, tasks: PARAPHRASE_TASKS, judge: judgeByWords },
];
