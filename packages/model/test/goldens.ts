// The committed goldens: tests/goldens/README.md says what they hold and how to make them again.
import { readFileSync } from 'node:fs';

export function goldenUrl(name: string): URL {
  return new URL(`../../../tests/goldens/${name}`, import.meta.url);
}

export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(goldenUrl(name), 'utf8')) as T;
}
