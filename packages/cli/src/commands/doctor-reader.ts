// What doctor says of the reader: which model would word the answers, and whether it is there. Nothing is fetched or generated.
import { statSync } from 'node:fs';
import { cachedModelPath, type FoundModel, findModel } from '@lectern/model';
import { ceilingOf, isReaderUrl, isUncertain, probeReader, remoteReader } from '@lectern/reader';
import type { CliConfig } from '../config.ts';
import { indexModelOf, type ModelOptions, type ReaderOptions } from '../options.ts';
import { readerArguments } from '../reader-choice.ts';

/** Throws what is wrong with it. */
export async function describeReader(options: ModelOptions & ReaderOptions, config: CliConfig): Promise<string> {
  const { reader, name } = readerArguments(options, config);
  if (reader !== undefined && isReaderUrl(reader)) {
    const settings = { url: reader, model: name ?? '', key: config.readerKey, contextLength: config.readerWindow };
    const { id } = remoteReader(settings); // wrong settings throw
    await probeReader(settings);
    return `${id}, answers, ${settings.key === undefined ? 'no key (LECTERN_READER_KEY is not set)' : 'with the key of LECTERN_READER_KEY'}`;
  }
  const model = reader ?? indexModelOf(options, config.model);
  return `${model}${reader === undefined ? ' (the index model itself; another: --reader)' : ''}, ${localText(findModel(model), config)}`;
}

function localText(found: FoundModel, { homeRoot }: CliConfig): string {
  const entry = found.kind === 'entry' ? found.entry : undefined;
  const path = found.kind === 'entry' ? cachedModelPath(homeRoot, found.entry) : found.path;
  const isThere = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (!isThere && entry === undefined) throw new Error(`no model file ${path}`);
  const { ceiling, ceilingLow } = ceilingOf(entry);
  const measured = ceiling === undefined ? 'not measured' : `answers ${Math.round(ceiling * 100)} of 100 questions right with the right passage before it`;
  return `${isThere ? 'on this disk' : 'fetched when it is needed'}, ${measured}${isUncertain({ kind: 'local', ceilingLow }) ? ': its answers are marked uncertain' : ''}`;
}
