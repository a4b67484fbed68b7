// Finds and loads a native addon, built here or before the package was published, and picks its instruction set.
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

const HOW_TO_BUILD = 'build it with `npm run build:native` in a checkout, `npx lectern-build-native` where the packages are installed (wants cmake and a C++17 compiler)';

/**
 * `fromUrl`: the caller's import.meta.url; build/native, and the prebuilds that a published package brings, are looked for in its
 * package and in the folders above.
 */
export function loadAddon<T extends IsaAddon>(name: string, fromUrl: string): { addon: T; isa: string } {
  const path = findAddon(`${name}.node`, dirname(fileURLToPath(fromUrl)));
  if (path === undefined) {
    throw new ServiceError('ENGINE_UNAVAILABLE', `the native addon ${name}.node is not built; ${HOW_TO_BUILD}`);
  }
  try {
    const addon = createRequire(fromUrl)(path) as T;
    return { addon, isa: addon.useIsa(forcedIsa()) };
  } catch (cause) {
    throw new ServiceError('ENGINE_UNAVAILABLE', `${path} does not start: ${(cause as Error).message}; ${HOW_TO_BUILD}`, { cause });
  }
}

function findAddon(file: string, start: string): string | undefined {
  const folders = [start];
  while (dirname(folders[folders.length - 1]) !== folders[folders.length - 1]) folders.push(dirname(folders[folders.length - 1]));
  // What was built here fits this machine, so it comes first, however far up it lies.
  const places = [join('build', 'native'), join('prebuilds', `${process.platform}-${process.arch}`)];
  return places.flatMap((place) => folders.map((folder) => join(folder, place, file))).find((path) => existsSync(path));
}
