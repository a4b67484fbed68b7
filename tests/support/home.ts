// A LECTERN_HOME of a test's own, as another host would have it: nothing in it but the models that are cached on this machine.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface TestHome {
  folder: string;
  remove(): void;
}

export function makeHome(): TestHome {
  const models = join(resolve(process.env['LECTERN_HOME'] || join(homedir(), '.lectern')), 'models');
  mkdirSync(models, { recursive: true }); // a worker that finds none fetches its own for all
  const folder = mkdtempSync(join(tmpdir(), 'lectern-home-'));
  symlinkSync(models, join(folder, 'models'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
