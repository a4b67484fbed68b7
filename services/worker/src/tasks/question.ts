// A job's question on the ask thread: what is sent there, and what is counted when it comes back.
import type { AskResult, FindResult } from '@lectern/reader';
import { type Effort, ROUTES, type JobRecord, type JobResult } from '@lectern/shared';
import { strict as assert } from 'node:assert';
import type { ActiveTask } from '../active-tasks.ts';
import type { WorkerParts } from '../parts.ts';
import type { ThreadSource } from '../threads/protocol.ts';
import { readerFor } from './choose-reader.ts';
import { runOnThread } from './run-on-thread.ts';

const commonOptions = ({ request }: JobRecord) => {
  assert(request.question !== undefined, `a job of task ${request.task} has a question`);
  return { question: request.question, routes: request.routes ?? [...ROUTES], top: request.top };
};

export async function findPassages(parts: WorkerParts, active: ActiveTask, job: JobRecord, sources: ThreadSource[]): Promise<FindResult> {
  const { value } = await runOnThread(parts, active, {
    task: { kind: 'find', tenant: job.tenant, sources, options: commonOptions(job) },
    what: `searching for ${job.id}`, numBytes: parts.model.askTaskBytes,
  });
  countFinding(parts, value);
  return value;
}

export async function generateAnswer(parts: WorkerParts, active: ActiveTask, job: JobRecord, sources: ThreadSource[], { effort, onDelta }: { effort: Effort | undefined; onDelta?: (text: string) => void }): Promise<AskResult> {
  const { value } = await runOnThread(parts, active, {
    task: {
      kind: 'ask', reader: readerFor(parts, job), tenant: job.tenant, sources,
      options: { ...commonOptions(job), mode: job.request.mode, maxOutputTokens: job.request.maxOutputTokens, ...(effort === undefined ? {} : { effort }) },
    },
    what: `answering ${job.id}`, numBytes: parts.model.askTaskBytes,
    onMessage: (message) => {
      if (message.type === 'delta') onDelta?.(message.text);
    },
  });
  const { metrics } = parts;
  countFinding(parts, value);
  metrics.jobPhase.observe({ phase: 'answer' }, value.answerSeconds);
  metrics.outputTokens.inc(value.outputTokens);
  metrics.attentionBytes.inc({ tier: 'segment' }, value.segmentBytes ?? 0);
  if (value.blocksAttended !== undefined && value.blocksTotal !== undefined) {
    metrics.attentionBlocks.inc({ kind: 'attended' }, value.blocksAttended);
    metrics.attentionBlocks.inc({ kind: 'skipped' }, Math.max(0, value.blocksTotal - value.blocksAttended));
  }
  return value;
}

/** The part of a result that a person reads: without figures. */
export function answerOf({ answer, supported, uncertain, reader, finishReason, citations, notes, rounds }: AskResult): Omit<JobResult, 'figures'> {
  return {
    ...(answer === undefined ? {} : { answer }), ...(supported === undefined ? {} : { supported }), ...(uncertain === undefined ? {} : { uncertain }),
    ...(reader === undefined ? {} : { reader }), ...(finishReason === undefined ? {} : { finishReason }), citations, ...notesOf(notes),
    ...(rounds === undefined ? {} : { rounds }),
  };
}

/** A field beside the others, only when there are some. */
export const notesOf = (notes: string[]): Pick<JobResult, 'notes'> => (notes.length === 0 ? {} : { notes });

function countFinding({ metrics }: WorkerParts, { findSeconds, indexBytes }: FindResult): void {
  metrics.jobPhase.observe({ phase: 'find' }, findSeconds);
  metrics.indexBytesScanned.inc(indexBytes);
}
