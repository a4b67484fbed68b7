// What a run was asked to do, kept in its folder: a run goes on only with the same settings.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EFFORTS, ROUTES } from '@lectern/shared';
import { z } from 'zod';
import { UsageError } from '../../errors.ts';
import { EVAL_MODES } from '../modes.ts';

export const settingsSchema = z.strictObject({
  suites: z.array(z.string()).min(1),
  /** Tokens. */
  lengths: z.array(z.int().positive()).min(1),
  /** Per task, length and seed. */
  samples: z.int().positive(),
  seeds: z.array(z.int()).min(1),
  /** Id, and checksum of its weights. */
  model: z.string(),
  modelSha256: z.string(),
  /** Id, or 'none': the embedding route is not taken. */
  embedder: z.string(),
  /** Of the suites' tasks; absent: all. */
  tasks: z.array(z.string()).min(1).optional(),
  mode: z.enum(EVAL_MODES),
  effort: z.enum(EFFORTS).default('normal'), // runs of earlier versions have none
  /** The first one answers. */
  routes: z.array(z.array(z.enum(ROUTES)).min(1)).min(1),
  answer: z.boolean(),
  maxTokens: z.int().positive(),
  /** Of the service; null: in this process. */
  url: z.string().nullable(),
});
export type RunSettings = z.infer<typeof settingsSchema>;

const fileIn = (folder: string): string => join(folder, 'settings.json');

export function storedSettings(folder: string): RunSettings {
  const path = fileIn(folder);
  if (!existsSync(path)) throw new UsageError(`${folder} holds no run: settings.json is not there`);
  const parsed = settingsSchema.safeParse(readJson(path));
  if (!parsed.success) throw new UsageError(`${path} is not the settings of a run of this version: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export function storeSettings(folder: string, settings: RunSettings): void {
  mkdirSync(folder, { recursive: true });
  if (existsSync(fileIn(folder))) throw new UsageError(`${folder} holds a run already; --resume ${folder} goes on with it`);
  writeFileSync(fileIn(folder), `${JSON.stringify(settings, null, 2)}\n`);
}

/** Throws with the names of what differs. */
export function checkSame(stored: RunSettings, wanted: RunSettings, folder: string): void {
  const names = [...new Set([...Object.keys(stored), ...Object.keys(wanted)])] as Array<keyof RunSettings>;
  const changed = names.filter((name) => JSON.stringify(stored[name]) !== JSON.stringify(wanted[name]));
  if (changed.length === 0) return;
  const shown = changed.map((name) => `${name} was ${JSON.stringify(stored[name])} and is ${JSON.stringify(wanted[name])}`);
  throw new UsageError(`the run in ${folder} cannot go on with other settings: ${shown.join('; ')}`);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
  }
}
