// The contract between suites (data sets as documents with questions) and the runner.
import type { MediaType } from '@lectern/shared';
/** Characters of the document's text that hold an answer; code points, [start, end). Any of them counts as found. */
export interface GoldRange { start: number; end: number }
export interface EvalQuestion {
  id: string;                 // unique in its suite and length
  task: string;               // row of the per-task table: 'niah_multikey_1', 'postgres', ...
  question: string;
  answers: string[];          // any one (judge 'any') or each of them (judge 'all'), as RULER's string_match_part / string_match_all
  judge: 'any' | 'all' | 'exact';
  gold: GoldRange[];          // [] for unanswerable questions
  /** The passage handed over for the reader's ceiling; text of the gold ranges with what surrounds them. */
  goldPassage?: string;
  answerable?: boolean;       // absent: true
}
export interface EvalDocument { name: string; bytes: Buffer; mediaType?: MediaType; questions: EvalQuestion[] }
export interface SuiteOptions { numTokens: number; samples: number; seed: number; /** Only these are wanted; all when absent. */ tasks?: readonly string[]; dataFolder: string; countTokens: (text: string) => number; say: (line: string) => void }
export interface Suite {
  name: string; summary: string; licence: string;
  /** Documents of about numTokens tokens each; questions in all: samples per task. */
  documents(options: SuiteOptions): AsyncIterable<EvalDocument>;
}
