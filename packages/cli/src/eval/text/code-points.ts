// Offsets of a JavaScript string (UTF-16 units) as the code points that the API counts.

/** Of the text: unit -> code points before it. Logarithmic in the number of surrogate pairs. */
export function codePointsOf(text: string): (unit: number) => number {
  const pairs = [...text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)].map(({ index }) => index);
  return (unit) => {
    let [low, high] = [0, pairs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[middle]! < unit) low = middle + 1;
      else high = middle;
    }
    return unit - low;
  };
}
