// The model alone: the whole document and the question in its own window, in dense attention. What Lectern is compared with.
import { type AnswerModel, DEFAULT_EXTRACT_LIMITS, detectMediaType, extractDocument, localReader, type ReaderModel } from '@lectern/reader';
import { ServiceError } from '@lectern/shared';
import type { Subject } from './subject.ts';

export function denseSubject(model: ReaderModel, maxTokens: number): Subject {
  const reader = localReader(model);
  return {
    async open({ name, bytes, mediaType }) {
      const { text } = await extractDocument(bytes, { name, mediaType: mediaType ?? detectMediaType(name, bytes) }, DEFAULT_EXTRACT_LIMITS);
      return {
        numTokens: model.tokenizer.encode(text).ids.length, numChars: [...text].length,
        find: () => Promise.reject(new Error('nothing is found in mode dense')),
        async ask(question) {
          const startedMs = performance.now();
          const answer = await answerInWindow(reader, 'the whole document', text, question, maxTokens);
          return { answer, supported: false, citations: [], seconds: (performance.now() - startedMs) / 1000 };
        },
        close: async () => {},
      };
    },
    answerFrom: (passage, question) => answerInWindow(reader, 'a gold passage', passage, question, maxTokens),
    forget: async () => {},
  };
}

/** What the reader answers with this text before it; CONTEXT_TOO_LONG when both do not fit its window. */
export async function answerInWindow(reader: AnswerModel, what: string, text: string, question: string, maxTokens: number): Promise<string> {
  const prompt = { question, passages: [{ text, trail: [] }] };
  const needed = reader.countTokens(prompt) + maxTokens;
  if (needed > reader.contextLength) {
    throw new ServiceError('CONTEXT_TOO_LONG', `${what} with its question and answer needs ${needed} tokens, the reader's window has ${reader.contextLength}`, { details: { needed } });
  }
  return (await reader.answer(prompt, { maxOutputTokens: maxTokens })).text;
}
