// What is evaluated: the reader in this process, or a service behind a URL.
import type { Citation, Effort, Passage, Route } from '@lectern/shared';
import type { EvalDocument } from '../contract.ts';

export interface Found { passages: Passage[]; seconds: number }

export interface Answered {
  answer: string;
  supported: boolean;
  citations: Citation[];
  /** Finding and answering. */
  seconds: number;
}

export interface OpenDocument {
  numTokens: number;
  /** Code points of its text; undefined where it is not known. */
  numChars: number | undefined;
  find(question: string, routes: readonly Route[], top: number): Promise<Found>;
  ask(question: string, routes: readonly Route[]): Promise<Answered>;
  /** Nothing more is asked of it. */
  close(): Promise<void>;
}

export interface Subject {
  /** Reads it. */
  open(document: EvalDocument): Promise<OpenDocument>;
  /** What the reader answers with this passage before it. */
  answerFrom(passage: string, question: string): Promise<string>;
  /** Lets go of what was stored so far. */
  forget(): Promise<void>;
}

export interface SubjectOptions {
  effort: Effort;
  maxTokens: number;
  signal: AbortSignal;
}
