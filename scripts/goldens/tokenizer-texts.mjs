// Texts that try a tokenizer: prose in many scripts, code, numbers, blanks, controls, random characters, look-alikes of control tokens.

const blanks = ['', ' ', '  ', '   ', '\n', '\n\n', '\t', ' \n', '\n ', 'a b', 'a  b', 'a   b', ' a', '  a', 'a ', 'a  ', '\r\n', 'a\r\nb\r\n\r\nc', 'a\n\n\nb',
  '\t\ta\t b', '   \n   \n  x', 'x \n', 'tabs\tand\u00a0no-break\u2003em\u3000ideographic\u0085next line', ' \u00a0 1', '\u2028line\u2029paragraph'];

const english = [
  'Call me Ishmael. Some years ago—never mind how long precisely—having little or no money in my purse, and nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of the world.',
  "It's what they'd've said: we're done, I'm sure you'll see, don't. IT'S WHAT THEY'D SAY, WE'RE, I'M, YOU'LL.",
  '“Curly quotes,” she said, ‘and an apostrophe’s difference’ … — – -- --- ---- !!! ?!?! ...',
  'The naïve café owner’s façade; Zürich, Ærøskøbing, São Paulo, Łódź, Kraków, Đà Nẵng, İstanbul, ﬁnance, ﬀ, ſ, ß, ẞ.',
  'CamelCaseWords snake_case_words SCREAMING_SNAKE kebab-case-words dot.separated.words path/to/some/file.txt C:\\Windows\\System32',
  'https://example.org/a/b?c=d&e=f#g user.name+tag@example.co.uk @mention #hashtag $100.00 €99,95 50% 3.14159e-10',
];

const numbers = ['0', '1234567890', '1,234,567.89', '3.14 -2.71 +1e9 0x1F 0b1010', '2024-06-07T08:09:10Z', ' 12 345', 'a1b22c333d4444', '١٢٣ ४५६ 七八九 Ⅷ ½ ² ①',
  'v1.2.3-rc.4+build.567', 'newer digits \u{10d41}\u{10d42} \u{1ccf3}\u{1ccf4} a\u{16d71}', '10  20\n30'];

const code = [
  'def f(x: int) -> int:\n    """Doc."""\n    if x > 0:\n        return x * 2  # twice\n    return -x\n',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a text
  'for (let i = 0; i < 10; i++) {\n\tconsole.log(`${i}: ${a[i] ?? "none"}`);\n}\n',
  '#include <stdio.h>\nint main(void) { printf("%d\\n", 1 << 3 | 0xff & ~mask); return 0; }',
  '<div class="a b"><p>Text &amp; more</p><!-- comment --></div>',
  'SELECT a.*, COUNT(*) FROM t AS a WHERE a.x <> \'y\' GROUP BY 1 HAVING COUNT(*) >= 2;',
  '{"key": [1, 2.5, null, true], "nested": {"a": "b\\u00e9"}}',
  '| a | b |\n|---|---|\n| 1 | 2 |\n\n- [ ] item\n* *emphasis* **strong** `code`\n\n```js\nx\n```',
  'x = -b ± √(b² − 4ac) / 2a; ∀x∈ℝ ∃y: x≤y ∧ y≠∞ ⇒ ∑∫∂ α β γ Δ Ω',
];

const scripts = [
  '日本語の文章です。カタカナとひらがな、漢字が混ざっています。１２３', '中文测试：你好，世界！这是一个测试。', '안녕하세요 세계! 한국어 문장입니다.',
  'مرحبا بالعالم، هذا نص عربي مع تَشْكِيل.', 'שלום עולם, זה טקסט בעברית.', 'Привет, мир! Это русский текст с цифрами 2024 года.',
  'नमस्ते दुनिया! यह हिन्दी में एक वाक्य है।', 'สวัสดีชาวโลก นี่คือข้อความภาษาไทย', 'Γειά σου Κόσμε! Ελληνικό κείμενο.', 'Xin chào thế giới, đây là tiếng Việt.',
  'Հայերեն ქართული አማርኛ বাংলা தமிழ் తెలుగు ಕನ್ನಡ മലയാളം සිංහල ខ្មែរ ລາວ မြန်မာ བོད་', 'mixed日本語andEnglishそしてрусский与中文 together123混在',
];

const emoji = ['😀', 'Hi 👋🏽 there 👨‍👩‍👧‍👦 family 🇩🇪🇯🇵 flags ❤️‍🔥', '🏴󠁧󠁢󠁳󠁣󠁴󠁿 ✈️ ☎️ 1️⃣ ⚡⚡⚡', 'no space😀between🎉emoji🎉🎉', '𝕱𝖆𝖓𝖈𝖞 𝒎𝒂𝒕𝒉 𝟙𝟚𝟛 𠜎𠜱𡿨 🀄'];

const controls = ['\u0000', 'a\u0000b', '\u0001\u0002\u0003\u0007\u0008\u000b\u000c\u001b[31mred\u001b[0m', '\u001c\u001d\u001e\u001f', '\u007f\u0080\u0085\u009f', '\ufeffBOM first',
  'zero\u200bwidth\u200cjoin\u200der\u2060s\u00adoft', '\u202eright to left\u202c', 'e\u0301 combining a\u0308\u0323 \u0301alone', '\ufffd\uffff\u{10ffff}\ue000', '\u0378\u0530 unassigned'];

const long = ['a'.repeat(400), 'abcdefghijklmnopqrstuvwxyz'.repeat(20), 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
  ' '.repeat(150), '\n'.repeat(70), '='.repeat(200), '-_'.repeat(90), 'é'.repeat(120), '漢'.repeat(80), '9'.repeat(130), '😀'.repeat(40), 'ab '.repeat(60), `x${' '.repeat(65)}1${' '.repeat(33)}y`];

export const controlTexts = [
  '<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n', '<|endoftext|>', 'a<|im_end|>b <|im_end|> c', '<|im_start|><|im_start|>', '<|im_start', 'im_end|>', '<|IM_END|>',
  '<repo_name>x<reponame>y<filename>', '<|im_<|im_end|>end|>', '<gh_stars>100-1000<issue_start>text<issue_closed><empty_output>', '', ' <|im_end|> ',
];

/** What a SentencePiece vocabulary with user-defined tokens for runs of blanks and for HTML tags trips over. */
const signs = ['\u2581', 'a\u2581b', ' \u2581 \u2581\u2581x', '\u2581the the', 'a \u2581\n\u2581', '<b>bold</b> <table><tr><td>1</td></tr></table>', '<b><b', '<<td>>', ' <td> </td>  <li>',
  '\t\t\tif x:\t\t# y', '\n \n  \n   \n', ' '.repeat(40), `a${' '.repeat(64)}b`, '\t'.repeat(70), '<0x41><0x0A>', 'a<0xE2>', '[multimodal] <start_of_image>', '<unused7><unused99>'];

export const gemmaControlTexts = ['<start_of_turn>user\nHello<end_of_turn>\n<start_of_turn>model\n', '<bos>', '<eos><pad><unk>', 'a <end_of_turn> b', '<start_of_turn', 'end_of_turn>',
  '<unused0><unused6241>', '<start_<bos>of_turn>', '<b><bos>\n\n<eos>', '', ' <mask> ', '<start_of_image>'];

export function gemmaTexts(seed) {
  return [...tokenizerTexts(seed), ...signs, ...gemmaControlTexts];
}

/** Fewer: for tokenizers that are trained on them. All in NFC, and without numbers that are newer than llama.cpp's tables. */
export function huggingFaceTexts() {
  const texts = [...blanks, ...english, ...numbers.slice(0, -2), ...code, ...scripts, ...emoji, ...long.slice(0, 4), 'a <b>b</b> <|im_end|> <end> <0x41> c\n\n\nd', 'x<unk>y', '<b><b>\n\n\n\n'];
  return texts.filter((text) => text.normalize('NFC') === text);
}

export function tokenizerTexts(seed) {
  return [...blanks, ...english, ...numbers, ...code, ...scripts, ...emoji, ...controls, ...long, ...controlTexts, ...randomTexts(seed)];
}

/** Random characters: from everywhere, and from the few where rules meet. */
function randomTexts(seed) {
  const random = mulberry32(seed);
  const integer = (limit) => Math.floor(random() * limit);
  const anywhere = () => {
    for (;;) {
      const codePoint = integer(4) === 0 ? integer(0x11_0000) : integer(4) === 0 ? integer(0x1_0000) : integer(0x500);
      if (codePoint < 0xd800 || codePoint > 0xdfff) return String.fromCodePoint(codePoint);
    }
  };
  const tricky = [' ', ' ', ' ', '\n', '\r', '\t', "'", 's', 'll', 'RE', 'a', 'Z', 'é', '1', '22', '.', '!', '-', '日', '😀', '\u00a0', '\u0301', '\u0085'];
  const text = (count, pick) => Array.from({ length: count }, pick).join('');
  return [
    ...Array.from({ length: 24 }, () => text(40, anywhere)),
    ...Array.from({ length: 24 }, () => text(50, () => tricky[integer(tricky.length)])),
  ];
}

function mulberry32(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
