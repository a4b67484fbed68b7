// Texts of the golden of the embedder: difficult ones for its tokenizer, ordinary ones for its vectors.
import { huggingFaceTexts } from './tokenizer-texts.mjs';

const DIFFICULT = [
  '', ' ', '\u0000\u0001\u007f\u0085', 'a\u000bb\u000cc', 'tab\tnew\r\nline', 'UPPER lower MiXeD', 'Ünïcödé façade naïve coöperate Ångström', 'e\u0301 a\u0308 o\u0323\u0302',
  '\u00adsoft\u00adhyphen zero\u200bwidth joiner\u200dhere \ufeffbom', 'no\u00a0break\u2009thin\u3000ideographic', '東京は日本の首都です', '中文字符abc混合', '한국어 텍스트', 'ĳ ﬁ ﬂ ß ẞ İ ı',
  'ΣΊΣΥΦΟΣ ΟΔΟΣ', 'Привет, Ёжик й', 'नमस्ते दुनिया', 'שָׁלוֹם', 'مَرْحَبًا', 'ภาษาไทย', '😀 👩‍👩‍👧 🇩🇪', '[CLS] [SEP] [MASK] [UNK] [PAD]', "don't can't it's we'll", 'e.g. U.S.A. $1,234.56 50%',
  '#hash @at _under_ ~tilde^ `tick` |pipe|', '“quotes” ‘single’ — dash – en … ellipsis', 'a/b\\c:d;e', 'x'.repeat(100), 'x'.repeat(101), 'é'.repeat(100), 'e\u0301'.repeat(60), '𝔘𝔫𝔦𝔠𝔬𝔡𝔢',
  '\ufffd replacement', '\u2028line\u2029paragraph', 'internationalization antidisestablishmentarianism', '##ing ##', 'supercalifragilisticexpialidocious!!!???', '\u166d\u1734\u{1171e}\u{111c9}',
  '\u{1e900}\u{10d50}\u1c89', '1234567890'.repeat(12), '１２３ＡＢＣ', '\u037e \u1fef \u2260 \u00bd \u2460', 'ﷺ', '\u{2f800}\u{2b820}', 'a\u0300b\u{1d165}c',
];

const EMBEDDED = [
  'The lighthouse on the northern cape was built by Ada Thorn in 1871.', 'Who built the lighthouse?', 'Rye bread is baked slowly in a cooling oven.',
  'Moby-Dick > CHAPTER 15. Chowder.\nThe landlord of the Spouter-Inn had recommended us to his cousin Hosea Hussey of the Try Pots.',
  'A vessel sank near the harbour mouth; nobody aboard survived the storm.', '東京は日本の首都です。', 'Größe, façade, naïve: éàü', 'x', '',
  'def add(a, b):\n    return a + b', '😀 emoji and 1,234.56 numbers',
  `${'The keeper wrote down the weather every evening, and the oil that the lamp had burnt. '.repeat(16)}`,
];

export const embedderTexts = () => ({ tokenized: [...DIFFICULT, ...EMBEDDED, ...huggingFaceTexts().map((text) => text.slice(0, 400))], embedded: EMBEDDED });
