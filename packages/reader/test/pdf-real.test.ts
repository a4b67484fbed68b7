// A real manual of some two hundred pages, out of Debian's bash-doc: pages, bookmarks, running heads.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { extractPdf } from '../src/extract/pdf/pdf.ts';

/** Undefined where there is no apt, or it reaches no archive. */
function manual(): Buffer | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-deb-'));
  try {
    execFileSync('apt-get', ['download', '-q', 'bash-doc'], { cwd: folder, stdio: 'pipe', timeout: 60_000 });
    const [archive] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
    execFileSync('dpkg-deb', ['-x', archive, 'out'], { cwd: folder, stdio: 'pipe' });
    return readFileSync(join(folder, 'out/usr/share/doc/bash/bashref.pdf'));
  } catch (error) {
    if (process.env['CI']) throw error;
    console.warn(`skipped: Debian's bash-doc cannot be had here: ${(error as Error).message.split('\n')[0]}`);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('the manual of bash', async (context) => {
  const bytes = manual();
  if (bytes === undefined) return context.skip();
  const { text, pages, headings, notes } = await extractPdf(bytes, { maxBytes: 1e8, maxChars: 1e7, maxPages: 1000 });
  const points = [...text];
  expect(pages.length).toBeGreaterThan(150);
  for (const [i, page] of pages.entries()) expect(page.startChar).toBe(i === 0 ? 0 : pages[i - 1].endChar);
  expect(pages.at(-1)!.endChar).toBe(points.length);

  expect(headings.length).toBeGreaterThan(100);
  expect(new Set(headings.map((h) => h.level)).size).toBeGreaterThanOrEqual(3);
  const atTitle = headings.filter(({ title, startChar }) => points.slice(startChar, startChar + title.length + 40).join('').replace(/\s+/g, ' ').includes(title));
  expect(atTitle.length / headings.length).toBeGreaterThan(0.95);

  const [, numLines, numPages] = /^running heads, feet and page numbers were left out: (\d+) lines on (\d+) pages$/.exec(notes[0])!.map(Number);
  expect(numPages / pages.length).toBeGreaterThan(0.95);
  expect(numLines).toBeLessThan(1.2 * pages.length);
  expect(text.split('\n').filter((line) => /^(?:Chapter \d+: .* \d{1,3}|\d{2,3})$/.test(line))).toEqual([]); // '0' is an item of a list
  expect(text.match(/\p{Ll}- \p{Ll}/gu)!.length).toBeLessThan(10); // 'meta- and control prefixes'; a thousand line ends are hyphenated
}, 180_000);
