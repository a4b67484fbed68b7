// Goes through suites, lengths, seeds, documents and questions; what is done already is left out.
import type { EvalDocument, EvalQuestion, SuiteOptions } from '../contract.ts';
import type { SuiteEntry } from '../registry.ts';
import type { Outcome } from './outcome.ts';
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

export async function runEvaluation(evaluated: Subject, options: RunOptions): Promise<Outcome[]> {
  const { entries, settings, folder } = options;
  const file = new OutcomesFile(folder);
  const subject = rememberAnswers(evaluated);
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

/** The reader's ceiling of a question is the same at every length where its passage is: it is asked once. */
function rememberAnswers(subject: Subject): Subject {
  const known = new Map<string, string>();
  return {
    ...subject,
    async answerFrom(passage, question) {
      const key = JSON.stringify([passage, question]);
      const answer = known.get(key) ?? await subject.answerFrom(passage, question);
      known.set(key, answer);
      return answer;
    },
  };
}

interface Part { length: number; seed: number }

/** A suite may have fewer questions than were asked for; that is told, not hidden in an n. */
function sayMissing({ suite, tasks }: SuiteEntry, { length, seed }: Part, numQuestions: number, { settings, say }: RunOptions): void {
  const wanted = settings.samples * tasks.length;
  if (numQuestions < wanted) say(`${suite.name}, ${length} tokens, seed ${seed}: ${numQuestions} questions instead of ${wanted}`);
}

async function runDocuments(subject: Subject, entry: SuiteEntry, { length, seed }: Part, file: OutcomesFile, progress: RunProgress, options: RunOptions): Promise<void> {
  const { settings, signal, dataFolder, countTokens, say, onOutcome } = options;
  const { suite, judge } = entry;
  const asked = new Set<string>();
  for await (const document of suite.documents({ numTokens: length, samples: settings.samples, seed, dataFolder, countTokens, say, ...(settings.tasks === undefined ? {} : { tasks: entry.tasks }) })) {
    const questions = settings.tasks === undefined ? document.questions : document.questions.filter(({ task }) => entry.tasks.includes(task));
    checkQuestions({ ...document, questions }, entry, asked);
    const pending = questions.filter(({ id }) => !file.has({ suite: suite.name, length, seed, id }));
    for (let n = pending.length; n < questions.length; n++) progress.skip({ suite: suite.name, length });
    if (pending.length === 0) continue;
    signal.throwIfAborted();
    const startedMs = performance.now();
    const open = await subject.open(document);
    const seconds = (performance.now() - startedMs) / 1000;
    progress.read({ suite: suite.name, numTokens: open.numTokens, seconds, numQuestions: questions.length, numPending: pending.length });
    try {
      for (const question of pending) {
        signal.throwIfAborted();
        checkGold(question, document, open);
        const outcome: Outcome = {
          suite: suite.name, length, seed, document: document.name, id: question.id, task: question.task, question: question.question,
          expected: question.answers, answerable: question.answerable ?? true, numTokens: open.numTokens,
          ...(await scoreQuestion(subject, open, question, { routes: settings.mode === 'dense' ? [] : settings.routes, answer: settings.answer, judge })),
        };
        if (outcome.refused !== undefined) say(`${document.name}: ${outcome.refused}`);
        file.append(outcome);
        progress.done(outcome);
        onOutcome?.(outcome);
      }
    } finally {
      await open.close();
    }
  }
  sayMissing(entry, { length, seed }, asked.size, options);
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
