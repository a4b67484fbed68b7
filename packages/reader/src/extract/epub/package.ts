// An EPUB's package file: title, files in reading order, and where its table of contents is.
import { posix } from 'node:path';
import { ServiceError } from '@lectern/shared';
import type { Archive } from '../archive/archive.ts';
import { checkArchive, refused } from '../archive/limits.ts';
import { parseXml } from '../xml.ts';

export interface EpubPackage {
  title: string;
  /** Paths of the content files in the archive, in reading order; the table of contents itself is left out. */
  spine: string[];
  /** EPUB 3 navigation document, or EPUB 2 NCX. */
  toc?: { path: string; kind: 'nav' | 'ncx' };
}

const CONTAINER = 'META-INF/container.xml';
const MAX_SPINE = 10_000;
const CONTENT_TYPES = new Set(['application/xhtml+xml', 'text/html', 'application/x-dtbook+xml', 'text/x-oeb1-document']);

export async function readPackage(archive: Archive): Promise<EpubPackage> {
  const path = await packagePath(archive);
  const folder = posix.dirname(path);
  const items = new Map<string, { path: string; mediaType: string; properties: string }>();
  const refs: string[] = [];
  let title = '';
  let inTitle = false;
  let ncxId: string | undefined;
  await parseXml(path, archive.stream(path), {
    open(name, { id = '', href = '', 'media-type': mediaType = '', properties = '', idref, toc }) {
      if (name === 'item') items.set(id, { path: archivePath(folder, href), mediaType, properties });
      if (name === 'itemref' && idref !== undefined) refs.push(idref);
      if (name === 'spine') ncxId = toc;
      inTitle = name === 'title' && title === '';
    },
    text(data) {
      if (inTitle) title += data;
    },
    close(name) {
      if (name === 'title') inTitle = false;
    },
  }, { doctype: 'external' });
  checkArchive('the number of files in reading order', refs.length, MAX_SPINE);
  const listed = [...new Set(refs)].flatMap((id) => items.get(id) ?? []);
  const isNav = ({ properties }: { properties: string }): boolean => properties.split(/\s+/).includes('nav');
  const spine = listed.filter((item) => CONTENT_TYPES.has(item.mediaType) && !isNav(item)).map((item) => item.path);
  const missing = spine.find((item) => !archive.has(item));
  if (missing !== undefined) throw refused(`its package names ${missing}, which is not there`, { entry: missing });
  if (spine.length === 0) throw new ServiceError('DOCUMENT_EMPTY', `the EPUB has no content files in its reading order (${path})`);
  const nav = [...items.values()].find((item) => isNav(item) && archive.has(item.path));
  const ncx = items.get(ncxId ?? '') ?? [...items.values()].find((item) => item.mediaType === 'application/x-dtbncx+xml');
  return {
    title: title.replace(/\s+/g, ' ').trim().slice(0, 200), spine,
    ...(nav !== undefined ? { toc: { path: nav.path, kind: 'nav' as const } } : ncx !== undefined && archive.has(ncx.path) ? { toc: { path: ncx.path, kind: 'ncx' as const } } : {}),
  };
}

async function packagePath(archive: Archive): Promise<string> {
  if (!archive.has(CONTAINER)) throw refused(`it is no EPUB: it holds no ${CONTAINER}`);
  let path: string | undefined;
  await parseXml(CONTAINER, archive.stream(CONTAINER), {
    open(name, attributes) {
      if (name === 'rootfile') path ??= attributes['full-path'];
    },
  }, { doctype: 'external' });
  if (path === undefined || !archive.has(path)) throw refused(`${CONTAINER} names ${path === undefined ? 'no package file' : `${path.slice(0, 100)}, which is not there`}`);
  return path;
}

/** A reference in a file of `folder`, without its fragment -> path in the archive. */
export function archivePath(folder: string, href: string): string {
  const [path] = href.split('#');
  return posix.join(folder, decoded(path));
}

export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not percent-encoded after all: many makers forget it
  }
}
