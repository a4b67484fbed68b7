// A Word file's paragraph styles: which are headings, of what level, and which is the title. Names of built-in styles are English in every language.
import type { Archive } from '../archive/archive.ts';
import { parseXml } from '../xml.ts';

export type ParagraphRole = { heading: number } | 'title' | undefined; // heading: 1 is the outermost

interface Style {
  name: string;
  basedOn?: string;
  outlineLevel?: number; // 0 is the outermost, 9 body text
  isListed?: boolean;
}

const MAX_INHERITANCE = 20;

export class Styles {
  readonly #styles = new Map<string, Style>();

  static async read(archive: Archive, part: string | undefined): Promise<Styles> {
    const styles = new Styles();
    if (part === undefined) return styles;
    let style: Style | undefined;
    await parseXml(part, archive.stream(part), {
      open(name, { styleId, type, val }) {
        if (name === 'style' && styleId !== undefined && (type ?? 'paragraph') === 'paragraph') {
          style = { name: '' };
          styles.#styles.set(styleId, style);
        } else if (style !== undefined && val !== undefined) {
          if (name === 'name') style.name = val;
          if (name === 'basedOn') style.basedOn = val;
          if (name === 'outlineLvl') style.outlineLevel = Number(val);
        }
        if (name === 'numPr' && style !== undefined) style.isListed = true;
      },
      close(name) {
        if (name === 'style') style = undefined;
      },
    });
    return styles;
  }

  roleOf(id: string): ParagraphRole {
    for (const style of this.#ancestry(id)) {
      if (style.outlineLevel !== undefined) return roleOfLevel(style.outlineLevel);
      const named = /^heading ([1-9])$/i.exec(style.name);
      if (named !== null) return { heading: Number(named[1]) };
      if (/^title$/i.test(style.name)) return 'title';
    }
    return undefined;
  }

  isListed(id: string): boolean {
    return this.#ancestry(id).some((style) => style.isListed === true);
  }

  /** The style and what it is based on; a circle ends. */
  #ancestry(id: string): Style[] {
    const found: Style[] = [];
    for (let at: string | undefined = id; at !== undefined && found.length < MAX_INHERITANCE; ) {
      const style = this.#styles.get(at);
      if (style === undefined) break;
      found.push(style);
      at = style.basedOn;
    }
    return found;
  }
}

export const roleOfLevel = (outlineLevel: number): ParagraphRole => (outlineLevel >= 0 && outlineLevel < 9 ? { heading: outlineLevel + 1 } : undefined);
