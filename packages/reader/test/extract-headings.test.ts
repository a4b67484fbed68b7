// Where headings end and what is one, as real documents have it: sections, definition lists and permanent links of HTML manuals,
// settings before Markdown, manual pages as plain text.
import type { MediaType } from '@lectern/shared';
import { describe, expect, test } from 'vitest';
import { TrailWalker } from '../src/chunk/trail.ts';
import { DEFAULT_EXTRACT_LIMITS, extractDocument } from '../src/index.ts';
import { makeDocx } from './make-docx.ts';
import { makeEpub } from './make-epub.ts';
import { makePdf } from './make-pdf.ts';

const extract = (source: string | Buffer, mediaType: MediaType) => extractDocument(Buffer.from(source), { mediaType, name: 'x' }, DEFAULT_EXTRACT_LIMITS);

/** The trail where each of the words stands; the words in the text's order. */
async function trailsAt(source: string | Buffer, mediaType: MediaType, words: readonly string[]): Promise<string[]> {
  const { text, title, headings } = await extract(source, mediaType);
  const walker = new TrailWalker(title, headings);
  expect(headings.every((heading, i) => i === 0 || heading.startChar >= (headings[i - 1]?.startChar ?? 0)), 'headings in order').toBe(true);
  return words.map((word) => {
    const at = text.indexOf(word);
    expect(at, word).toBeGreaterThanOrEqual(0);
    return walker.at(at).join(' > ');
  });
}
const html = (body: string, words: string[]): Promise<string[]> => trailsAt(`<!DOCTYPE html><html><body>${body}</body></html>`, 'text/html', words);

describe('HTML', () => {
  test('a heading ends with its section, and those around it are open again', async () => {
    expect(await html(
      '<h1>Manual</h1><section><h2>Contents</h2><p>alpha</p></section><div><h3>Synopsis</h3><p>beta</p></div><h2>Use</h2><p>gamma</p>'
      + '<aside><h2>Advice</h2><p>delta</p><h3>More</h3><p>epsilon</p></aside><p>zeta</p>',
      ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'],
    )).toEqual(['Manual > Contents', 'Manual > Synopsis', 'Manual > Use', 'Manual > Advice', 'Manual > Advice > More', 'Manual > Use']);
  });

  test("a banner's first-level heading stays the page's", async () => {
    expect(await html('<section class="hero"><h1>Site</h1></section><section><h2>Install</h2><p>alpha</p></section><p>beta</p>', ['alpha', 'beta'])).toEqual(['Site > Install', 'Site']);
  });

  test('terms that can be linked to are headings of what describes them, and end with their list', async () => {
    expect(await html(
      '<h1>Pools</h1><dl class="py class"><dt id="pool.Pool">class <b>Pool</b>(recycle=-1)<a class="headerlink" href="#pool.Pool">¶</a></dt><dd><p>alpha</p>'
      + '<dl class="py method"><dt id="pool.Pool.connect">Pool.connect()</dt><dd><dl class="field-list"><dt>Returns</dt><dd>beta</dd></dl></dd></dl>'
      + '<dl class="py method"><dt id="pool.Pool.dispose">Pool.dispose()</dt><dd>gamma</dd></dl><p>delta</p></dd></dl><p>epsilon</p>',
      ['alpha', 'beta', 'gamma', 'delta', 'epsilon'],
    )).toEqual([
      'Pools > class Pool(recycle=-1)', 'Pools > class Pool(recycle=-1) > Pool.connect()', 'Pools > class Pool(recycle=-1) > Pool.dispose()',
      'Pools > class Pool(recycle=-1)', 'Pools',
    ]);
  });

  test('several terms with one description are one heading; the next term begins another', async () => {
    expect(await html('<h2>Options</h2><dl><dt id="a">-a</dt><dt id="all">--all</dt><dd>alpha</dd><dt id="b">-b</dt><dd>beta</dd></dl>', ['alpha', 'beta']))
      .toEqual(['Options > -a, --all', 'Options > -b']);
  });

  test('the marks of permanent links are no text; links that hold the words of a heading are', async () => {
    const { text, headings } = await extract(
      '<html><body><h2>One<a class="headerlink" href="#one">¶</a></h2><p>x</p><h2><a class="header-anchor" href="#two">#</a> Two</h2><p>y</p><h2><a class="permalink" href="#n">NAME</a></h2></body></html>', 'text/html');
    expect(headings.map(({ title }) => title)).toEqual(['One', 'Two', 'NAME']);
    expect(text).toBe('One\n\nx\n\nTwo\n\ny\n\nNAME\n');
  });

  test("an item's text stands beside its mark, whether it is a paragraph, a list or nothing", async () => {
    const { text } = await extract('<ul><li> <p>one</p><p>more</p></li><li></li><li>\n<div>two</div></li><li><ul><li>three</li></ul></li></ul><p>after</p>', 'text/html');
    expect(text).toBe('- one\n\nmore\n\n- \n- two\n- - three\n\nafter\n');
  });

  test('deep lists and many sections take linear time', async () => {
    const source = `${'<dl><dt id="x">t</dt><dd>'.repeat(4_000)}<p>alpha</p>${'</dd></dl>'.repeat(4_000)}${'<h2>a</h2><h3>b</h3><section><h2>c</h2><p>d</p></section>'.repeat(4_000)}`;
    const { headings } = await extract(source, 'text/html');
    expect(headings.length).toBeLessThan(60_000);
  });
});

describe('EPUB', () => {
  test('a term near an anchor does not stand for the chapter of the table of contents', async () => {
    const bytes = makeEpub({
      chapters: [{ path: 'a.xhtml', body: '<p id="c1">one</p><dl><dt id="t">term</dt><dd>alpha</dd></dl><p>beta</p>' }],
      nav: '<li><a href="a.xhtml#c1">Chapter one</a></li>',
    });
    expect(await trailsAt(bytes, 'application/epub+zip', ['alpha', 'beta'])).toEqual([expect.stringMatching(/Chapter one > term$/), expect.stringMatching(/Chapter one$/)]);
  });
});

describe('Markdown', () => {
  test('settings before the text are no heading, and give the title', async () => {
    for (const fence of ['---', '+++']) {
      const sign = fence === '---' ? ': ' : ' = ';
      const source = `${fence}\ntitle${sign}"The settings"\nsection${sign}7\ntags${sign}\n  - a\n${fence}\n\n### One\n\nalpha\n`;
      const { text, title, headings } = await extract(source, 'text/markdown');
      expect({ text, title }).toEqual({ text: source, title: 'The settings' });
      expect(headings).toEqual([{ level: 3, title: 'One', startChar: source.indexOf('###') }]);
    }
  });

  test('text between two rules is no settings', async () => {
    expect((await extract('---\nSome words and more.\n\n# Yes\n\n---\n', 'text/markdown')).headings.map(({ title }) => title)).toEqual(['Yes']);
    expect((await extract('---\nkey: never closed\n\n# Yes\n', 'text/markdown')).headings.map(({ title }) => title)).toEqual(['Yes']);
  });

  test('of several first-level headings none is the title of what stands under the others', async () => {
    expect(await trailsAt('# Norway\n\n## Area\n\nalpha\n\n# Chad\n\n## Area\n\nbeta\n', 'text/markdown', ['alpha', 'beta'])).toEqual(['Norway > Area', 'Chad > Area']);
  });
});

describe('plain text', () => {
  test('manual pages: capitals above what is indented', async () => {
    const page = 'LS(1)              User Commands              LS(1)\n\nNAME\n       ls - list directory contents\n\nDESCRIPTION\n       List alpha.\n\n       WITH CARE\n       beta\n';
    expect(await trailsAt(page, 'text/plain', ['list directory', 'alpha', 'beta'])).toEqual(['NAME', 'DESCRIPTION', 'DESCRIPTION']);
  });

  test('capitals above text that is not indented are none', async () => {
    expect((await extract('Some text.\n\nTHE WHALE\nis what they called it.\n', 'text/plain')).headings).toEqual([]);
  });
});

describe('the same two entries with the same field have their own trails in every format', () => {
  const marked = '<h1>Norland</h1><h2>Area</h2><p>alpha</p><h1>Chadia</h1><h2>Area</h2><p>beta</p>';
  const paragraph = (text: string, style?: string): string => `<w:p>${style === undefined ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t>${text}</w:t></w:r></w:p>`;
  const entry = (name: string, word: string): string => paragraph(name, 'berschrift1') + paragraph('Area', 'berschrift2') + paragraph(word);
  const page = (...lines: string[]) => ({ lines: lines.map((text, i) => ({ text, y: 700 - 40 * i })) });
  const bookmark = (title: string, on: number) => ({ title, page: on, children: [{ title: 'Area', page: on }] });
  const formats: Array<[MediaType, string | Buffer, string[]]> = [
    ['text/markdown', '# Norland\n\n## Area\n\nalpha\n\n# Chadia\n\n## Area\n\nbeta\n', ['Norland > Area', 'Chadia > Area']],
    ['text/html', `<html><body>${marked}</body></html>`, ['Norland > Area', 'Chadia > Area']],
    ['application/epub+zip', makeEpub({ title: 'Lands', chapters: [{ path: 'a.xhtml', body: marked }] }), ['Lands > Norland > Area', 'Lands > Chadia > Area']],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', makeDocx(entry('Norland', 'alpha') + entry('Chadia', 'beta')), ['Norland > Area', 'Chadia > Area']],
    ['application/pdf', makePdf([page('Norland', 'Area', 'alpha'), page('Chadia', 'Area', 'beta')], { outline: [bookmark('Norland', 0), bookmark('Chadia', 1)] }), ['Norland > Area', 'Chadia > Area']],
    ['text/plain', 'Chapter 1. Norland\n\nAREA\n\nalpha\n\nChapter 2. Chadia\n\nAREA\n\nbeta\n', ['Chapter 1. Norland > AREA', 'Chapter 2. Chadia > AREA']],
  ];
  test.each(formats)('%s', async (mediaType, source, trails) => expect(await trailsAt(source, mediaType, ['alpha', 'beta'])).toEqual(trails));
});
