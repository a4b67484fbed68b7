// Writes a golden: an object whose `cases` stand one on a line, so that a diff shows what changed.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAX_BYTES = 300 * 1024;
const FOLDER = fileURLToPath(new URL('../../tests/goldens/', import.meta.url));

export function writeGolden(name, { cases, ...head }) {
  const lines = Object.entries({ version: 1, ...head }).map(([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  const text = `{\n${lines.join('\n')}\n "cases": [\n${cases.map((each) => `  ${JSON.stringify(each)}`).join(',\n')}\n ]\n}\n`;
  const numBytes = Buffer.byteLength(text);
  if (numBytes > MAX_BYTES) throw new Error(`${name} would have ${numBytes} bytes, at most ${MAX_BYTES} are committed`);
  writeFileSync(`${FOLDER}${name}`, text);
  console.log(`${name}: ${cases.length} cases, ${numBytes} bytes`);
}
