// Code points and UTF-16 units.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sliceCodePoints, toUtf16Range } from '../src/characters.ts';

test('characters outside the basic plane are one code point and two units', () => {
  expect(toUtf16Range('a😀b', 1, 2)).toEqual({ start: 1, end: 3 });
  expect(sliceCodePoints('a😀b', 2, 3)).toBe('b');
  expect(sliceCodePoints('abc', 1, 100)).toBe('bc');
  expect(sliceCodePoints('abc', 50, 100)).toBe('');
});

test('the same as slicing an array of code points', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.nat(30), fc.nat(30), (text, a, b) => {
    const [start, end] = [Math.min(a, b), Math.max(a, b)];
    expect(sliceCodePoints(text, start, end)).toBe([...text].slice(start, end).join(''));
  }));
});

test('a range that runs backwards is a mistake of the caller', () => {
  expect(() => toUtf16Range('abc', 2, 1)).toThrow(/\[2, 1\)/);
});
