// The body of a Word document, or its notes, as a stream of XML events -> text. What was deleted, moved away or hidden is left out.
import type { XmlHandlers } from '../xml.ts';
import type { TextBuilder } from '../text-builder.ts';
import { type ParagraphRole, roleOfLevel, type Styles } from './styles.ts';

/** Whole elements that hold no text of the document, or text that stands elsewhere too. */
const SKIPPED = new Set(['Fallback', 'moveFrom', 'del', 'instrText', 'delText', 'binData', 'docPartObj']);
const OFF = new Set(['0', 'false', 'off']);

export class DocxBody implements XmlHandlers {
  title = '';
  readonly #out: TextBuilder;
  readonly #styles: Styles;
  #skipped = 0;
  #paragraphs = 0; // open ones: text boxes nest
  #tables = 0;
  #role: ParagraphRole;
  #isListed = false;
  #isHeadingOpen = false;
  #headingFrom = 0;
  #inRun = false;
  #isHidden = false;
  #inText = false;
  #isNoteStart = false;

  constructor(out: TextBuilder, styles: Styles) {
    this.#out = out;
    this.#styles = styles;
  }

  open(name: string, attributes: Record<string, string>): void {
    if (this.#skipped > 0 || SKIPPED.has(name)) {
      this.#skipped++;
      return;
    }
    const { val, id } = attributes;
    if (name === 'p') this.#openParagraph();
    else if (name === 'pStyle') this.#style(val ?? '');
    else if (name === 'outlineLvl') this.#role = roleOfLevel(Number(val));
    else if (name === 'numPr') this.#isListed = true;
    else if (name === 'r') this.#openRun();
    else if (name === 'vanish' && this.#inRun) this.#isHidden = !OFF.has(val ?? '1');
    else if (name === 't') this.#inText = this.#paragraphs > 0;
    else if ((name === 'tab' || name === 'ptab') && this.#inRun) this.#text(' ');
    else if (name === 'br' || name === 'cr') this.#break();
    else if (name === 'noBreakHyphen') this.#text('-');
    else if (name === 'footnoteReference' && id !== undefined) this.#text(noteMark('footnote', id));
    else if (name === 'endnoteReference' && id !== undefined) this.#text(noteMark('endnote', id));
    else if (name === 'footnote' || name === 'endnote') this.#openNote(name, attributes);
    else if (name === 'tbl') this.#openTable();
    else if (name === 'tr') this.#out.lineBreak(1);
    else if (name === 'tc' && this.#tables === 1) this.#out.cell();
  }

  text(data: string): void {
    if (this.#inText && this.#skipped === 0) this.#text(data);
  }

  close(name: string): void {
    if (this.#skipped > 0) {
      this.#skipped--;
      return;
    }
    if (name === 't') this.#inText = false;
    if (name === 'r') this.#inRun = false;
    if (name === 'p') this.#closeParagraph();
    if (name === 'tbl' && --this.#tables === 0) this.#out.lineBreak(2);
  }

  #openRun(): void {
    this.#inRun = true;
    this.#isHidden = false;
  }

  #openTable(): void {
    if (this.#tables++ === 0) this.#out.lineBreak(2);
  }

  #break(): void {
    if (this.#tables > 0 || this.#isHeadingOpen) this.#text(' ');
    else this.#out.lineBreak(1);
  }

  #openParagraph(): void {
    if (!this.#isNoteStart) this.#separate();
    this.#isNoteStart = false;
    if (this.#paragraphs++ > 0) return;
    this.#role = undefined;
    this.#isListed = false;
  }

  #closeParagraph(): void {
    if (--this.#paragraphs === 0 && this.#isHeadingOpen) {
      this.#isHeadingOpen = false;
      if (this.#role === 'title') this.title ||= this.#out.takeHeadingText();
      else this.#out.closeHeading((this.#role as { heading: number }).heading, this.#headingFrom);
    }
    this.#separate();
  }

  /** Paragraphs within a table's cell stay on the row's line. */
  #separate(): void {
    if (this.#tables > 0) this.#out.text(' ');
    else this.#out.lineBreak(2);
  }

  #style(id: string): void {
    this.#role = this.#styles.roleOf(id);
    this.#isListed = this.#styles.isListed(id);
  }

  #text(data: string): void {
    if (this.#isHidden || this.#paragraphs === 0) return;
    // What the paragraph is stands before its first run.
    if (this.#role !== undefined && !this.#isHeadingOpen && this.#tables === 0) {
      this.#isHeadingOpen = true;
      this.#headingFrom = this.#out.markHeading();
    } else if (this.#isListed && this.#role === undefined) {
      this.#out.raw('- ');
    }
    this.#isListed = false;
    this.#out.text(data);
  }

  /** Separators and continuation notices are notes of a type of their own. */
  #openNote(kind: 'footnote' | 'endnote', { id, type }: Record<string, string>): void {
    if (type !== undefined && type !== 'normal') {
      this.#skipped++;
      return;
    }
    this.#out.lineBreak(2);
    this.#out.raw(`${noteMark(kind, id ?? '')} `);
    this.#isNoteStart = true; // its first paragraph goes on the mark's line
  }
}

const noteMark = (kind: 'footnote' | 'endnote', id: string): string => `[${kind === 'endnote' ? 'end ' : ''}${id}]`;
