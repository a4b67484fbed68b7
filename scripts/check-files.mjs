// File lengths and ARCHITECTURE.md: prints the median and every file over 300 lines; over 500 needs a line 'Long because ...' in its head.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const LOOK_AGAIN = 300; // lines
const NEEDS_REASON = 500; // lines
const MAX_ARCHITECTURE = 80; // lines

const linesOf = (file) => readFileSync(`${root}/${file}`, 'utf8').trimEnd().split('\n');
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
const sources = listed.split('\n').filter((f) => /\.(ts|mjs|cpp|h|inc|sh)$|^lectern$|^\.ci\/run$/.test(f) && existsSync(`${root}/${f}`));
const lengths = sources.map((file) => ({ file, lines: linesOf(file) })).sort((a, b) => b.lines.length - a.lines.length);

let failed = false;
console.log(`${lengths.length} source files, median ${lengths[lengths.length >> 1]?.lines.length ?? 0} lines`);
for (const { file, lines } of lengths.filter((f) => f.lines.length > LOOK_AGAIN)) {
  const reason = lines.slice(0, 8).find((line) => line.includes('Long because'));
  const verdict = lines.length <= NEEDS_REASON ? 'look again' : (reason ?? 'FAILED: over 500 lines without a reason');
  if (lines.length > NEEDS_REASON && !reason) failed = true;
  console.log(`${String(lines.length).padStart(5)}  ${file}  ${verdict}`);
}

const numLines = linesOf('ARCHITECTURE.md').length;
if (numLines > MAX_ARCHITECTURE) {
  console.log(`FAILED: ARCHITECTURE.md has ${numLines} lines; at most ${MAX_ARCHITECTURE}`);
  failed = true;
}
process.exit(failed ? 1 : 0);
