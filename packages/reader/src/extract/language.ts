// What a text is mostly written in, by its letters and commonest words: enough to say that the default model reads it badly.
const SAMPLE_UNITS = 200_000;
const MIN_LETTERS = 100;
/** Of the letters or words of the sample. */
const MOSTLY = 0.5;

const SCRIPTS: Array<[string, RegExp]> = [
  ['Chinese', /\p{sc=Han}/u], ['Japanese', /[\p{sc=Hiragana}\p{sc=Katakana}]/u], ['Korean', /\p{sc=Hangul}/u], ['Thai', /\p{sc=Thai}/u],
  ['Russian or another language in Cyrillic', /\p{sc=Cyrillic}/u], ['Greek', /\p{sc=Greek}/u], ['Arabic or another language in its script', /\p{sc=Arabic}/u],
  ['Hebrew', /\p{sc=Hebrew}/u], ['Hindi or another language in Devanagari', /\p{sc=Devanagari}/u], ['English', /\p{sc=Latin}/u],
];
/** Kana beside Han characters in at least this share is Japanese. */
const KANA = 0.1;

/** Words that make up a good part of any text in the language and of no other. */
const COMMON_WORDS: Record<string, RegExp> = {
  English: /^(the|of|and|to|in|that|is|was|for|with|as|his|it|he|be|on|by|not|from|this|have|are|which|or|an|at|all|has|shall)$/,
  German: /^(der|die|und|das|den|nicht|von|sie|ist|mit|sich|dem|ein|eine|auf|zu|im|auch|als|für|werden|oder)$/,
  French: /^(le|la|les|et|des|est|que|une|dans|qui|du|pour|pas|sur|plus|par|au|ne|il|avec|ou|tout|aux)$/,
  Spanish: /^(el|los|las|que|y|del|una|por|con|para|se|su|lo|como|es|al|más|toda|tiene|sus)$/,
  Portuguese: /^(os|que|uma|não|com|para|por|mais|dos|das|do|da|ao|em|um|como|seu|sua|são|ou|todo)$/,
  Italian: /^(il|di|che|della|per|non|una|con|sono|le|del|dei|è|gli|si|nel|alla|più|ogni|diritto)$/,
  Dutch: /^(het|een|van|dat|niet|zijn|op|te|met|voor|aan|ook|wordt|door|naar|heeft|deze|op|ieder|recht)$/,
};
const MIN_WORDS = 50;
const MIN_COMMON = 0.08;
/** One name that repeats is no language: 'y' in a program, 'die' in a game. */
const MIN_DIFFERENT = 6;

/** Undefined when there is too little text to tell, or no known script. */
export function mainLanguage(text: string): string | undefined {
  const sample = middle(text);
  const letters = sample.match(/\p{L}/gu) ?? [];
  if (letters.length < MIN_LETTERS) return undefined;
  const counts = new Map(SCRIPTS.map(([name]) => [name, 0]));
  for (const letter of letters) {
    const script = SCRIPTS.find(([, pattern]) => pattern.test(letter));
    if (script !== undefined) counts.set(script[0], (counts.get(script[0]) ?? 0) + 1);
  }
  const han = (counts.get('Chinese') ?? 0) + (counts.get('Japanese') ?? 0);
  if (han > MOSTLY * letters.length) return (counts.get('Japanese') ?? 0) > KANA * han ? 'Japanese' : 'Chinese';
  const [name, count] = [...counts].sort((a, b) => b[1] - a[1])[0];
  if (count <= MOSTLY * letters.length) return undefined;
  return name === 'English' ? latinLanguage(sample) : name;
}

function latinLanguage(sample: string): string | undefined {
  const words = sample.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (words.length < MIN_WORDS) return undefined;
  const shares = Object.entries(COMMON_WORDS)
    .map(([name, pattern]) => {
      const common = words.filter((word) => pattern.test(word));
      return { name, share: new Set(common).size < MIN_DIFFERENT ? 0 : common.length / words.length };
    })
    .sort((a, b) => b.share - a.share);
  return shares[0].share >= MIN_COMMON ? shares[0].name : undefined;
}

/** The middle says more than the beginning: title pages and licences are often in English. */
function middle(text: string): string {
  const from = Math.max(0, Math.floor((text.length - SAMPLE_UNITS) / 2));
  return text.slice(from, from + SAMPLE_UNITS);
}

export function languageNotes(text: string): string[] {
  const language = mainLanguage(text);
  if (language === undefined || language === 'English') return [];
  return [`this text is mostly ${language}; the default model finds passages in it, but is made for English and often answers wrong: trust the quotations`];
}
