// Options that several commands share, and their checks. Wrong values are usage errors, told before anything starts.
import { listEmbedders } from '@lectern/model';
import { ASK_MODES, type AskMode, type Effort, EFFORTS, ROUTES, type Route } from '@lectern/shared';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from './errors.ts';

export interface HomeOptions { home?: string }

export interface ModelOptions {
  indexModel?: string;
  /** The same by its older name. */
  model?: string;
}

export interface ReaderOptions {
  /** Id, path or URL. */
  reader?: string;
  readerModel?: string;
}

export interface AskingOptions extends HomeOptions, ModelOptions {
  json?: boolean;
  routes?: Route[];
  top: number;
  keep: 'index' | 'all';
}

export function addPartialOptions(command: Command): Command {
  return command
    .option('--partial', 'also print answers from what is read so far, while the rest is read (default: on a terminal, when reading takes long)')
    .option('--no-partial', 'print only the answer from the whole text');
}

export const homeOption = (): Option => new Option('--home <dir>', 'folder for models, readings and the private Redis (default: LECTERN_HOME or ~/.lectern)');

export function addModelOptions(command: Command): Command {
  return command
    .option('--index-model <id or path>', 'the model that indexes and finds: one of the catalog, or the path of a model file (default: MODEL or smollm2-135m-instruct)')
    .option('--model <id or path>', 'the same');
}

export interface EmbedderOptions { embedder?: string }

/** All workers of a service should agree; a model is calibrated beside it. */
export const embedderOption = (): Option =>
  new Option('--embedder <id>', `the model of the embedding route, ${listEmbedders().map(({ id }) => id).join(', ')}; none switches it off (default: EMBEDDER or ${listEmbedders()[0]!.id})`);

export function addReaderOptions(command: Command): Command {
  return command
    .option('--reader <id, path or URL>', 'the model that words the answers, also the base URL of an OpenAI-compatible API; its key is read from LECTERN_READER_KEY (default: READER, else the index model)')
    .option('--reader-model <name>', 'the model\'s name at that URL (default: READER_MODEL)');
}

export function indexModelOf({ indexModel, model }: ModelOptions, byDefault: string): string {
  if (indexModel !== undefined && model !== undefined && indexModel !== model) throw new UsageError('--model is another name of --index-model; give one of them');
  return indexModel ?? model ?? byDefault;
}

export function addAskingOptions(command: Command): Command {
  return addModelOptions(command)
    .option('--json', 'print one JSON object; errors as JSON on stderr')
    .addOption(new Option('--routes <list>', `routes that find passages, of ${ROUTES.join(', ')} (default: all)`).argParser(parseRoutes))
    .addOption(new Option('--keep <what>', 'what the reading stores: keys of the retrieval heads, or all keys and values').choices(['index', 'all']).default('index'))
    .addOption(homeOption());
}

/** Where none are named, the service's own: it may be another release, with others. */
export const routesOf = ({ routes }: Pick<AskingOptions, 'routes'>): { routes?: Route[] } => (routes === undefined ? {} : { routes });

export const topOption = (what: string): Option => new Option('--top <n>', what).argParser(integerBetween(1, 100)).default(8);

export const maxTokensOption = (): Option => new Option('--max-tokens <n>', 'most tokens of an answer').argParser(integerBetween(1, 1024)).default(96);

export const modeOption = (): Option => new Option('--mode <mode>', 'reread: the best passages go into the model\'s window; replay: their stored keys and values; sparse: of these each layer and head chooses its blocks')
  .choices([...ASK_MODES]).default('reread' satisfies AskMode);

export const effortOption = (): Option => new Option('--effort <effort>', 'normal: one round; thorough: several, for questions about several things or over several passages; exhaustive: all sentences, for counting and listing')
  .choices([...EFFORTS]).default('normal' satisfies Effort);

function parseRoutes(text: string): Route[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !(ROUTES as readonly string[]).includes(name));
  if (unknown.length > 0) throw new InvalidArgumentError(`unknown route ${JSON.stringify(unknown[0])}; there are ${ROUTES.join(', ')}`);
  return [...new Set(names)] as Route[];
}

export function integerBetween(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) throw new InvalidArgumentError(`a whole number from ${low} to ${high} is expected`);
    return value;
  };
}
