// A BERT encoder of one JavaScript thread: token ids of several texts in, one unit vector for each out.
#pragma once

#include <memory>
#include <vector>

#include "bert/bert_tables.h"
#include "bert/bert_weights.h"
#include "session.h"

namespace lectern {

struct BertSession {
  BertSession(std::shared_ptr<const BertWeights> weights, Precision precision, Isa isa, size_t num_threads);

  const std::shared_ptr<const BertWeights> weights;
  const BertKernels& kernels;
  Session products;  // the threads and the matrix products; act.x: hidden states, act.normed: what is added to them
  std::vector<Floats> scratch;  // of attention, one per thread
};

/** One text: ids with those that begin and end it, at most max_tokens; out (dim). */
struct TextTokens {
  const int32_t* tokens;
  size_t count;
  float* out;
};

/**
 * out = the mean of the last hidden states over the text's tokens, of length 1. Texts do not see each other. `control` as in ForwardWant:
 * throws EngineError JOB_CANCELLED.
 */
void embed(BertSession& bert, const std::vector<TextTokens>& texts, int32_t* control);

/** Rows [first, first + count) of a pass are one text's. */
struct TextRows {
  size_t first;
  size_t count;
};

/** act.attended from act.q, act.k, act.v: every token sees all tokens of its text. */
void attend_texts(BertSession& bert, const std::vector<TextRows>& texts);

}  // namespace lectern
