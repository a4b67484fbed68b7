// XML parts of archives, as a stream of events: namespaces' prefixes left off, entities never declared, depth and element count bounded.
import { Parser } from 'htmlparser2';
import { ServiceError } from '@lectern/shared';
import { refused } from './archive/limits.ts';

const MAX_DEPTH = 256;
const MAX_ELEMENTS = 20_000_000;

export interface XmlHandlers {
  /** Names without their prefix; attributes with theirs left off too. */
  open?(name: string, attributes: Record<string, string>, prefixed: string): void;
  text?(data: string): void;
  close?(name: string, prefixed: string): void;
}

/** `doctype`: what a document type declaration means: refused everywhere, or only one that declares something itself. */
export async function parseXml(what: string, parts: AsyncIterable<Uint8Array>, handlers: XmlHandlers, options: { doctype?: 'refuse' | 'external' } = {}): Promise<void> {
  let depth = 0;
  let numElements = 0;
  const parser = new Parser({
    onopentag(prefixed, attributes) {
      if (++depth > MAX_DEPTH) throw refused(`${what} nests elements ${depth} deep; the limit is ${MAX_DEPTH}`);
      if (++numElements > MAX_ELEMENTS) throw refused(`${what} has ${numElements} elements or more; the limit is ${MAX_ELEMENTS}`);
      handlers.open?.(localName(prefixed), withoutPrefixes(attributes), prefixed);
    },
    ontext(data) {
      handlers.text?.(data);
    },
    onclosetag(prefixed) {
      depth--;
      handlers.close?.(localName(prefixed), prefixed);
    },
    onprocessinginstruction(name, data) {
      if (!name.startsWith('!')) return;
      // This parser expands no entity and loads nothing; a file that declares some was made to harm others, or would be misread.
      if (options.doctype === 'external' && !/\[|!ENTITY/i.test(data)) return;
      throw refused(`${what} declares a document type or entities (${data.slice(0, 60)}): 0 are allowed`);
    },
  }, { xmlMode: true, decodeEntities: true });
  const decoder = new XmlDecoder(what);
  for await (const part of parts) parser.write(decoder.decode(part));
  parser.write(decoder.end());
  parser.end();
}

/** Refuses a text whose document type declares entities of its own. */
export function refuseEntities(what: string, text: string): void {
  const declared = text.match(/<!ENTITY\b/gi)?.length ?? 0;
  if (declared > 0) throw refused(`${what} declares ${declared} ${declared === 1 ? 'entity' : 'entities'}: 0 are allowed`);
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

function withoutPrefixes(attributes: Record<string, string>): Record<string, string> {
  const plain: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(attributes)) plain[localName(name)] = attributes[name];
  return plain;
}

/** UTF-8, or UTF-16 with its mark: what the formats allow. */
class XmlDecoder {
  readonly #what: string;
  #decoder: InstanceType<typeof TextDecoder> | undefined;

  constructor(what: string) {
    this.#what = what;
  }

  decode(bytes: Uint8Array): string {
    if (bytes.length === 0) return '';
    this.#decoder ??= new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8', { fatal: true });
    return this.#run(() => this.#decoder!.decode(bytes, { stream: true }));
  }

  end(): string {
    return this.#decoder === undefined ? '' : this.#run(() => this.#decoder!.decode());
  }

  #run(decode: () => string): string {
    try {
      return decode();
    } catch (error) {
      throw new ServiceError('DOCUMENT_ENCODING', `${this.#what} is not valid ${this.#decoder!.encoding}`, { cause: error, details: { part: this.#what } });
    }
  }
}
