// lectern models: what the catalog knows, and what of it is on this disk.
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listCatalog } from '@lectern/model';
import type { Command } from 'commander';
import { cliConfig } from '../config.ts';
import { homeAt } from '../home.ts';
import { type HomeOptions, homeOption } from '../options.ts';
import { bytes } from '../output/text-result.ts';

interface ModelsOptions extends HomeOptions { json?: boolean }

export function addModelsCommand(program: Command): void {
  program.command('models')
    .description('list the models of the catalog, and which are on this disk')
    .option('--json', 'print one JSON object per line')
    .addOption(homeOption())
    .action(models);
}

function models(options: ModelsOptions): void {
  const { models: folder } = homeAt(cliConfig(options).homeRoot);
  for (const { id, name, licence, contextLength, numBytes, sources } of listCatalog()) {
    const path = join(folder, id, basename(sources[0].file));
    const cached = statSync(path, { throwIfNoEntry: false })?.size === numBytes;
    process.stdout.write(options.json
      ? `${JSON.stringify({ id, name, licence, contextLength, numBytes, cached, path })}\n`
      : `${id}: ${name}, ${licence}, window ${contextLength} tokens, ${bytes(numBytes)}, ${cached ? `cached at ${path}` : 'not fetched yet'}\n`);
  }
}
