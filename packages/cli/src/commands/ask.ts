// lectern ask: hands in files, waits for their reading, asks, prints the answer with its quotations.
import { type AskMode, type Effort, type PartialResult, readsStoredKeys } from '@lectern/shared';
import { type Command, Option } from 'commander';
import { handIn } from '../asked-documents.ts';
import { cliConfig } from '../config.ts';
import { UsageError } from '../errors.ts';
import { openDocuments } from '../input/documents.ts';
import { pathsAndQuestion, pathsOnly } from '../input/paths-and-question.ts';
import { type QuestionLine, readQuestions } from '../input/questions-file.ts';
import { interruptible } from '../interrupt.ts';
import { type AskingOptions, addAskingOptions, addPartialOptions, addReaderOptions, effortOption, indexModelOf, maxTokensOption, modeOption, type ReaderOptions, routesOf, topOption } from '../options.ts';
import { noteLines, notesJson } from '../output/document-notes.ts';
import { askJson, partialJson, skippedJson } from '../output/json-result.ts';
import { answerText, partialAnswerText } from '../output/text-result.ts';
import { onPartialOf, type PartialOptions } from '../partial-answers.ts';
import { sayUnless } from '../say.ts';
import { withSession } from '../session.ts';

interface AskOptions extends AskingOptions, ReaderOptions, PartialOptions {
  questions?: string;
  mode: AskMode;
  effort: Effort;
  maxTokens: number;
}

export function addAskCommand(program: Command): void {
  addPartialOptions(addReaderOptions(addAskingOptions(program.command('ask')
    .description('ask a question about files and whole folders (text, Markdown, HTML, PDF, Word, EPUB; - reads standard input)')
    .usage('[options] <files and folders...> "<question>"')
    .argument('<files...>', 'files and folders, then the question'))))
    .addOption(new Option('--questions <file>', 'ask many: one JSON object {"id", "question"} per line; prints one JSON object per line'))
    .addOption(modeOption())
    .addOption(effortOption())
    .addOption(topOption('passages that are considered'))
    .addOption(maxTokensOption())
    .action(ask);
}

async function ask(args: string[], options: AskOptions): Promise<void> {
  const { paths, questions } = await argumentsOf(args, options);
  const config = cliConfig(options);
  const isJson = options.json === true || options.questions !== undefined;
  await interruptible(async (signal) => {
    const inputs = await openDocuments(paths, config);
    try {
      const quiet = options.json === true;
      await withSession({ config, model: indexModelOf(options, config.model), reader: readerOf(options), quiet, signal }, async ({ client, model, reader }) => {
        const asked = await handIn(client, inputs, { say: sayUnless(quiet), signal });
        const { names } = asked;
        for (const line of questions) {
          let before: PartialResult | undefined;
          const print = (partial: PartialResult) => {
            process.stdout.write(isJson ? `${JSON.stringify({ ...idOf(line), ...partialJson(partial, names) })}\n` : `${partialAnswerText(partial, names, before)}\n`);
            before = partial;
          };
          const result = await asked.run({
            task: 'answer', question: line.question, model, reader, mode: options.mode, effort: options.effort,
            ...routesOf(options), top: options.top, maxOutputTokens: options.maxTokens, keep: options.keep,
          }, { quiet, signal, onPartial: onPartialOf(options, { numBytes: asked.numBytes, forProgram: isJson }, print) });
          const notes = await asked.notesOn(result);
          if (!isJson) noteLines(notes).forEach(sayUnless(false));
          process.stdout.write(isJson ? `${JSON.stringify({ ...idOf(line), ...askJson(result, names), ...notesJson(notes), ...skippedJson(asked.skipped) })}\n` : answerText(result, names));
        }
      });
    } finally {
      await inputs.dispose();
    }
  });
}

async function argumentsOf(args: string[], { questions }: AskOptions): Promise<{ paths: string[]; questions: Array<Partial<QuestionLine> & { question: string }> }> {
  if (questions !== undefined) return { paths: pathsOnly(args), questions: await readQuestions(questions) };
  const { paths, question } = pathsAndQuestion('ask', args);
  return { paths, questions: [{ question }] };
}

/** Stored keys and values are the index model's own. */
function readerOf(options: AskOptions): ReaderOptions | 'index-model' {
  if (!readsStoredKeys(options.mode)) return options;
  if (options.reader !== undefined) throw new UsageError(`--mode ${options.mode} is answered by the index model itself; leave out --reader`);
  return 'index-model';
}

const idOf = ({ id }: { id?: string | number | undefined }) => id === undefined ? {} : { id };
