// Finds and loads a native addon that scripts/build-native.mjs built, and picks its instruction set.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServiceError } from '@lectern/shared';
import { forcedIsa } from './config.ts';

/** Every addon has it: forces an instruction set by name ('' for the best), answers the one in use. */
export interface IsaAddon {
  useIsa(name: string): string;
}

const HOW_TO_BUILD = 'build it with: npm run build:native (wants cmake and a C++17 compiler)';

/** `fromUrl`: the caller's import.meta.url; build/native is looked for beside its package and in the folders above. */
export function loadAddon<T extends IsaAddon>(name: string, fromUrl: string): { addon: T; isa: string } {
  const path = findAddon(`${name}.node`, dirname(fileURLToPath(fromUrl)));
  if (path === undefined) {
    throw new ServiceError('ENGINE_UNAVAILABLE', `the native addon ${name}.node is not built; ${HOW_TO_BUILD}`);
  }
  try {
    const addon = createRequire(fromUrl)(path) as T;
    return { addon, isa: addon.useIsa(forcedIsa()) };
  } catch (cause) {
    throw new ServiceError('ENGINE_UNAVAILABLE', `${path} does not start: ${(cause as Error).message}`, { cause });
  }
}

function findAddon(file: string, start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const path = join(folder, 'build', 'native', file);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return undefined;
  }
}
