// Reading speed, answering time and the worker's memory against the length of the document, through the whole service.
// Each length gets a fresh folder and so a service and a worker of its own: peaks are not carried over.
import type { JobResult } from '@lectern/shared';
import { createRandom, plantFacts } from '@lectern/reader';
import { makeFacts } from '../eval/suites/planted/facts.ts';
import type { CliConfig } from '../config.ts';
import { homeAt } from '../home.ts';
import { withFreshService } from './fresh-service.ts';
import { longText } from './long-text.ts';
import { withPeakMemory } from './memory.ts';
import { median } from './statistics.ts';

export interface LengthFigures {
  numTokens: number;
  readSeconds: number;
  tokensPerSecond: number;
  /** From asking to the first piece of the answer (its end, when it is empty), to all of it, and of it finding, for questions on the stored reading: medians. */
  firstTokenSeconds: number;
  answerSeconds: number;
  findSeconds: number;
  /** From handing in the file to the answer of the first question. */
  firstAnswerSeconds: number;
  peakAnonymousBytes: number;
  device: string;
}

const NUM_QUESTIONS = 7; // of which the first is the one that reads

/** `book`: what longer documents begin with, see longText. */
export async function benchLength(book: string, numTokens: number, config: CliConfig, model: string): Promise<LengthFigures> {
  const text = await longText(book, numTokens, homeAt(config.homeRoot).demo, (line) => process.stderr.write(`${line}\n`));
  return withFreshService(config, model, async ({ client, model: id }) => {
    const [worker] = (await client.queue()).workers;
    if (worker === undefined) throw new Error('the service has no worker');
    const random = createRandom(1); // the same questions at every length: their answers take the same time
    const planted = plantFacts(text, makeFacts(NUM_QUESTIONS, random), random);
    const { value, peakAnonymousBytes } = await withPeakMemory(pidOf(worker.id), async () => {
      const startedAt = performance.now();
      const document = await client.documents.upload(Buffer.from(planted.text), { mediaType: 'text/plain', name: `bench-${numTokens}.txt` });
      const results: Array<{ result: JobResult; seconds: number; firstTokenSeconds: number }> = [];
      for (const { question } of planted.facts) {
        const askedAt = performance.now();
        const job = await client.jobs.create({ document: document.id, task: 'answer', question, model: id });
        let firstTokenAt: number | undefined;
        for await (const event of client.jobs.events(job.id)) {
          if (event.type === 'delta') firstTokenAt ??= performance.now();
        }
        const { state, error } = await client.jobs.wait(job.id);
        if (state !== 'completed') throw new Error(`job ended ${state}: ${error?.message ?? ''}`);
        results.push({ result: await client.jobs.result(job.id), seconds: (performance.now() - askedAt) / 1000, firstTokenSeconds: ((firstTokenAt ?? performance.now()) - askedAt) / 1000 });
        if (results.length === 1) results[0]!.seconds = (performance.now() - startedAt) / 1000;
      }
      return results;
    });
    const { figures } = value[0]!.result;
    return {
      numTokens: figures.tokensRead, readSeconds: figures.readSeconds, tokensPerSecond: figures.tokensPerSecond,
      firstAnswerSeconds: value[0]!.seconds,
      firstTokenSeconds: median(value.slice(1).map((v) => v.firstTokenSeconds)),
      answerSeconds: median(value.slice(1).map((v) => v.seconds)),
      findSeconds: median(value.slice(1).map((v) => v.result.figures.findSeconds)),
      peakAnonymousBytes, device: `${worker.engine} ${worker.device}`,
    };
  });
}

const pidOf = (workerId: string): number => Number(workerId.slice(workerId.lastIndexOf(':') + 1));
