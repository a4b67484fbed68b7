// Splitting questions, following names, and what counts as a fit: rules over text, no model.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enumerationIn } from '../src/rounds/enumeration.ts';
import { fittingSentences } from '../src/rounds/fitting.ts';
import { isOfOneForm, newNames, questionAbout } from '../src/rounds/hop.ts';
import { holdsAskedKind } from '../src/rounds/kind.ts';
import { askedNames, namesIn } from '../src/rounds/names.ts';
import { partOf, splitQuestion } from '../src/rounds/split.ts';

describe('names', () => {
  test.each([
    ['The Duke of Ormsby met Ludwig van Beethoven in Riga.', ['Duke of Ormsby', 'Ludwig van Beethoven', 'Riga']],
    ['key tick-tock holds 41-a7, not "the old key"', ['tick-tock', '41-a7', 'the old key']],
    ['SET QRXYZ = SET ABCDE.', ['SET QRXYZ', 'SET ABCDE']],
    ['nothing is named here', []],
  ])('%s', (text, expected) => expect(namesIn(text).map((name) => name.text)).toEqual(expected));

  test('stand at their place, and the first word of a question is none', () => {
    const question = 'Did Magnus Thorne know “Port Ellery”?';
    expect(askedNames(question).map(({ text, start, end }) => [text, question.slice(start, end)])).toEqual([['Magnus Thorne', 'Magnus Thorne'], ['Port Ellery', 'Port Ellery']]);
  });
});

describe('a question is split', () => {
  test.each([
    ['Which codes open gate-north, gate-south, and gate-west?', ['gate-north', 'gate-south', 'gate-west'], false],
    ['In which city were Magnus Thorne and Ingrid Novak born?', ['Magnus Thorne', 'Ingrid Novak'], false],
    ['Who was born first, Magnus Thorne or Ingrid Novak?', ['Magnus Thorne', 'Ingrid Novak'], true],
    ['Which mill is older, Ardmore or Brennick?', ['Ardmore', 'Brennick'], true],
    ['What do apples, pears and plums cost?', ['apples', 'pears', 'plums'], false],
    ['What are the values of A, B and C?', ['A', 'B', 'C'], false],
    ['Wie alt sind Anna Berg und Karl Wiese?', ['Anna Berg', 'Karl Wiese'], false],
    ['¿Dónde nacieron Ana García y Luis Romero?', ['Ana García', 'Luis Romero'], false],
    ['Где родились Анна Каренина и Иван Петров?', ['Анна Каренина', 'Иван Петров'], false],
    ['「甲」、「乙」和「丙」的密码是什么？', ['甲', '乙', '丙'], false],
    ['What are the numbers for the vault under the town hall and the strongroom of the mill?', ['the vault under the town hall', 'the strongroom of the mill'], false],
    ['What is the colour of the door and the gate?', ['the door', 'the gate'], false],
    ['Tell me the opening hours of the old museum and the new library.', ['the old museum', 'the new library'], false],
    ['What do "red door" and "blue door" hide?', ['red door', 'blue door'], false],
  ])('%s', (question, items, isChoice) => {
    expect(enumerationIn(question)).toMatchObject({ items, isChoice });
    const { parts } = splitQuestion(question);
    expect(parts.map(({ item }) => item)).toEqual(items);
    for (const { question: asked, item = '' } of parts) {
      expect(asked).toContain(item);
      for (const other of items.filter((name) => name !== item && name.length > 1)) expect(asked).not.toContain(other);
    }
  });

  test.each([
    'What is the price of bread and butter?', 'What is the name of the king and the queen\'s son?', 'Who is the son of the king and the queen?',
    'What is the distance of the mill and the church?', 'What is the colour of the door and the gate in the garden?', 'What are the keepers of the light at the mouth and the bar called?',
    'What is the number of the vault under the church and the hall?', 'What is the name of the man who lit the fire and the lamp?',
    'Who kept the lighthouse at Port Ellery?', 'What happened between 1900 and 1950?', 'Who wrote about law and order in Riga?',
    'In Paris, Magnus Thorne met whom?', 'What did the old man say?', '',
  ])('not: %s', (question) => expect(splitQuestion(question).parts).toEqual([partOf(question)]));

  test('never loses the text around a list, and never has an empty part', () => {
    const name = fc.stringMatching(/^[a-z]{2,6}-[a-z]{2,6}$/);
    fc.assert(fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 9 }), fc.constantFrom('and', 'or', 'und', 'et'), (names, conjunction) => {
      const { parts } = splitQuestion(`What are the numbers for ${names.slice(0, -1).join(', ')} ${conjunction} ${names.at(-1)} in the text?`);
      expect(parts.map(({ question }) => question)).toEqual(names.map((item) => `What are the numbers for ${item} in the text?`));
    }));
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => {
      const { parts } = splitQuestion(text);
      expect(parts.length).toBeGreaterThan(0);
      if (parts.length > 1) for (const part of parts) expect(part.question.trim()).not.toBe('');
    }));
  });
});

describe('what was read forms the next question', () => {
  test('about the rarest new name', () => {
    expect(newNames('Then Anna took the ball to Bergen.', ['ball'], ['Bergen and Oslo', 'Bergen', 'Anna'])).toEqual(['Anna', 'Bergen']);
    expect(questionAbout('Anna', partOf('Where is the ball?'))).toEqual({ question: 'Where is Anna?', subjects: ['Anna'] });
    expect(questionAbout('K-17', partOf('Which boxes hold the key J-12 now?'))?.question).toBe('Which boxes hold the key K-17 now?');
  });

  test('only along sentences of one form', () => {
    expect(isOfOneForm('SET QRXYZ = 41.', 'SET MNOPQ = SET QRXYZ.')).toBe(true);
    expect(isOfOneForm('Bergen lies north of Stavanger.', 'Alta lies north of Bergen.')).toBe(true);
    expect(isOfOneForm('Magnus went to Riga and Oslo.', 'Riga is the capital of Latvia.')).toBe(false);
  });

  test('where the kind of thing that is asked for is missing', () => {
    expect(holdsAskedKind('Anna took the ball.', 'Where is the ball?')).toBe(false);
    expect(holdsAskedKind('Anna went to the kitchen.', 'Where is the ball?')).toBe(true);
    expect(holdsAskedKind('The house was built.', 'When was the house built?')).toBe(false);
    expect(holdsAskedKind('Der Ball ist weg.', 'Wo ist der Ball?')).toBe(true); // nothing is known, so nothing is said
  });
});

test('a sentence fits that names the subjects, itself or by its headings; questions do not', () => {
  const span = (text: string, trail: string[] = []) => ({ text, trail, byteStart: 0, startChar: 0, document: 'd', score: 1 });
  const part = partOf('What is the code of gate-west?');
  const texts = (spans: Parameters<typeof fittingSentences>[0]) => fittingSentences(spans, part).map((fit) => fit.span.text.trim());
  expect(texts([span('😀 It rained. The code of gate-west is 12. The code of gate-east is 13. Is the code of gate-west known?')])).toEqual(['The code of gate-west is 12.']);
  expect(texts([span('The code is 14.', ['Gate-West'])])).toEqual(['The code is 14.']);
  const [fit] = fittingSentences([span('😀 It rained. The code of gate-west is 12.')], part);
  expect(fit.span).toMatchObject({ startChar: 13, byteStart: 16 });
});
