// An HTML page as what stands under each of its headings.
import { DomUtils, parseDocument } from 'htmlparser2';

export type HtmlNode = ReturnType<typeof parseDocument>['children'][number];

export interface HtmlSection {
  /** Open headings as elements, outermost first. */
  headings: readonly string[];
  /** Text of the innermost one, without its permanent link. */
  title: string;
  nodes: HtmlNode[];
}

const HEADING = /^h([1-6])$/u;
export const tagOf = (node: HtmlNode): string | undefined => ('name' in node ? node.name : undefined);
export const classesOf = (node: HtmlNode): string[] => ('attribs' in node ? (node.attribs['class'] ?? '').split(/\s+/u) : []);
export const childrenOf = (node: HtmlNode): HtmlNode[] => ('children' in node ? (node.children as HtmlNode[]) : []);
export const textOf = (node: HtmlNode): string => DomUtils.textContent(node).replace(/\s+/gu, ' ').trim();
export const htmlOf = (nodes: readonly HtmlNode[]): string => `<section>${nodes.map((node) => DomUtils.getOuterHTML(node)).join('')}</section>`;

/** `startsOwn`: nodes that make a section alone, under the headings open there. */
export function sectionsOf(html: string, isRoot: (node: HtmlNode) => boolean, startsOwn: (node: HtmlNode) => boolean): HtmlSection[] {
  const root = DomUtils.findOne((node) => isRoot(node), parseDocument(html).children);
  if (root === null) return [];
  const sections: HtmlSection[] = [];
  let open: Array<{ level: number; html: string; title: string }> = [];
  let current: HtmlSection | undefined;
  const begin = (): HtmlSection => {
    current = { headings: open.map((heading) => heading.html), title: open.at(-1)?.title ?? '', nodes: [] };
    sections.push(current);
    return current;
  };
  const walk = (nodes: readonly HtmlNode[]): void => {
    for (const node of nodes) {
      const level = Number(HEADING.exec(tagOf(node) ?? '')?.[1] ?? 0);
      if (level > 0) {
        while (open.length > 0 && (open.at(-1) as { level: number }).level >= level) open.pop();
        open.push({ level, html: DomUtils.getOuterHTML(node), title: textOf(node).replace(/[¶#]$/u, '') });
        current = undefined;
      } else if (DomUtils.existsOne((inner) => HEADING.test(inner.name), childrenOf(node))) {
        const before = [...open];
        walk(childrenOf(node));
        if (tagOf(node) === 'section') { // headings end with it
          open = before;
          current = undefined;
        }
      } else if (startsOwn(node)) {
        begin().nodes.push(node);
        current = undefined;
      } else if (current !== undefined || textOf(node) !== '') {
        (current ?? begin()).nodes.push(node);
      }
    }
  };
  walk(childrenOf(root as HtmlNode));
  return sections;
}
