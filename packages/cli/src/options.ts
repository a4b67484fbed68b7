// Options that several commands share, and their checks. Wrong values are usage errors, told before anything starts.
import { ASK_MODES, type AskMode, ROUTES, type Route } from '@lectern/shared';
import { type Command, InvalidArgumentError, Option } from 'commander';

export interface HomeOptions { home?: string }

export interface AskingOptions extends HomeOptions {
  json?: boolean;
  model?: string;
  routes?: Route[];
  top: number;
  keep: 'index' | 'all';
}

export const homeOption = (): Option => new Option('--home <dir>', 'folder for models, readings and the private Redis (default: LECTERN_HOME or ~/.lectern)');

export function addAskingOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON object; errors as JSON on stderr')
    .option('--model <id or path>', 'a model of the catalog, or the path of a GGUF file (default: MODEL or smollm2-135m-instruct)')
    .addOption(new Option('--routes <list>', `routes that find passages, of ${ROUTES.join(', ')} (default: all)`).argParser(parseRoutes))
    .addOption(new Option('--keep <what>', 'what the reading stores: keys of the retrieval heads, or all keys and values').choices(['index', 'all']).default('index'))
    .addOption(homeOption());
}

export const topOption = (what: string): Option => new Option('--top <n>', what).argParser(integerBetween(1, 100)).default(8);

export const maxTokensOption = (): Option => new Option('--max-tokens <n>', 'most tokens of an answer').argParser(integerBetween(1, 1024)).default(96);

export const modeOption = (): Option => new Option('--mode <mode>', 'reread: the best passages go into the model\'s window; sparse: block-sparse attention over the document')
  .choices([...ASK_MODES]).default('reread' satisfies AskMode);

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
