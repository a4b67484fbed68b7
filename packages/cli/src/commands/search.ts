// lectern search: the passages of a file that a question finds, ranked, without generating.
import { ROUTES } from '@lectern/shared';
import type { Command } from 'commander';
import { cliConfig } from '../config.ts';
import { UsageError } from '../errors.ts';
import { openDocument } from '../input/document-input.ts';
import { interruptible } from '../interrupt.ts';
import { type AskingOptions, addAskingOptions, indexModelOf, topOption } from '../options.ts';
import { searchJson } from '../output/json-result.ts';
import { passagesText } from '../output/text-result.ts';
import { runJob } from '../run-job.ts';
import { withSession } from '../session.ts';
import { uploadDocument } from '../upload.ts';

export function addSearchCommand(program: Command): void {
  addAskingOptions(program.command('search')
    .description('print the ranked passages of a file for a question, without generating')
    .argument('<file>')
    .argument('[question]'))
    .addOption(topOption('passages that are printed'))
    .action(search);
}

async function search(file: string, question: string | undefined, options: AskingOptions): Promise<void> {
  if (question === undefined || question.trim() === '') throw new UsageError('a question is missing: lectern search <file> "<question>"');
  const config = cliConfig(options);
  const quiet = options.json === true;
  await interruptible(async (signal) => {
    const document = await openDocument(file, config);
    try {
      await withSession({ config, model: indexModelOf(options, config.model), reader: 'index-model', quiet, signal }, async ({ client, model }) => {
        const { id, name } = await uploadDocument(client, document, signal);
        const names = new Map([[id, name]]);
        const result = await runJob(client, {
          document: id, task: 'search', question, model, routes: options.routes ?? [...ROUTES], top: options.top, keep: options.keep,
        }, { quiet, signal });
        process.stdout.write(quiet ? `${JSON.stringify(searchJson(result, names))}\n` : passagesText(result, names));
      });
    } finally {
      await document.dispose();
    }
  });
}
