// An EPUB's table of contents: EPUB 3 navigation document or EPUB 2 NCX -> titles with their place.
import { posix } from 'node:path';
import type { Archive } from '../archive/archive.ts';
import { parseXml, type XmlHandlers } from '../xml.ts';
import { archivePath, decoded, type EpubPackage } from './package.ts';

export interface TocEntry {
  title: string;
  level: number; // 1 is the outermost
  path: string; // in the archive
  fragment?: string;
}

const MAX_ENTRIES = 20_000;
const MAX_LEVEL = 6;

export async function readToc(archive: Archive, toc: EpubPackage['toc']): Promise<TocEntry[]> {
  if (toc === undefined) return [];
  const entries: TocEntry[] = [];
  const folder = posix.dirname(toc.path);
  const add = (title: string, level: number, href: string): void => {
    const plain = title.replace(/\s+/g, ' ').trim();
    if (plain === '' || href === '' || entries.length >= MAX_ENTRIES) return;
    const fragment = href.split('#')[1];
    entries.push({ title: plain, level: Math.min(MAX_LEVEL, Math.max(1, level)), path: archivePath(folder, href), ...(fragment ? { fragment: decoded(fragment) } : {}) });
  };
  await parseXml(toc.path, archive.stream(toc.path), toc.kind === 'nav' ? navHandlers(add) : ncxHandlers(add), { doctype: 'external' });
  return entries;
}

type Add = (title: string, level: number, href: string) => void;

function navHandlers(add: Add): XmlHandlers {
  let inToc = false;
  let depth = 0;
  let href: string | undefined;
  let title = '';
  return {
    open(name, attributes) {
      // A navigation document also lists pages and landmarks.
      if (name === 'nav') inToc = (attributes['type'] ?? 'toc').split(/\s+/).includes('toc');
      if (!inToc) return;
      if (name === 'ol') depth++;
      if (name === 'a') {
        href = attributes['href'] ?? '';
        title = '';
      }
    },
    text(data) { title += data; },
    close(name) {
      if (name === 'nav') inToc = false;
      if (!inToc) return;
      if (name === 'ol') depth--;
      if (name === 'a' && href !== undefined) {
        add(title, depth, href);
        href = undefined;
      }
    },
  };
}

function ncxHandlers(add: Add): XmlHandlers {
  const open: Array<{ title: string; isAdded: boolean }> = [];
  let inMap = false;
  let inText = false;
  return {
    open(name, { src }) {
      if (name === 'navMap') inMap = true;
      if (!inMap) return;
      if (name === 'navPoint') open.push({ title: '', isAdded: false });
      inText = name === 'text';
      const point = open.at(-1);
      if (name === 'content' && point !== undefined && !point.isAdded) {
        point.isAdded = true;
        add(point.title, open.length, src ?? '');
      }
    },
    text(data) {
      const point = open.at(-1);
      if (inText && point !== undefined) point.title += data;
    },
    close(name) {
      if (name === 'text') inText = false;
      if (name === 'navPoint') open.pop();
      if (name === 'navMap') inMap = false;
    },
  };
}
