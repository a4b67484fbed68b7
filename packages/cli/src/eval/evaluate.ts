// A run from the command's options to its report.
import { existsSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { createClient } from '@lectern/client';
import { loadFile, resolveModel } from '@lectern/model';
import { type EmbedderChoice, loadEmbedder, loadReaderModel } from '@lectern/reader';
import type { CliConfig } from '../config.ts';
import { UsageError } from '../errors.ts';
import { homeAt } from '../home.ts';
import { BABI_FILES } from './data/babi.ts';
import { takePublicFiles } from './data/public-file.ts';
import { XQUAD_FILE } from './data/xquad.ts';
import { entriesOf, type EvalOptions, settingsOf } from './options.ts';
import { writeReport } from './report/write.ts';
import { denseSubject } from './run/dense-subject.ts';
import { localSubject } from './run/local-subject.ts';
import type { Outcome } from './run/outcome.ts';
import { runEvaluation } from './run/run.ts';
import { serviceSubject } from './run/service-subject.ts';
import { checkSame, storedSettings, storeSettings } from './run/settings.ts';
import type { Subject } from './run/subject.ts';

export async function evaluate(suites: readonly string[], options: EvalOptions, config: CliConfig, signal: AbortSignal): Promise<void> {
  const say = (line: string): void => { process.stderr.write(`${line}\n`); };
  const stored = options.resume === undefined ? undefined : storedSettings(options.resume);
  const argument = options.model ?? stored?.model ?? config.model;
  const model = await resolveModel(argument, { home: config.homeRoot, offline: config.offline, signal });
  const settings = settingsOf(suites, options, { id: model.id, sha256: model.sha256 }, config.embedder, stored);
  const folder = resolve(options.resume ?? options.out ?? join(config.homeRoot, 'eval', new Date().toISOString().replace(/[:.]/g, '-')));
  if (stored === undefined) storeSettings(folder, settings);
  else checkSame(stored, settings, folder);
  say(`outcomes and report: ${folder}`);

  const home = homeAt(config.homeRoot);
  if (config.evalData !== undefined) takePublicFiles([XQUAD_FILE, ...BABI_FILES], config.evalData, home.demo);
  const entries = entriesOf(settings.suites, settings.tasks);
  const work = async (subject: Subject, countTokens: (text: string) => number): Promise<Outcome[]> => runEvaluation(subject, {
    entries, settings, folder, signal, say, countTokens, dataFolder: home.demo, ...(options.verbose ? { onOutcome: (outcome) => say(outcomeLine(outcome)) } : {}),
  });
  const { mode } = settings;
  const subjectOptions = { effort: settings.effort, maxTokens: settings.maxTokens, signal };
  let outcomes: Outcome[];
  if (settings.url !== null && mode !== 'dense') {
    const client = createClient({ baseUrl: settings.url, ...(config.apiKey === undefined ? {} : { apiKey: config.apiKey }) });
    await client.health({ signal });
    const { tokenizer } = await loadFile(model.path);
    outcomes = await work(serviceSubject(client, settings.model, { ...subjectOptions, mode }), (text) => tokenizer.encode(text).ids.length);
  } else {
    const reader = await loadReaderModel(argument, {
      home: config.homeRoot, numThreads: availableParallelism(), offline: config.offline,
      onUnavailable: (engine, reason) => say(`engine ${engine} does not start: ${reason}`),
    });
    const embedder: EmbedderChoice = mode === 'dense' ? { embedderAbsent: 'nothing is found in mode dense' } : await loadEmbedder(settings.embedder, reader, { home: config.homeRoot, numThreads: availableParallelism(), offline: config.offline });
    if (mode !== 'dense' && embedder.embedder === undefined && settings.routes.flat().includes('embedding')) {
      throw new UsageError(`the embedding route cannot be taken: ${embedder.embedderAbsent}; name --routes without it, or set EMBEDDER=none`);
    }
    const blobs = join(folder, 'blobs');
    try {
      const subject = mode === 'dense' ? denseSubject(reader, settings.maxTokens) : localSubject({ model: reader, ...embedder }, blobs, { ...subjectOptions, mode });
      outcomes = await work(subject, (text) => reader.tokenizer.encode(text).ids.length);
    } finally {
      embedder.embedder?.embedder.close();
      reader.transformer.dispose();
    }
    if (existsSync(blobs)) rmSync(blobs, { recursive: true });
  }
  const { report, markdown } = writeReport(folder, outcomes, settings, entries);
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : markdown);
}

function outcomeLine({ suite, id, ranks, ceiling, answered, question }: Outcome): string {
  const shown = ranks === undefined ? '-' : Object.values(ranks).map((rank) => rank ?? '-').join('/');
  const score = answered?.score === undefined ? '' : `  score ${answered.score.toFixed(2)} (ceiling ${ceiling?.score.toFixed(2) ?? '-'})`;
  const said = answered === undefined ? '' : `  -> ${answered.answer.replace(/\s+/gu, ' ').slice(0, 80)}`;
  return `${suite} ${id}  rank ${shown}${score}  ${question.replace(/\s+/gu, ' ').slice(0, 100)}${said}`;
}
