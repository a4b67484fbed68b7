// Files as memory, by the addon: Node itself cannot map them.
import type { FileMapper } from '@lectern/shared';
import { loadAddon, type IsaAddon } from './load-addon.ts';

interface MappingAddon extends IsaAddon {
  fileStates(paths: readonly string[]): Buffer;
  mapFile(path: string): ReturnType<FileMapper['map']>;
}

/** Undefined where the addon is not there: files are read then. Files of network file systems are never mapped (see mapped_file.h). */
export function nativeFileMapper(): FileMapper | undefined {
  try {
    const { addon } = loadAddon<MappingAddon>('sparse_attn', import.meta.url);
    return { states: (paths) => addon.fileStates(paths), map: (path) => addon.mapFile(path) };
  } catch {
    return undefined;
  }
}
