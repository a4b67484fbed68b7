// Builds small PDF files for tests: text pages, image-only pages, an outline, and a file that needs a password (RC4, revision 2).
import { createHash } from 'node:crypto';

export interface PdfPage {
  /** Lines with their baseline; size in points. An empty list is a page without text. */
  lines: Array<{ text: string; x?: number; y: number; size?: number }>;
}

export interface PdfBookmark {
  title: string;
  page: number; // 0-based
  /** Points from the bottom; without it the whole page is meant. */
  top?: number;
  /** Through the document's table of names instead of directly. */
  byName?: boolean;
  children?: readonly PdfBookmark[];
}

export interface PdfOptions {
  title?: string;
  outline?: readonly PdfBookmark[];
  /** The user must give this password. */
  password?: string;
}

export function makePdf(pages: readonly PdfPage[], options: PdfOptions = {}): Buffer {
  const objects: string[] = []; // object i + 1
  const add = (body: string): number => objects.push(body);
  const catalog = add('');
  const pageTree = add('');
  const font = add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  const pageIds = pages.map(({ lines }) => {
    const content = lines.map((l) => `BT /F1 ${l.size ?? 12} Tf ${l.x ?? 72} ${l.y} Td (${escaped(l.text)}) Tj ET`).join('\n') || '0.5 g 100 100 300 300 re f';
    const stream = add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
    return add(`<< /Type /Page /Parent ${pageTree} 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 ${font} 0 R >> >> /Contents ${stream} 0 R >>`);
  });
  objects[pageTree - 1] = `<< /Type /Pages /Count ${pages.length} /Kids [${pageIds.map((id) => `${id} 0 R`).join(' ')}] >>`;
  let outlines = '';
  if (options.outline !== undefined) {
    const names: string[] = [];
    const level = (items: readonly PdfBookmark[], parent: number): string => {
      const ids = items.map(() => add(''));
      for (const [i, item] of items.entries()) {
        let dest = `[${pageIds[item.page]} 0 R ${item.top === undefined ? '/Fit' : `/XYZ null ${item.top} null`}]`;
        if (item.byName) {
          names.push(`/dest${names.length} ${dest}`);
          dest = `/dest${names.length - 1}`;
        }
        const children = item.children === undefined ? '' : level(item.children, ids[i]);
        objects[ids[i] - 1] = `<< /Title (${escaped(item.title)}) /Parent ${parent} 0 R /Dest ${dest}${children}`
          + `${i > 0 ? ` /Prev ${ids[i - 1]} 0 R` : ''}${i + 1 < ids.length ? ` /Next ${ids[i + 1]} 0 R` : ''} >>`;
      }
      return ` /First ${ids[0]} 0 R /Last ${ids.at(-1)} 0 R /Count ${ids.length}`;
    };
    const root = add('');
    objects[root - 1] = `<< /Type /Outlines${level(options.outline, root)} >>`;
    outlines = ` /Outlines ${root} 0 R${names.length > 0 ? ` /Dests << ${names.join(' ')} >>` : ''}`;
  }
  objects[catalog - 1] = `<< /Type /Catalog /Pages ${pageTree} 0 R${outlines} >>`;
  const info = options.title === undefined ? '' : ` /Info ${add(`<< /Title (${escaped(options.title)}) >>`)} 0 R`;
  const encrypt = options.password === undefined ? '' : ` /Encrypt ${add(encryptDictionary(options.password))} 0 R /ID [<${ID}> <${ID}>]`;
  let out = '%PDF-1.4\n';
  const offsets = objects.map((body, i) => {
    const offset = out.length;
    out += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((o) => `${String(o).padStart(10, '0')} 00000 n \n`).join('')}`;
  return Buffer.from(`${out}${table}trailer\n<< /Size ${objects.length + 1} /Root ${catalog} 0 R${info}${encrypt} >>\nstartxref\n${out.length}\n%%EOF\n`, 'latin1');
}

const escaped = (text: string): string => text.replace(/[\\()]/g, '\\$&');

const ID = '00112233445566778899aabbccddeeff';
const PADDING = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');

/** Standard security handler, 40-bit RC4 (PDF 1.4, 3.5.2). The streams stay as they are: a reader stops at the password. */
function encryptDictionary(password: string): string {
  const padded = Buffer.concat([Buffer.from(password, 'latin1'), PADDING]).subarray(0, 32);
  const owner = rc4(createHash('md5').update(padded).digest().subarray(0, 5), padded);
  const permissions = Buffer.from([0xfc, 0xff, 0xff, 0xff]);
  const key = createHash('md5').update(padded).update(owner).update(permissions).update(Buffer.from(ID, 'hex')).digest().subarray(0, 5);
  const user = rc4(key, PADDING);
  return `<< /Filter /Standard /V 1 /R 2 /O <${owner.toString('hex')}> /U <${user.toString('hex')}> /P -4 >>`;
}

function rc4(key: Uint8Array, data: Uint8Array): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, i) => i);
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + state[i] + key[i % key.length]) & 255;
    [state[i], state[j]] = [state[j], state[i]];
  }
  let i = 0;
  let j = 0;
  return Buffer.from(data.map((byte) => {
    i = (i + 1) & 255;
    j = (j + state[i]) & 255;
    [state[i], state[j]] = [state[j], state[i]];
    return byte ^ state[(state[i] + state[j]) & 255];
  }));
}
