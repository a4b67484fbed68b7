// packages/reader in this process, on a folder of blobs of its own: what one document has in common with the one before is encoded once.
import { mkdirSync, rmSync } from 'node:fs';
import { ask, find, localReader, readDocument, type ReaderContext } from '@lectern/reader';
import { type AskMode, createFsBlobStore } from '@lectern/shared';
import { nativeFileMapper } from '@lectern/sparse-attn';
import { answerInWindow } from './dense-subject.ts';
import type { Subject, SubjectOptions } from './subject.ts';

/** Passages that an answer is chosen from, as a job's default. */
const TOP = 8;
/** After so many tokens what is stored is let go, so that the folder stays below some gigabytes. */
const MAX_KEPT_TOKENS = 4_000_000;

export function localSubject(models: Pick<ReaderContext, 'model' | 'embedder' | 'embedderAbsent'>, blobs: string, { mode, effort, maxTokens, signal }: SubjectOptions & { mode: AskMode }): Subject {
  const newContext = (): ReaderContext => {
    mkdirSync(blobs, { recursive: true });
    return { blobs: createFsBlobStore(blobs, { blockingReads: true, mapper: nativeFileMapper() }), ...models, tenant: 'eval' };
  };
  let ctx = newContext();
  let keptTokens = 0;
  const forget = async (): Promise<void> => {
    rmSync(blobs, { recursive: true, force: true });
    ctx = newContext();
    keptTokens = 0;
  };
  const reader = localReader(models.model);
  return {
    async open({ name, bytes, mediaType }) {
      if (keptTokens > MAX_KEPT_TOKENS) await forget();
      const plan = await readDocument(ctx, { name, bytes, ...(mediaType === undefined ? {} : { mediaType }), onChunk: () => signal.throwIfAborted() });
      keptTokens += plan.numTokens;
      return {
        numTokens: plan.numTokens, numChars: plan.numChars,
        async find(question, routes, top) {
          const { passages, findSeconds } = await find(ctx, [plan], { question, routes, top });
          return { passages, seconds: findSeconds };
        },
        async ask(question, routes) {
          const result = await ask(ctx, [plan], { question, routes, top: TOP, mode, effort, maxOutputTokens: maxTokens });
          return { answer: result.answer ?? '', supported: result.supported ?? false, citations: result.citations, seconds: result.findSeconds + result.answerSeconds };
        },
        close: async () => {},
      };
    },
    answerFrom: (passage, question) => answerInWindow(reader, 'a gold passage', passage, question, maxTokens),
    forget,
  };
}
