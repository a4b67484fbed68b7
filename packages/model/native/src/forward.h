// Forward passes over a batch of independent sequences.
#pragma once

#include <vector>

#include "context.h"
#include "session.h"

namespace lectern {

/** log_probs: of the last tokens of each item, how likely they were. */
/** best: only which token has the largest of the last logits. */
enum class Logits { none, last, all, log_probs, best };

struct HeadRef {
  size_t layer;
  size_t head;
};

struct ForwardItem {
  Context* context;
  const int32_t* tokens;
  size_t num_tokens;
  float* logits;   // (vocab_size), (num_tokens, vocab_size) or (want.num_log_probs), or null
  float* queries;  // (num_tokens, want.queries.size(), head_dim), or null
  int32_t* best = nullptr;  // one token, where want.logits is best; ties to the lower id
};

struct ForwardWant {
  Logits logits = Logits::none;
  size_t num_log_probs = 0;  // fewer than each item has tokens
  std::vector<HeadRef> queries;
  size_t until_layer;         // num_layers: run whole
  int32_t* control = nullptr;  // [0] cancel, [1] progress in permille, shared with other threads
};

/**
 * All or nothing: after an error every context is as it was. What is only read up to a layer, without queries or logits, is for keys to find with:
 * there activations in 8 bits have one scale per row, which costs next tokens more than it costs what is found.
 */
void forward(Session& session, std::vector<ForwardItem>& batch, const ForwardWant& want);

}  // namespace lectern
