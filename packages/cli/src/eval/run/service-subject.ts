// A running service, through its client. The reader's ceiling is asked of a document that is the gold passage alone.
import { randomUUID } from 'node:crypto';
import type { LecternClient, NewJob } from '@lectern/client';
import { detectMediaType } from '@lectern/reader';
import type { AskMode, Effort, JobResult, MediaType } from '@lectern/shared';
import { COMMAND_METADATA } from '../../command-metadata.ts';
import type { Answered, OpenDocument, Subject, SubjectOptions } from './subject.ts';

export function serviceSubject(client: LecternClient, model: string, { mode, effort, maxTokens, signal }: SubjectOptions & { mode: AskMode }): Subject {
  const run = async (request: NewJob): Promise<JobResult> => {
    const job = await client.jobs.create({ ...request, model, metadata: COMMAND_METADATA }, { signal });
    await client.jobs.wait(job.id, { signal });
    const result = await client.jobs.result(job.id, { signal }); // throws the job's own error
    await client.jobs.delete(job.id, { signal });
    return result;
  };
  const upload = (bytes: Buffer, name: string, mediaType: MediaType): Promise<{ id: string }> => client.documents.upload(bytes, { name, mediaType, signal });
  const answer = async (request: NewJob, how: { effort?: Effort } = {}): Promise<Answered> => {
    const { answer: said = '', supported = false, citations, figures } = await run({ ...request, task: 'answer', mode, ...how, maxOutputTokens: maxTokens });
    return { answer: said, supported, citations, seconds: figures.findSeconds + figures.answerSeconds };
  };
  return {
    async open({ name, bytes, mediaType }): Promise<OpenDocument> {
      const { id } = await upload(bytes, name, mediaType ?? detectMediaType(name, bytes));
      await run({ document: id, task: 'read' });
      const { numTokens = 0, numChars } = await client.documents.get(id, { signal });
      return {
        numTokens, numChars,
        async find(question, routes, top) {
          const { passages = [], figures } = await run({ document: id, task: 'search', question, routes: [...routes], top });
          return { passages, seconds: figures.findSeconds };
        },
        ask: (question, routes) => answer({ document: id, question, routes: [...routes] }, { effort }),
        close: () => client.documents.delete(id), // also after an interrupt
      };
    },
    async answerFrom(passage, question) {
      const { id } = await upload(Buffer.from(passage), `gold-${randomUUID()}.txt`, 'text/plain');
      const { answer: said } = await answer({ document: id, question });
      await client.documents.delete(id, { signal });
      return said;
    },
    forget: async () => {},
  };
}
