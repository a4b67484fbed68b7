// Builds small EPUB files for tests.
import { makeZip, type ZipEntry } from './make-zip.ts';

export interface EpubOptions {
  title?: string;
  /** Content files in reading order: path below OEBPS, and the inner XHTML of body (or the whole file). */
  chapters: ReadonlyArray<{ path: string; body: string }>;
  /** Inner XHTML of the toc's outermost <ol>, and where the navigation document is. */
  nav?: string;
  /** Inner XML of navMap (EPUB 2). */
  ncx?: string;
  parts?: readonly ZipEntry[];
}

export function makeEpub({ title = 'A book', chapters, nav, ncx, parts = [] }: EpubOptions): Buffer {
  const items = chapters.map(({ path }, i) => `<item id="c${i}" href="${encodeURI(path)}" media-type="application/xhtml+xml"/>`).join('')
    + (nav === undefined ? '' : '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>')
    + (ncx === undefined ? '' : '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>');
  const spine = (nav === undefined ? '' : '<itemref idref="nav"/>') + chapters.map((_, i) => `<itemref idref="c${i}"/>`).join('');
  const entries: ZipEntry[] = [
    { name: 'mimetype', data: 'application/epub+zip', isStored: true },
    { name: 'META-INF/container.xml', data: '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>' },
    { name: 'OEBPS/content.opf', data: `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${title}</dc:title><dc:creator>Nobody</dc:creator></metadata><manifest>${items}</manifest><spine toc="ncx">${spine}</spine></package>` },
    ...chapters.map(({ path, body }) => ({ name: `OEBPS/${path}`, data: body.startsWith('<?xml') ? body : xhtml(body) })),
    ...(nav === undefined ? [] : [{ name: 'OEBPS/nav.xhtml', data: xhtml(`<nav epub:type="toc"><h1>Contents</h1><ol>${nav}</ol></nav><nav epub:type="landmarks"><ol><li><a href="one.xhtml">Cover</a></li></ol></nav>`) }]),
    ...(ncx === undefined ? [] : [{ name: 'OEBPS/toc.ncx', data: `<?xml version="1.0"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd"><ncx><docTitle><text>x</text></docTitle><navMap>${ncx}</navMap></ncx>` }]),
  ];
  return makeZip([...entries.filter((entry) => !parts.some((other) => other.name === entry.name)), ...parts]);
}

const xhtml = (body: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title/><script src="x.js"/></head><body>${body}</body></html>`;
