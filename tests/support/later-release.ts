// A later release, as an upgraded machine has it: a copy of what is built here, with the versions of tasks and stored forms raised by one.
// Everything else is the same code.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const RAISED = [
  ['packages/shared/dist/queues.js', 'TASK_VERSION'],
  ['packages/reader/dist/segment/format.js', 'SEGMENT_VERSION'],
  ['packages/reader/dist/plan/stored-plan.js', 'PLAN_VERSION'],
] as const;
/** Copied: Node goes by where a file really is. The rest of a package is only linked. */
const COPIED = ['dist', 'package.json'];

export interface LaterRelease {
  main(service: 'api' | 'worker'): string;
  remove(): void;
}

export function makeLaterRelease(): LaterRelease {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-later-'));
  symlinkSync(join(root, 'build'), join(folder, 'build'));
  mkdirSync(join(folder, 'node_modules', '@lectern'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@lectern') symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  for (const group of ['packages', 'services']) {
    for (const name of readdirSync(join(root, group))) {
      const target = join(folder, group, name);
      mkdirSync(target, { recursive: true });
      for (const entry of readdirSync(join(root, group, name))) {
        if (COPIED.includes(entry)) cpSync(join(root, group, name, entry), join(target, entry), { recursive: true });
        else symlinkSync(join(root, group, name, entry), join(target, entry));
      }
      symlinkSync(target, join(folder, 'node_modules', '@lectern', name));
    }
  }
  for (const [file, constant] of RAISED) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    const raised = text.replace(new RegExp(`(const ${constant} = )(\\d+)`), (_, start: string, version: string) => `${start}${Number(version) + 1}`);
    if (raised === text) throw new Error(`${file} declares no ${constant}`);
    writeFileSync(path, raised);
  }
  return {
    main: (service) => join(folder, 'services', service, 'dist', 'main.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
