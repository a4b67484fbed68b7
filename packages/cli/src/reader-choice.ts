// --reader and its settings -> what a worker is given, and the id that jobs call it. Files are fetched and looked at before anything starts.
import type { CliConfig } from './config.ts';
import { UsageError } from './errors.ts';
import { ensureModel } from './model-file.ts';
import type { ReaderOptions } from './options.ts';
import type { ReaderSpec } from './service/worker-spec.ts';

/** Undefined: the index model answers itself. */
export async function chooseReader(
  options: ReaderOptions, indexModelId: string, config: CliConfig, how: { quiet: boolean; signal: AbortSignal },
): Promise<ReaderSpec | undefined> {
  const { reader, name } = readerArguments(options, config);
  if (reader === undefined) return undefined;
  if (!isUrl(reader)) {
    const { id, argument } = await ensureModel(reader, config, how);
    return id === indexModelId ? undefined : { kind: 'local', id, model: argument };
  }
  const { probeReader, remoteReader } = await import('@lectern/reader'); // with its libraries: commands without a URL start faster
  const key = config.readerKey;
  const { id } = remoteReader({ url: reader, model: name ?? '', key, contextLength: config.readerWindow }); // wrong settings are refused here
  await probeReader({ url: reader, key }); // before a long document is read, not after
  return { kind: 'remote', id, url: reader, model: name ?? '', window: config.readerWindow, ...(key === undefined ? {} : { key }) };
}

/** Of the command line, else of the settings; a model's name without a URL has no meaning. */
export function readerArguments(options: ReaderOptions, config: CliConfig): { reader: string | undefined; name: string | undefined } {
  const reader = options.reader ?? config.reader;
  const name = options.readerModel ?? config.readerModel;
  if (reader !== undefined && isUrl(reader)) {
    if (name === undefined) throw new UsageError('a reader behind a URL needs the name of its model there: --reader-model <name>');
    return { reader, name };
  }
  if (options.readerModel !== undefined) throw new UsageError('--reader-model is the name of a model behind a URL; give the URL with --reader');
  return { reader, name: undefined };
}

const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
