// Log-probabilities where an engine has logits.
/** logits (numRows, vocabSize): of each row the natural log-probability of tokens[row], in the softmax of the row. */
export function logProbsOf(logits: Float32Array, tokens: Int32Array): Float32Array {
  const size = logits.length / tokens.length;
  return Float32Array.from(tokens, (token, i) => {
    const row = logits.subarray(i * size, (i + 1) * size);
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    return row[token]! - most - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
  });
}
