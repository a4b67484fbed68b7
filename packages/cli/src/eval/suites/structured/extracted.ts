// Text of a piece of HTML as Lectern extracts it, and where marked nodes stand in it.
import { DEFAULT_EXTRACT_LIMITS, extractDocument } from '@lectern/reader';
import { type HtmlNode, htmlOf, childrenOf } from './html-sections.ts';

/** Private use: stands before a node's text while it is extracted. */
const MARK = '\uE000';

export async function extractedText(html: string): Promise<string> {
  const { text } = await extractDocument(Buffer.from(`<!DOCTYPE html><html><body>${html}</body></html>`), { mediaType: 'text/html', name: 'part.html' }, DEFAULT_EXTRACT_LIMITS);
  return text.trim();
}

/** UTF-16 offsets at which the text of each node begins; undefined for one without text. `nodes` in the document's order. */
export async function offsetsOf(parts: readonly HtmlNode[], nodes: readonly HtmlNode[]): Promise<Array<number | undefined>> {
  const firsts = nodes.map(firstText);
  for (const first of firsts) if (first !== undefined) first.data = first.data.replace(/^(\s*)/u, `$1${MARK}`);
  const marked = await extractedText(htmlOf(parts));
  for (const first of firsts) if (first !== undefined) first.data = first.data.replace(MARK, '');
  let at = -1;
  let before = 0;
  return firsts.map((first) => {
    if (first === undefined) return undefined;
    at = marked.indexOf(MARK, at + 1);
    return at < 0 ? undefined : at - before++;
  });
}

type TextNode = Extract<HtmlNode, { data: string }>;
function firstText(node: HtmlNode): TextNode | undefined {
  if (node.type === 'text' && /\S/u.test(node.data)) return node;
  for (const child of childrenOf(node)) {
    const found = firstText(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function lineAt(text: string, start: number): { text: string; start: number } {
  const end = text.indexOf('\n', start);
  return { text: text.slice(start, end < 0 ? text.length : end), start };
}
