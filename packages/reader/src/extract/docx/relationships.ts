// Where the parts of a Word file lie: the main document by the package's relationships, its styles and notes by its own.
import { posix } from 'node:path';
import type { Archive } from '../archive/archive.ts';
import { refused } from '../archive/limits.ts';
import { parseXml } from '../xml.ts';

export interface DocxParts {
  document: string;
  styles?: string;
  footnotes?: string;
  endnotes?: string;
  properties?: string;
}

export async function findParts(archive: Archive): Promise<DocxParts> {
  const ofPackage = await relationships(archive, '');
  const document = ofPackage.get('officeDocument') ?? 'word/document.xml';
  if (!archive.has(document)) throw refused(`it is no Word document: it holds no ${document}`);
  const ofDocument = await relationships(archive, document);
  const parts: DocxParts = { document };
  for (const kind of ['styles', 'footnotes', 'endnotes'] as const) {
    const target = ofDocument.get(kind);
    if (target !== undefined && archive.has(target)) parts[kind] = target;
  }
  const properties = ofPackage.get('core-properties');
  if (properties !== undefined && archive.has(properties)) parts.properties = properties;
  return parts;
}

/** Last part of the relationship's type -> path in the archive; external targets are left out. */
async function relationships(archive: Archive, part: string): Promise<Map<string, string>> {
  const folder = posix.dirname(part);
  const name = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  const found = new Map<string, string>();
  if (!archive.has(name)) return found;
  await parseXml(name, archive.stream(name), {
    open(element, { Type = '', Target = '', TargetMode = '' }) {
      if (element !== 'Relationship' || TargetMode === 'External') return;
      const kind = Type.slice(Type.lastIndexOf('/') + 1);
      if (!found.has(kind)) found.set(kind, Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target));
    },
  });
  return found;
}
