// A fleet of unlike machines: a reading made with one instruction set is asked on workers with another. Its address does not depend on it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobResult } from '@lectern/shared';
import { cpuHas } from '../../packages/sparse-attn/test/cpu.ts';
import { startService, type TestService, type TestWorker } from '../support/service.ts';
import { codePoints, makeText } from '../support/text.ts';

const FACT = 'The lighthouse at Port Ellery was kept for forty years by a widower named Magnus Thorne.';
const QUESTION = 'Who kept the lighthouse at Port Ellery?';
const TEXT = makeText({ numWords: 1_600, planted: [FACT] });

/** What this machine can run, the widest first: each process takes the one it is told to. */
const ISAS = (['avx512vnni', 'avx512', 'avxvnni', 'avx2', 'neon', 'scalar'] as const).filter(cpuHas);
if (ISAS.length < 4) console.warn(`!!! this machine has ${ISAS.join(', ')} only: readings are asked across these`);

describe('instruction sets', () => {
  let service: TestService;
  let worker: TestWorker;
  const results = new Map<string, JobResult>();

  beforeAll(async () => { service = await startService(); });
  afterAll(async () => { await service?.stop(); });

  const on = async (isa: string): Promise<void> => {
    await worker?.kill('SIGTERM');
    worker = await service.startWorker({ LECTERN_ISA: isa });
    expect(worker.output).toMatch(new RegExp(`"device":"[^"]*${isa}`, 'i'));
  };
  const ask = async (text: string, task: 'answer' | 'search'): Promise<JobResult> => {
    const { job } = await service.submit(text, { task, question: QUESTION, top: 4 });
    const ended = await service.ended(job.id);
    expect(ended, JSON.stringify(ended.error)).toMatchObject({ state: 'completed' });
    return service.client.jobs.result(job.id);
  };

  it.each(ISAS)('%s: answers, and the first of them has read', async (isa) => {
    await on(isa);
    const result = await ask(TEXT, 'answer');
    expect(result).toMatchObject({ supported: true });
    expect(result.answer).toContain('Magnus Thorne');
    for (const { text, startChar, endChar } of result.citations) expect(text).toBe(codePoints(TEXT, startChar, endChar));
    expect(result.figures.chunksEncoded > 0).toBe(isa === ISAS[0]);
    results.set(isa, { ...result, ...(await ask(TEXT, 'search')), citations: result.citations });
  });

  it('all find the same passages and quote the same characters', () => {
    const places = [...results.values()].map(({ passages, citations }) => ({
      passages: passages!.map(({ startChar, endChar }) => [startChar, endChar]), first: [citations[0]!.startChar, citations[0]!.endChar],
    }));
    expect(places).toHaveLength(ISAS.length);
    expect(places[0]!.passages.length).toBeGreaterThan(2);
    for (const place of places) expect(place).toEqual(places[0]);
  });

  it('a longer edition, planned on the last, takes over the chunks that the first has encoded', async () => {
    const { figures } = await ask(`${TEXT}\n\nIn a later edition one paragraph was added, and nothing else was changed.`, 'search');
    expect(figures.chunksReused).toBeGreaterThan(0);
    expect(figures.chunksEncoded).toBeGreaterThan(0);
  });
});
