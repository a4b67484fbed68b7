// Two plain things after one head: 'the numbers for the vault under the town hall and the strongroom of the mill'. Words do not tell what an
// `and` joins, so this holds only where both sides begin with a determiner and are built alike, and where the head is a property that each
// thing has of its own. What is told of both in one sentence is asked about together all the same (parts.ts).
import type { Enumeration } from './enumeration.ts';

const WORD = "[\\p{L}\\p{N}\\p{M}][\\p{L}\\p{N}\\p{M}’'-]*";
const DETERMINER = '(?:the|an?|his|her|its|their|our|my|your|this|that|these|those)';
const PHRASE = `${DETERMINER}(?:\\s+${WORD}){1,9}?`;
/** Asked for is 'the <head> of' or 'for' both, and nothing follows. Questions after persons ('who is the son of') are left: two may have one. */
const PAIR = new RegExp(`^(?:what|which|give|tell|name|find|list|state)\\b[^,;]*?\\bthe\\s+((?:${WORD}\\s+){0,2}?${WORD})\\s+(?:for|of)\\s+((${PHRASE})\\s+and\\s+(${PHRASE}))\\s*[?.!]*\\s*$`, 'iu');

const PREPOSITION = /\b(?:of|in|on|at|by|for|from|to|with|under|over|above|below|behind|beside|near|between|before|after|inside|outside|within|without|into|through|against|across|along|around|about)\b/iu;
/** Of both together, not of each. */
const RELATION = /\b(?:difference|distance|relation|relations|relationship|sum|total|product|average|ratio|war|battle|marriage|wedding|meeting|border|combination|comparison|mixture|union|son|sons|daughter|daughters|child|children)\b/iu;
/** A possessive may belong to both; a verb or a clause is no part of a thing's name. */
const NO_THING = /['’]s?\b|['’]$|\b(?:and|or|is|are|was|were|be|been|has|have|had|do|does|did|will|would|can|could|may|must|that|which|who|whom|whose|when|where|while|both|each)\b/iu;
const hasPreposition = (text: string): boolean => PREPOSITION.test(text);

export function phrasePair(question: string): Enumeration[] {
  const match = PAIR.exec(question);
  if (match === null) return [];
  const [whole, head, both, ...items] = match as unknown as [string, string, string, string, string];
  const things = items.map((item) => item.replace(/^\S+\s+/u, ''));
  if (RELATION.test(head) || hasPreposition(head) || things.some((thing) => NO_THING.test(thing))) return [];
  // 'the door and the gate in the garden': whether both are in the garden is not for words to tell.
  if (hasPreposition(items[0]) !== hasPreposition(items[1])) return [];
  const start = match.index + whole.lastIndexOf(both);
  return [{ items, start, end: start + both.length, isChoice: false }];
}
