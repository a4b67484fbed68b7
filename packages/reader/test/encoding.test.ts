// Old text files: UTF-16 without a mark, the 8-bit and East Asian encodings, declared and told by their bytes; nothing is ever replaced.
import { describe, expect, test } from 'vitest';
import { declarationParagraphs, LANGUAGES } from '../../../tests/support/languages.ts';
import { decodeText, looksLikeUtf16 } from '../src/extract/encoding.ts';
import { extractDocument } from '../src/extract/index.ts';
import { detectMediaType } from '../src/extract/media-type.ts';

const LIMITS = { maxBytes: 1e7, maxChars: 1e6, maxPages: 10 };
const textOf = (name: string): string => declarationParagraphs(LANGUAGES.find((language) => language.name === name)!).join('\n');

/** The decoder turned round: one and two byte codes. */
function encoderOf(encoding: string): Map<string, number[]> {
  const codes = new Map<string, number[]>();
  const add = (bytes: number[]): void => {
    try {
      const decoder = new TextDecoder(encoding, { fatal: true });
      const char = decoder.decode(Uint8Array.from(bytes), { stream: true }) + decoder.decode();
      if ([...char].length === 1 && !codes.has(char)) codes.set(char, bytes);
    } catch { /* no code */ }
  };
  for (let first = 0; first < 256; first++) add([first]);
  if (!/^(windows|koi8|iso)/.test(encoding)) for (let first = 0x81; first < 255; first++) for (let second = 0x40; second < 255; second++) add([first, second]);
  return codes;
}

/** Characters that the encoding lacks are left out on both sides. */
function encode(text: string, encoding: string): { bytes: Buffer; text: string } {
  const codes = encoderOf(encoding);
  const kept = [...text].filter((char) => codes.has(char));
  return { bytes: Buffer.from(kept.flatMap((char) => codes.get(char)!)), text: kept.join('') };
}

describe('told by their bytes', () => {
  test.each([
    ['Russian', 'windows-1251'], ['Russian', 'koi8-r'], ['Russian', 'iso-8859-5'], ['Greek', 'windows-1253'], ['German', 'windows-1252'], ['Chinese', 'gb18030'], ['Chinese', 'big5'],
    ['Japanese', 'shift_jis'], ['Japanese', 'euc-jp'], ['Hebrew', 'windows-1255'], ['Arabic', 'windows-1256'], ['Thai', 'windows-874'],
  ])('%s in %s', (name, encoding) => {
    const whole = encode(textOf(name), encoding);
    expect(decodeText(whole.bytes).text).toBe(whole.text);
    const short = encode(textOf(name).slice(200, 700), encoding);
    expect(decodeText(short.bytes).text).toBe(short.text);
  });

  test('curly quotes, dashes and the euro of windows-1252', () => {
    const { bytes, text } = encode('“It’s here” – he said… €5 for the café, naïve as ever, déjà vu.', 'windows-1252');
    expect(decodeText(bytes)).toEqual({ text, encoding: 'windows-1252' });
  });

  test('UTF-16 of either order, without a mark', async () => {
    for (const name of ['English', 'Russian', 'Chinese', 'Thai']) {
      const text = `${textOf(name)}\nA line in English.\n`;
      const little = Buffer.from(text, 'utf16le');
      expect(looksLikeUtf16(little)).toBe('utf-16le');
      expect(decodeText(little)).toEqual({ text, encoding: 'utf-16le' });
      expect(decodeText(Buffer.from(little).swap16())).toEqual({ text, encoding: 'utf-16be' });
      expect(detectMediaType('a.txt', little.subarray(0, 4096))).toBe('text/plain');
    }
  });

  test.each([['a stray zero', Buffer.from('ab\0cd, and more text follows here')], ['zeros at even offsets among ASCII', Buffer.from('a\0bcde\0fghijklmnopqrstuvwx')], ['all zeros', Buffer.alloc(64)], ['a program', Buffer.from('7f454c4602010100000000000000000003003e0001000000', 'hex')]])(
    '%s is no UTF-16', (_, bytes) => {
      expect(looksLikeUtf16(bytes)).toBeUndefined();
      expect(() => decodeText(bytes)).toThrow(/NUL/);
    });
});

describe('declared', () => {
  test.each([
    ['XML', '<?xml version="1.0" encoding="windows-1251"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>TEXT</p></body></html>'],
    ['HTML', '<!doctype html><html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1251"></head><body><p>TEXT</p></body></html>'],
  ])('in %s', async (_, page) => {
    const { bytes } = encode(page.replace('TEXT', 'Да'), 'windows-1251'); // far too short to be told by its bytes
    expect((await extractDocument(bytes, { mediaType: 'text/html', name: 'x' }, LIMITS)).text).toBe('Да\n');
  });
});

describe('XHTML', () => {
  test('closes what HTML leaves open, and reads CDATA', async () => {
    const source = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a.js"/></head><body><p>One <a id="x"/>two.</p><div/><p><![CDATA[a < b]]> &amp; &nbsp;&eacute;</p></body></html>';
    expect(detectMediaType('a.xhtml', Buffer.from(source))).toBe('text/html');
    const { text, title } = await extractDocument(Buffer.from(source), { mediaType: 'text/html', name: 'x' }, LIMITS);
    expect(text).toBe('One two.\n\na < b & \u00a0é\n');
    expect(title).toBe('');
  });

  test('declared entities are never expanded', async () => {
    const source = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "${'b'.repeat(1000)}">]><html xmlns="http://www.w3.org/1999/xhtml"><body>${'&a;'.repeat(1000)}</body></html>`;
    expect((await extractDocument(Buffer.from(source), { mediaType: 'text/html', name: 'x' }, LIMITS)).text.length).toBeLessThan(10_000);
  });
});

describe('lines made to take long', () => {
  test.each([
    ['text/html' as const, '<p>', 'word '], ['text/markdown' as const, '', 'word *and* [link](x) '], ['text/markdown' as const, '', '> '], ['text/markdown' as const, '', '['], ['text/markdown' as const, '', '[[[[[[[\n'],
    ['text/markdown' as const, '', '- - - - - - - - a\n'], ['text/markdown' as const, '', '- a\n'], ['text/markdown' as const, '', '> > > > > > > > a\n'], ['text/markdown' as const, '', '- - '],
  ])('%s of %j and many %j', async (mediaType, start, part) => {
    const started = performance.now();
    const { text } = await extractDocument(Buffer.from(`${start}${part.repeat(60_000 / part.length)}\n\n# End\n`), { mediaType, name: 'x' }, LIMITS);
    expect(text.length).toBeGreaterThan(50_000);
    expect(performance.now() - started).toBeLessThan(15_000); // at most 0.5 s on an idle core
  });
});
