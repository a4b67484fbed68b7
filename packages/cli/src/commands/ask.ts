// lectern ask: hands in a file, waits for its reading, asks, prints the answer with its quotations.
import { ROUTES } from '@lectern/shared';
import { type Command, Option } from 'commander';
import { cliConfig } from '../config.ts';
import { UsageError } from '../errors.ts';
import { openDocument } from '../input/document-input.ts';
import { type QuestionLine, readQuestions } from '../input/questions-file.ts';
import { interruptible } from '../interrupt.ts';
import { type AskingOptions, addAskingOptions, addReaderOptions, indexModelOf, maxTokensOption, modeOption, type ReaderOptions, topOption } from '../options.ts';
import { askJson } from '../output/json-result.ts';
import { answerText } from '../output/text-result.ts';
import { runJob } from '../run-job.ts';
import { withSession } from '../session.ts';
import { uploadDocument } from '../upload.ts';

interface AskOptions extends AskingOptions, ReaderOptions {
  questions?: string;
  mode: 'reread' | 'sparse';
  maxTokens: number;
}

export function addAskCommand(program: Command): void {
  addReaderOptions(addAskingOptions(program.command('ask')
    .description('ask a question about a file (text, Markdown, HTML, PDF; - reads standard input)')
    .argument('<file>')
    .argument('[question]')))
    .addOption(new Option('--questions <file>', 'ask many: one JSON object {"id", "question"} per line; prints one JSON object per line'))
    .addOption(modeOption())
    .addOption(topOption('passages that are considered'))
    .addOption(maxTokensOption())
    .action(ask);
}

async function ask(file: string, question: string | undefined, options: AskOptions): Promise<void> {
  const questions = await questionsOf(question, options);
  const config = cliConfig(options);
  const isJson = options.json === true || options.questions !== undefined;
  await interruptible(async (signal) => {
    const document = await openDocument(file, config);
    try {
      const quiet = options.json === true;
      await withSession({ config, model: indexModelOf(options, config.model), reader: readerOf(options), quiet, signal }, async ({ client, model, reader }) => {
        const { id, name } = await uploadDocument(client, document, signal);
        const names = new Map([[id, name]]);
        for (const line of questions) {
          const result = await runJob(client, {
            document: id, task: 'answer', question: line.question, model, reader, mode: options.mode,
            routes: options.routes ?? [...ROUTES], top: options.top, maxOutputTokens: options.maxTokens, keep: options.keep,
          }, { quiet, signal });
          process.stdout.write(isJson ? `${JSON.stringify({ ...idOf(line), ...askJson(result, names) })}\n` : answerText(result, names));
        }
      });
    } finally {
      await document.dispose();
    }
  });
}

async function questionsOf(question: string | undefined, options: AskOptions): Promise<Array<Partial<QuestionLine> & { question: string }>> {
  if (options.questions !== undefined) {
    if (question !== undefined) throw new UsageError('give either a question or --questions <file>, not both');
    return readQuestions(options.questions);
  }
  if (question === undefined || question.trim() === '') throw new UsageError('a question is missing: lectern ask <file> "<question>"');
  return [{ question }];
}

/** Sparse attention is over the index model's own keys and values. */
function readerOf(options: AskOptions): ReaderOptions | 'index-model' {
  if (options.mode !== 'sparse') return options;
  if (options.reader !== undefined) throw new UsageError('--mode sparse is answered by the index model itself; leave out --reader');
  return 'index-model';
}

const idOf = ({ id }: { id?: string | number | undefined }) => id === undefined ? {} : { id };
