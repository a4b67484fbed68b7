// Builds small Word files for tests.
import { makeZip, type ZipEntry } from './make-zip.ts';

export const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';

const STYLES = `${XML}<w:styles ${W}>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="My own"/><w:basedOn w:val="berschrift2"/></w:style>
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Circle"><w:name w:val="Circle"/><w:basedOn w:val="Circle"/></w:style>
</w:styles>`;

export interface DocxOptions {
  title?: string;
  footnotes?: string; // inner XML
  /** Added, or in place of the part of the same name. */
  parts?: readonly ZipEntry[];
  mainType?: string;
}

/** `body`: inner XML of w:body. */
export function makeDocx(body: string, options: DocxOptions = {}): Buffer {
  const relation = (id: string, type: string, target: string): string => `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`;
  const relations = (inner: string): string => `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${inner}</Relationships>`;
  const mainType = options.mainType ?? 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';
  const entries: ZipEntry[] = [
    { name: '[Content_Types].xml', data: `${XML}<Types><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document2.xml" ContentType="${mainType}"/></Types>` },
    { name: '_rels/.rels', data: relations(relation('a', `${RELATIONSHIPS}/officeDocument`, '/word/document2.xml') + relation('b', 'http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties', 'docProps/core.xml')) },
    { name: 'word/document2.xml', data: `${XML}<w:document ${W}><w:body>${body}</w:body></w:document>` },
    { name: 'word/_rels/document2.xml.rels', data: relations(relation('a', `${RELATIONSHIPS}/styles`, 'styles.xml') + relation('b', `${RELATIONSHIPS}/footnotes`, 'footnotes.xml')
      + `<Relationship Id="c" Type="${RELATIONSHIPS}/hyperlink" Target="http://example.org/" TargetMode="External"/>`) },
    { name: 'word/styles.xml', data: STYLES },
    ...(options.footnotes === undefined ? [] : [{ name: 'word/footnotes.xml', data: `${XML}<w:footnotes ${W}>${options.footnotes}</w:footnotes>` }]),
    ...(options.title === undefined ? [] : [{ name: 'docProps/core.xml', data: `${XML}<cp:coreProperties xmlns:cp="x" xmlns:dc="y"><dc:title>${options.title}</dc:title><dc:creator>Nobody</dc:creator></cp:coreProperties>` }]),
  ];
  const given = options.parts ?? [];
  return makeZip([...entries.filter((entry) => !given.some((other) => other.name === entry.name)), ...given]);
}

export const paragraph = (text: string, style?: string): string =>
  `<w:p>${style === undefined ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
