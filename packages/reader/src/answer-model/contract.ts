// The model that words an answer, apart from the one that indexes and finds. It is handed passages and a question, and knows no document.
import type { Control } from '@lectern/model';

export interface ShownPassage {
  /** Headings that help to understand it. */
  trail: readonly string[];
  text: string;
}

export interface AnswerPrompt {
  passages: readonly ShownPassage[]; // in the order shown
  question: string;
}

export interface AnswerOptions {
  maxOutputTokens: number;
  control?: Control | undefined;
  /** Text as it is generated. */
  onDelta?: ((text: string) => void) | undefined;
}

export interface Generated {
  text: string;
  numTokens: number;
  finishReason: 'stop' | 'length';
  /** Of an answer that was chosen among spans: by how much it is better than the best one elsewhere in the text (ask/span). */
  margin?: number;
}

export interface AnswerModel {
  /** Names it in jobs, results and announcements: an id of the catalog, sha256-<hex>, or <model>@<host>. */
  readonly id: string;
  readonly kind: 'local' | 'remote';
  readonly name: string;
  /** Window in tokens: prompt and answer together. */
  readonly contextLength: number;
  /** Share of questions it answered right with the right passage before it; undefined where nobody measured. */
  readonly ceiling: number | undefined;
  /** Lower end of its 95 % interval. */
  readonly ceilingLow: number | undefined;
  /** sentence: only the one that fits the question best, which is all that a small model can take. passages: the best hits whole. */
  readonly reads: 'sentence' | 'passages';
  /** Best hits whose text is looked at: all of it is shown, or the sentence is chosen from it. */
  readonly numHits: number;
  /** Tokens of the whole prompt; from above where its tokenizer is not known. */
  countTokens(prompt: AnswerPrompt): number;
  /** The prompt and maxOutputTokens must fit its window. A cancel through `control` throws JOB_CANCELLED. */
  answer(prompt: AnswerPrompt, options: AnswerOptions): Promise<Generated>;
  /** Bytes that one answer needs on this machine, beyond the loaded model. */
  readonly taskBytes: number;
}

/** Hits of a reader that can weigh several passages against each other. */
export const MANY_HITS = 8;
