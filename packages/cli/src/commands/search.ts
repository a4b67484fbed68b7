// lectern search: the passages of files that a question finds, ranked, without generating.
import type { PartialResult } from '@lectern/shared';
import type { Command } from 'commander';
import { handIn } from '../asked-documents.ts';
import { cliConfig } from '../config.ts';
import { openDocuments } from '../input/documents.ts';
import { pathsAndQuestion } from '../input/paths-and-question.ts';
import { interruptible } from '../interrupt.ts';
import { type AskingOptions, addAskingOptions, addPartialOptions, indexModelOf, routesOf, topOption } from '../options.ts';
import { noteLines, notesJson } from '../output/document-notes.ts';
import { partialJson, searchJson, skippedJson } from '../output/json-result.ts';
import { partialPassagesText, passagesText } from '../output/text-result.ts';
import { onPartialOf, type PartialOptions } from '../partial-answers.ts';
import { sayUnless } from '../say.ts';
import { withSession } from '../session.ts';

export function addSearchCommand(program: Command): void {
  addPartialOptions(addAskingOptions(program.command('search')
    .description('print the ranked passages of files and whole folders for a question, without generating')
    .usage('[options] <files and folders...> "<question>"')
    .argument('<files...>', 'files and folders, then the question')))
    .addOption(topOption('passages that are printed'))
    .action(search);
}

async function search(args: string[], options: AskingOptions & PartialOptions): Promise<void> {
  const { paths, question } = pathsAndQuestion('search', args);
  const config = cliConfig(options);
  const quiet = options.json === true;
  await interruptible(async (signal) => {
    const inputs = await openDocuments(paths, config);
    try {
      await withSession({ config, model: indexModelOf(options, config.model), reader: 'index-model', quiet, signal }, async ({ client, model }) => {
        const asked = await handIn(client, inputs, { say: sayUnless(quiet), signal });
        const { names } = asked;
        const print = (partial: PartialResult) => {
          process.stdout.write(quiet ? `${JSON.stringify(partialJson(partial, names))}\n` : `${partialPassagesText(partial, names)}\n`);
        };
        const result = await asked.run({ task: 'search', question, model, ...routesOf(options), top: options.top, keep: options.keep }, {
          quiet, signal, onPartial: onPartialOf(options, { numBytes: asked.numBytes, forProgram: quiet }, print),
        });
        const notes = await asked.notesOn(result);
        noteLines(notes).forEach(sayUnless(quiet));
        process.stdout.write(quiet ? `${JSON.stringify({ ...searchJson(result, names), ...notesJson(notes), ...skippedJson(asked.skipped) })}\n` : passagesText(result, names));
      });
    } finally {
      await inputs.dispose();
    }
  });
}
