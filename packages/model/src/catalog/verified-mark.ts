// A mark beside a verified file: its checksum, and the size and time it had then. While these stay the same, the file is not hashed again.
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { temporaryPath } from './temporary.ts';

const markSchema = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), numBytes: z.number(), mtimeMs: z.number() });

/** The checksum that the mark at markPath vouches for; undefined when there is none, or the file changed since. */
export async function readMark(filePath: string, markPath: string): Promise<string | undefined> {
  const text = await readFile(markPath, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const mark = markSchema.safeParse(parseJson(text));
  if (!mark.success) return undefined;
  const { size, mtimeMs } = await stat(filePath);
  return mark.data.numBytes === size && mark.data.mtimeMs === mtimeMs ? mark.data.sha256 : undefined;
}

export async function writeMark(filePath: string, markPath: string, sha256: string): Promise<void> {
  const { size, mtimeMs } = await stat(filePath);
  const temporary = temporaryPath(markPath);
  try {
    await writeFile(temporary, JSON.stringify({ sha256, numBytes: size, mtimeMs }));
    await rename(temporary, markPath);
  } catch (error) {
    // A store that is read-only (a mounted volume) works without marks, only slower.
    if (!['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a half-written or foreign file vouches for nothing
  }
}
