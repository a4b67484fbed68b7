// Passes through all layers, cancel and progress between them, logits at the end.
#include "forward.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "errors.h"
#include "int8/arg_max.h"
#include "multiply.h"
#include "pass.h"
#include "row_blocks.h"

namespace lectern {

namespace {

// Of one pass. Activations take 23 KB a row in a 135M model: without a bound a few long chunks would set a worker's peak memory.
constexpr size_t MAX_ROWS = 1280;

void look_at_control(const ForwardWant& want, size_t done, size_t total) {
  if (!want.control) return;
  const auto permille = static_cast<int32_t>(1000 * done / std::max<size_t>(1, total));
  if (__atomic_load_n(want.control, __ATOMIC_SEQ_CST) != 0) {
    throw EngineError("JOB_CANCELLED", "the pass was cancelled after " + std::to_string(permille / 10) + " % of its layers");
  }
  __atomic_store_n(want.control + 1, permille, __ATOMIC_SEQ_CST);
}

/** The index of the largest of x times weight. */
size_t arg_max(Session& s, const Linear& weight, const float* x) {
  if (s.int8 && weight.bounds_rests()) {
    if (const auto found = arg_max_int8(s, weight, x)) return *found;
  }
  float* logits = s.act.logits.reserve(weight.num_outputs());
  const Product head{&weight, nullptr, x, logits, weight.num_outputs(), Epilogue::store};
  multiply(s, &head, 1, 1);
  return static_cast<size_t>(std::max_element(logits, logits + weight.num_outputs()) - logits);
}

/** Norms the wanted rows into act.normed, one after the other, and multiplies them straight into the items' logits. */
void write_logits(Session& s, const Pass& pass, const ForwardWant& want) {
  const ModelConfig& c = s.weights->config;
  for (const TokenSlice& slice : pass.slices) {
    const bool is_last = slice.from + slice.count == slice.item->num_tokens;
    if (!slice.item->logits || (want.logits == Logits::last && !is_last)) continue;
    const size_t rows = want.logits == Logits::last ? 1 : slice.count;
    const size_t first = slice.row + slice.count - rows;
    for (size_t r = 0; r < rows; r++) {
      s.kernels.rms_norm(s.act.x.data() + (first + r) * c.dim, s.weights->output_norm.data(), c.rms_norm_eps, c.dim,
                         s.act.normed.data() + r * c.dim);
    }
    float* logits = slice.item->logits + (want.logits == Logits::last ? 0 : slice.from * c.vocab_size);
    const Product head{&s.weights->output, nullptr, s.act.normed.data(), logits, c.vocab_size, Epilogue::store};
    multiply(s, &head, 1, rows);
  }
}

void write_best(Session& s, const Pass& pass) {
  const ModelConfig& c = s.weights->config;
  for (const TokenSlice& slice : pass.slices) {
    if (slice.from + slice.count != slice.item->num_tokens) continue;
    const float* x = s.act.x.data() + (slice.row + slice.count - 1) * c.dim;
    s.kernels.rms_norm(x, s.weights->output_norm.data(), c.rms_norm_eps, c.dim, s.act.normed.data());
    *slice.item->best = static_cast<int32_t>(arg_max(s, s.weights->output, s.act.normed.data()));
  }
}

/** Natural logarithm of the softmax of `logits` at `token`; sums in the order of the vocabulary. */
float log_softmax_at(const float* logits, size_t vocab_size, int32_t token) {
  const float most = *std::max_element(logits, logits + vocab_size);
  double sum = 0;
  for (size_t i = 0; i < vocab_size; i++) sum += std::exp(logits[i] - most);
  return static_cast<float>(logits[token] - most - std::log(sum));
}

/** A row that is asked how likely the token after it is. */
struct Judged {
  size_t row;
  int32_t next;
  float* log_prob;
};

std::vector<Judged> judged_rows(const Pass& pass, size_t num_log_probs) {
  std::vector<Judged> rows;
  for (const TokenSlice& slice : pass.slices) {
    const ForwardItem& item = *slice.item;
    const size_t first = item.num_tokens - num_log_probs;  // the first token that is asked about: the row before it answers
    for (size_t t = std::max(slice.from, first - 1); t < slice.from + slice.count && t + 1 < item.num_tokens; t++) {
      rows.push_back({slice.row + t - slice.from, item.tokens[t + 1], item.logits + (t + 1 - first)});
    }
  }
  return rows;
}

constexpr size_t JUDGED_BYTES = 16 * 1024 * 1024;  // of the logits that are held at once

void write_log_probs(Session& s, const Pass& pass, size_t num_log_probs) {
  const ModelConfig& c = s.weights->config;
  const std::vector<Judged> rows = judged_rows(pass, num_log_probs);
  const size_t at_once = std::max<size_t>(1, JUDGED_BYTES / (c.vocab_size * sizeof(float)));
  for (size_t from = 0; from < rows.size(); from += at_once) {
    const size_t count = std::min(at_once, rows.size() - from);
    for (size_t r = 0; r < count; r++) {
      s.kernels.rms_norm(s.act.x.data() + rows[from + r].row * c.dim, s.weights->output_norm.data(), c.rms_norm_eps, c.dim, s.act.normed.data() + r * c.dim);
    }
    float* logits = s.act.logits.reserve(std::min(at_once, rows.size()) * c.vocab_size);
    const Product head{&s.weights->output, nullptr, s.act.normed.data(), logits, c.vocab_size, Epilogue::store};
    multiply(s, &head, 1, count);
    s.pool.run(count, [&](size_t r, size_t) { *rows[from + r].log_prob = log_softmax_at(logits + r * c.vocab_size, c.vocab_size, rows[from + r].next); });
  }
}

void run_pass(Session& s, Pass& pass, const ForwardWant& want, size_t layers_done, size_t layers_total) {
  const size_t num_layers = std::min(want.until_layer + 1, s.weights->config.num_layers);
  for (TokenSlice& slice : pass.slices) slice.position = slice.item->context->length();
  const std::vector<TokenSlice> placed = pass.slices;
  const auto look = [&](size_t layer) { look_at_control(want, layers_done + layer, layers_total); };
  if (fits_row_blocks(s, pass)) {
    run_row_blocks(s, pass, want, look);
  } else {
    reserve_rows(s, pass.rows);
    embed_rows(s, pass);
    for (size_t layer = 0; layer < num_layers; layer++) {
      look(layer);
      begin_layer(s, pass, want, layer);
      if (!layer_ends(s, want, layer)) break;
      choose_blocks(s, pass, layer);
      end_layer(s, pass, want, layer);
    }
  }
  if (want.logits == Logits::log_probs) write_log_probs(s, pass, want.num_log_probs);
  else if (want.logits == Logits::best) write_best(s, pass);
  else if (want.logits != Logits::none) write_logits(s, pass, want);
  for (const TokenSlice& slice : placed) slice.item->context->commit(slice.count, want.until_layer);
}

}  // namespace

void reserve_rows(Session& s, size_t rows) {
  const ModelConfig& c = s.weights->config;
  s.act.x.reserve(rows * c.dim);
  s.act.normed.reserve(rows * c.dim);
  s.act.q.reserve(rows * c.q_dim());
  s.act.k.reserve(rows * c.kv_dim());
  s.act.v.reserve(rows * c.kv_dim());
  s.act.attended.reserve(rows * c.q_dim());
  s.act.hidden.reserve(std::min(rows, feed_forward_rows(s)) * c.ffn_dim);
}

void embed_rows(Session& s, const Pass& pass) {
  const Tensor& table = s.weights->embedding;
  const float scale = s.weights->config.embedding_scale;
  for (const TokenSlice& slice : pass.slices) {
    for (size_t t = 0; t < slice.count; t++) {
      const auto token = static_cast<size_t>(slice.item->tokens[slice.from + t]);
      float* x = s.act.x.data() + (slice.row + t) * table.cols;
      dequantize_row(table.type, table.data + token * table.row_bytes(), table.cols, x);
      if (scale != 1.0f) std::transform(x, x + table.cols, x, [scale](float value) { return value * scale; });
    }
  }
}

std::vector<Pass> plan_passes(std::vector<ForwardItem>& batch) {
  std::vector<Pass> passes(1);
  for (ForwardItem& item : batch) {
    const SparsePart* sparse = item.context->sparse();
    const bool whole = sparse && sparse->has_choice.empty();
    for (size_t from = 0; from < item.num_tokens;) {
      if (passes.back().rows >= MAX_ROWS) passes.emplace_back();
      Pass& pass = passes.back();
      const size_t left = item.num_tokens - from;
      const size_t count = whole ? left : std::min(left, MAX_ROWS - pass.rows);
      pass.slices.push_back({&item, from, count, pass.rows, 0});
      pass.rows += count;
      from += count;
    }
  }
  return passes;
}

void forward(Session& s, std::vector<ForwardItem>& batch, const ForwardWant& want) {
  struct Before {
    size_t length, num_tokens;
    bool chosen;
  };
  std::vector<Before> before;
  for (const ForwardItem& item : batch) {
    item.context->check_room(item.num_tokens);
    const SparsePart* sparse = item.context->sparse();
    before.push_back({item.context->length(), item.context->num_tokens(), sparse && !sparse->has_choice.empty()});
  }
  std::vector<Pass> passes = plan_passes(batch);
  const size_t num_layers = std::min(want.until_layer + 1, s.weights->config.num_layers);
  const size_t total = passes.size() * num_layers;
  s.one_scale = want.until_layer < s.weights->config.num_layers && want.queries.empty();
  try {
    for (size_t i = 0; i < passes.size(); i++) run_pass(s, passes[i], want, i * num_layers, total);
    look_at_control(want, total, total);
  } catch (...) {
    for (size_t i = 0; i < batch.size(); i++) {
      batch[i].context->roll_back(before[i].length, before[i].num_tokens);
      if (batch[i].context->sparse() && !before[i].chosen) batch[i].context->sparse()->forget_choice();
    }
    throw;
  }
}

}  // namespace lectern
