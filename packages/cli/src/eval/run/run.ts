// Goes through suites, lengths, seeds, documents and questions; what is done already is left out.
import type { EvalDocument, EvalQuestion, SuiteOptions } from '../contract.ts';
import type { SuiteEntry } from '../registry.ts';
import { type Outcome } from './outcome.ts';
import { OutcomesFile } from './outcomes-file.ts';
import { RunProgress } from './progress.ts';
import { scoreQuestion } from './score.ts';
import type { RunSettings } from './settings.ts';
import type { OpenDocument, Subject } from './subject.ts';

export interface RunOptions extends Pick<SuiteOptions, 'dataFolder' | 'countTokens' | 'say'> {
  entries: readonly SuiteEntry[];
  settings: RunSettings;
  folder: string;
  signal: AbortSignal;
  /** Hears of every outcome. */
  onOutcome?: (outcome: Outcome) => void;
}

export async function runEvaluation(subject: Subject, options: RunOptions): Promise<Outcome[]> {
  const { entries, settings, folder } = options;
  const file = new OutcomesFile(folder);
  const progress = new RunProgress(entries.flatMap(({ suite, tasks }) => settings.lengths.map((length) => (
    { suite: suite.name, length, numQuestions: settings.samples * settings.seeds.length * tasks.length }
  ))), options.say);
  for (const entry of entries) {
    for (const length of settings.lengths) {
      for (const seed of settings.seeds) await runDocuments(subject, entry, { length, seed }, file, progress, options);
      await subject.forget();
    }
  }
  return file.outcomes;
}

interface Part { length: number; seed: number }

async function runDocuments(subject: Subject, entry: SuiteEntry, { length, seed }: Part, file: OutcomesFile, progress: RunProgress, options: RunOptions): Promise<void> {
  const { settings, signal, dataFolder, countTokens, say, onOutcome } = options;
  const { suite, judge } = entry;
  const asked = new Set<string>();
  for await (const document of suite.documents({ numTokens: length, samples: settings.samples, seed, dataFolder, countTokens, say })) {
    checkQuestions(document, entry, asked);
    const pending = document.questions.filter(({ id }) => !file.has({ suite: suite.name, length, seed, id }));
    for (let n = pending.length; n < document.questions.length; n++) progress.skip({ suite: suite.name, length });
    if (pending.length === 0) continue;
    signal.throwIfAborted();
    const open = await subject.open(document);
    try {
      for (const question of pending) {
        signal.throwIfAborted();
        checkGold(question, document, open);
        const outcome: Outcome = {
          suite: suite.name, length, seed, document: document.name, id: question.id, task: question.task, question: question.question,
          expected: question.answers, answerable: question.answerable ?? true, numTokens: open.numTokens,
          ...(await scoreQuestion(subject, open, question, { routes: settings.routes, answer: settings.answer, judge })),
        };
        file.append(outcome);
        progress.done(outcome);
        onOutcome?.(outcome);
      }
    } finally {
      await open.close();
    }
  }
}

/** Mistakes of a suite that would make its figures wrong. */
function checkQuestions({ name, questions }: EvalDocument, { suite, tasks }: SuiteEntry, asked: Set<string>): void {
  for (const { id, task } of questions) {
    if (asked.has(id)) throw new Error(`suite ${suite.name}: question ${id} of ${name} was there before`);
    asked.add(id);
    if (!tasks.includes(task)) throw new Error(`suite ${suite.name}: ${task} of question ${id} is none of its tasks`);
  }
}

function checkGold({ id, gold, answerable = true }: EvalQuestion, { name }: EvalDocument, { numChars = Infinity }: OpenDocument): void {
  const isWrong = gold.some(({ start, end }) => start < 0 || start >= end || end > numChars);
  if (isWrong || (!answerable && gold.length > 0)) throw new Error(`question ${id} of ${name} has gold ranges ${JSON.stringify(gold)}; the text has ${numChars} characters`);
}
