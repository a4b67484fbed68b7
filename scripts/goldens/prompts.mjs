// What forced.json and forced-gemma.json ask: texts whose last tokens are the given ones, and questions that llama.cpp answers itself.

const passages = [
  'Call me Ishmael. Some years ago—never mind how long precisely—having little or no money in my purse, and nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of the world. It is a way I have of driving off the spleen and regulating the circulation. Whenever I find myself growing grim about the mouth; whenever it is a damp, drizzly November in my soul; whenever I find myself involuntarily pausing before coffin warehouses, and bringing up the rear of every funeral I meet.',
  'It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a wife. However little known the feelings or views of such a man may be on his first entering a neighbourhood, this truth is so well fixed in the minds of the surrounding families, that he is considered the rightful property of some one or other of their daughters.',
  'We hold these truths to be self-evident, that all men are created equal, that they are endowed by their Creator with certain unalienable Rights, that among these are Life, Liberty and the pursuit of Happiness. That to secure these rights, Governments are instituted among Men, deriving their just powers from the consent of the governed.',
  'The water cycle describes how water moves between the oceans, the air and the land. Heat from the sun makes water evaporate from the sea; the vapour rises, cools and forms clouds. When the drops in a cloud grow heavy enough they fall as rain or snow. Part of it runs off into rivers, part sinks into the ground and feeds springs.',
  'def binary_search(items, target):\n    low = 0\n    high = len(items) - 1\n    while low <= high:\n        middle = (low + high) // 2\n        if items[middle] == target:\n            return middle\n        if items[middle] < target:\n            low = middle + 1\n        else:\n            high = middle - 1\n    return -1\n\n\nprint(binary_search([1, 3, 5, 7, 9], 7))\n',
  'function debounce(callback, delayMs) {\n  let timer;\n  return (...args) => {\n    clearTimeout(timer);\n    timer = setTimeout(() => callback(...args), delayMs);\n  };\n}\n\nconst save = debounce((text) => localStorage.setItem("draft", text), 300);\ndocument.querySelector("textarea").addEventListener("input", (event) => save(event.target.value));\n',
  'Ingredients: 250 g flour, 125 g butter, 80 g sugar, 1 egg, a pinch of salt. Rub the butter into the flour until it looks like crumbs. Stir in the sugar and the salt, then the egg, and bring the dough together without kneading it. Wrap it and let it rest in the refrigerator for 30 minutes. Roll it out on a floured board to 5 mm and bake at 180 degrees for 12 minutes.',
  'Minutes of the meeting of 14 March. Present: the chair, the treasurer, four members. The treasurer reported that the balance stood at 4,218.50 at the end of February, against 3,960.00 a year before. The repair of the roof was put off until the autumn. It was agreed that the chair would write to the council about the footpath and report at the next meeting.',
  '# Installation\n\n1. Download the archive for your system.\n2. Unpack it into a folder of your choice.\n3. Run `./configure --prefix=/usr/local` and then `make install`.\n\n## Troubleshooting\n\n- If the compiler is not found, install the package `build-essential`.\n- If the tests fail, run them again with `VERBOSE=1` and send us the output.\n',
  'Name,Age,City\nAlice,34,Berlin\nBob,27,Paris\nCarol,45,Madrid\nDavid,31,Rome\nEve,29,Vienna\nFrank,52,Lisbon\nGrace,38,Dublin\nHeidi,41,Oslo\nIvan,36,Prague\nJudy,23,Warsaw\n',
  'The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog.',
  'Der schnelle braune Fuchs springt über den faulen Hund. Am nächsten Morgen lag Schnee auf den Dächern, und die Straßen waren still. Niemand wollte der Erste sein, der einen Fuß vor die Tür setzte.',
  'Il était une fois, dans un petit village au bord de la mer, un pêcheur qui ne prenait jamais de poisson. Chaque matin il partait avec sa barque, et chaque soir il revenait les mains vides.',
  'Dear Ms Okafor,\n\nthank you for your letter of 2 May. We are sorry that the parcel arrived damaged. A replacement left our warehouse this morning and should reach you within three working days; there is no need to send the broken one back. Please accept the enclosed voucher with our apologies.\n\nYours sincerely,\n\nTom Hale\nCustomer service\n',
  'Theorem. There are infinitely many prime numbers. Proof. Suppose there were only finitely many, say p1, p2, ..., pn. Consider the number N = p1 p2 ... pn + 1. It is greater than 1, so it has a prime divisor q. But q divides none of the differences N - 1, so q is not among p1, ..., pn, a contradiction.',
  'MACBETH. To-morrow, and to-morrow, and to-morrow,\nCreeps in this petty pace from day to day,\nTo the last syllable of recorded time;\nAnd all our yesterdays have lighted fools\nThe way to dusty death. Out, out, brief candle!\nLife\'s but a walking shadow; a poor player,\nThat struts and frets his hour upon the stage,\nAnd then is heard no more.\n',
];

/** The second comes after five others, so that positions of some hundred are tried too. */
export const continuations = passages.map((passage, i) => (i === 1 ? [0, 2, 3, 6, 7, 1].map((each) => passages[each]).join('\n\n') : passage));

/** For a larger vocabulary: each comes after the one before it, three after all others: longer than 512 tokens, the window of a sliding layer. */
export const longContinuations = passages.map((passage, i) => {
  const before = [1, 8, 13].includes(i) ? passages.filter((_, other) => other !== i) : passages.slice(Math.max(0, i - 1), i);
  return [...before, passage].join('\n\n');
});

export const questions = [
  'What is the capital of France?',
  'Explain in two sentences why the sky is blue.',
  'Write a short poem about the sea.',
  'List five animals that live in the desert.',
  'What is 12 times 7?',
  'Translate "good morning" into Spanish.',
  'Write a Python function that reverses a string.',
  'Who wrote "Pride and Prejudice"?',
  'Give me a recipe for pancakes.',
  'Summarise the story of Little Red Riding Hood.',
  'What are the three states of matter?',
  'How do I tie a bow tie?',
  'Context: The bridge at Harrow was opened in 1923 and rebuilt after the flood of 1957. Its keeper was a woman called Edith Marlow.\n\nWhen was the bridge rebuilt?',
  'Context: The committee met on Tuesday. It chose the blue design, because the red one would have cost 40,000 more.\n\nWhy was the blue design chosen?',
  'Is a tomato a fruit or a vegetable?',
  'Write an email to my landlord about a broken heater.',
];
