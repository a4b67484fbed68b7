// lectern models: what the catalog knows, and what of it is on this disk; and fetching one before it is needed.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { cachedModelPath, findModel, listCatalog, listEmbedders } from '@lectern/model';
import type { Command } from 'commander';
import { cliConfig } from '../config.ts';
import { UsageError } from '../errors.ts';
import { interruptible } from '../interrupt.ts';
import { ensureModel, fetchEmbedder, isEmbedder } from '../model-file.ts';
import { type HomeOptions, homeOption } from '../options.ts';
import { bytes } from '../output/text-result.ts';

interface ModelsOptions extends HomeOptions { json?: boolean }

export function addModelsCommand(program: Command): void {
  const command = program.command('models')
    .description('list the models of the catalog, and which are on this disk')
    .option('--json', 'print one JSON object per line')
    .addOption(homeOption())
    .action((options: ModelsOptions) => {
      list(options);
      listEmbedder(options);
    });
  command.command('fetch <id>')
    .description('fetch a model of the catalog now, or check the one that is there; an interrupted fetch goes on where it stopped')
    .option('--json', 'print one JSON object per line')
    .addOption(homeOption())
    .action((id: string, options: ModelsOptions) => fetchOne(id, { ...command.opts<ModelsOptions>(), ...options })); // before or after `fetch`
}

function list(options: ModelsOptions, id?: string): void {
  const { homeRoot } = cliConfig(options);
  for (const entry of listCatalog(homeRoot)) {
    if (id !== undefined && entry.id !== id) continue;
    const { name, licence, contextLength, numBytes } = entry;
    const path = cachedModelPath(homeRoot, entry);
    const found = statSync(path, { throwIfNoEntry: false });
    const cached = found !== undefined && (found.isDirectory() || found.size === numBytes); // a folder: calibrated where it lies
    const isLocal = entry.sources[0]?.kind === 'local';
    process.stdout.write(options.json
      ? `${JSON.stringify({ id: entry.id, name, licence, contextLength, numBytes, cached, path })}\n`
      : `${entry.id}: ${name}, ${licence}, window ${contextLength} tokens, ${bytes(numBytes)}, ${cached ? `cached at ${path}` : isLocal ? `gone from ${path}` : 'not fetched yet'}\n`);
  }
}

function listEmbedder(options: ModelsOptions, id?: string): void {
  const { homeRoot } = cliConfig(options);
  for (const { name, licence, files, ...entry } of listEmbedders()) {
    if (id !== undefined && entry.id !== id) continue;
    const path = join(homeRoot, 'models', entry.id);
    const numBytes = files.reduce((sum, file) => sum + file.numBytes, 0);
    const cached = files.every((file) => statSync(join(path, file.name), { throwIfNoEntry: false })?.size === file.numBytes);
    process.stdout.write(options.json
      ? `${JSON.stringify({ id: entry.id, name, licence, embedder: true, numBytes, cached, path })}\n`
      : `${entry.id}: ${name}, ${licence}, embedder, ${bytes(numBytes)}, ${cached ? `cached at ${path}` : 'not fetched yet'}\n`);
  }
}

async function fetchOne(id: string, options: ModelsOptions): Promise<void> {
  const config = cliConfig(options);
  if (isEmbedder(id)) {
    await interruptible((signal) => fetchEmbedder(id, config, { quiet: options.json === true, signal }));
    listEmbedder(options, id);
    return;
  }
  if (findModel(id, listCatalog(config.homeRoot)).kind !== 'entry') throw new UsageError(`${JSON.stringify(id)} is a path; lectern models shows the ids that can be fetched`);
  await interruptible((signal) => ensureModel(id, config, { quiet: options.json === true, signal }));
  list(options, id);
}
