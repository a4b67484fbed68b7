// One transformer layer over the rows of a pass.
#include <algorithm>
#include <cstring>

#include "multiply.h"
#include "pass.h"

namespace lectern {

namespace {

constexpr size_t ROWS_PER_CHUNK = 16;

bool wants_queries(const ForwardWant& want, size_t layer) {
  return std::any_of(want.queries.begin(), want.queries.end(), [&](const HeadRef& ref) { return ref.layer == layer; });
}

size_t num_chunks(size_t rows) { return (rows + ROWS_PER_CHUNK - 1) / ROWS_PER_CHUNK; }

/** act.normed[0, count) = norm of rows [first, first + count) of act.x */
void norm_rows(Session& s, const std::vector<float>& weight, size_t first, size_t count) {
  const PhaseTimer timer(s.phases.norm);
  const ModelConfig& c = s.weights->config;
  s.pool.run(num_chunks(count), [&](size_t chunk, size_t) {
    const size_t last = std::min(count, (chunk + 1) * ROWS_PER_CHUNK);
    for (size_t r = chunk * ROWS_PER_CHUNK; r < last; r++) {
      s.kernels.rms_norm(s.act.x.data() + (first + r) * c.dim, weight.data(), c.rms_norm_eps, c.dim, s.act.normed.data() + r * c.dim);
    }
  });
}

/** Rows [first, first + count) of act.x += norm of act.normed[0, count), which is overwritten. */
void add_normed_rows(Session& s, const std::vector<float>& weight, size_t first, size_t count) {
  const ModelConfig& c = s.weights->config;
  s.pool.run(num_chunks(count), [&](size_t chunk, size_t) {
    const size_t last = std::min(count, (chunk + 1) * ROWS_PER_CHUNK);
    for (size_t r = chunk * ROWS_PER_CHUNK; r < last; r++) {
      float* row = s.act.normed.data() + r * c.dim;
      s.kernels.rms_norm(row, weight.data(), c.rms_norm_eps, c.dim, row);
      s.kernels.add(row, s.act.x.data() + (first + r) * c.dim, c.dim);
    }
  });
}

/** Rows [first, first + count) of act.x += x W, or its norm where the architecture has one there. */
void add_product(Session& s, const Linear& weight, const float* x, const std::vector<float>& post_norm, size_t first, size_t count) {
  const size_t dim = s.weights->config.dim;
  const bool normed = !post_norm.empty();
  float* y = normed ? s.act.normed.data() : s.act.x.data() + first * dim;
  const Product product{&weight, nullptr, x, y, dim, normed ? Epilogue::store : Epilogue::add};
  multiply(s, &product, 1, count);
  if (normed) add_normed_rows(s, post_norm, first, count);
}

/** The feed-forward part of rows [first, first + count). */
void feed_forward(Session& s, const LayerWeights& w, size_t first, size_t count) {
  const ModelConfig& c = s.weights->config;
  norm_rows(s, w.ffn_norm, first, count);
  const Product expand{&w.gate, &w.up, s.act.normed.data(), s.act.hidden.data(), c.ffn_dim, c.gelu ? Epilogue::gelu_mul : Epilogue::silu_mul};
  multiply(s, &expand, 1, count);
  add_product(s, w.down, s.act.hidden.data(), w.ffn_post_norm, first, count);
}

void copy_queries(const ModelConfig& c, const float* q, const TokenSlice& slice, size_t token, const ForwardWant& want, size_t layer) {
  for (size_t i = 0; slice.item->queries && i < want.queries.size(); i++) {
    if (want.queries[i].layer != layer) continue;
    float* out = slice.item->queries + ((slice.from + token) * want.queries.size() + i) * c.head_dim;
    std::memcpy(out, q + want.queries[i].head * c.head_dim, c.head_dim * sizeof(float));
  }
}

/** Queries normed where the architecture does, wanted ones out, rotated; keys normed and rotated into the context, values into it. */
void place_token(Session& s, const TokenSlice& slice, size_t token, const ForwardWant& want, size_t layer, bool stop) {
  const ModelConfig& c = s.weights->config;
  const size_t row = slice.row + token;
  const size_t position = slice.position + token;
  const LayerWeights& w = s.weights->layers[layer];
  const RopeTable& table = s.weights->rope(layer);
  const float* cos = &table.cos[position * c.head_dim / 2];
  const float* sin = &table.sin[position * c.head_dim / 2];
  const auto rotate = [&](float* head) { s.kernels.rope(head, cos, sin, 1.0f, c.head_dim, c.rope_interleaved); };
  const auto norm = [&](float* head, const std::vector<float>& weight) {
    if (c.qk_norm) s.kernels.rms_norm(head, weight.data(), c.rms_norm_eps, c.head_dim, head);
  };
  float* q = s.act.q.data() + row * c.q_dim();
  if (!stop || wants_queries(want, layer)) {
    for (size_t h = 0; h < c.num_heads; h++) norm(q + h * c.head_dim, w.q_norm);
  }
  if (!want.queries.empty()) copy_queries(c, q, slice, token, want, layer);
  for (size_t h = 0; h < c.num_kv_heads; h++) {
    float* k = slice.item->context->keys(layer, h) + position * c.head_dim;
    std::memcpy(k, s.act.k.data() + row * c.kv_dim() + h * c.head_dim, c.head_dim * sizeof(float));
    norm(k, w.k_norm);
    rotate(k);
    slice.item->context->store_key(layer, h, position);
  }
  if (stop) return;
  for (size_t h = 0; h < c.num_kv_heads; h++) {
    std::memcpy(slice.item->context->values(layer, h) + position * c.head_dim, s.act.v.data() + row * c.kv_dim() + h * c.head_dim,
                c.head_dim * sizeof(float));
    slice.item->context->store_value(layer, h, position);
  }
  for (size_t h = 0; h < c.num_heads; h++) rotate(q + h * c.head_dim);
}

void place_rows(Session& s, const Pass& pass, const ForwardWant& want, size_t layer, bool stop) {
  const PhaseTimer timer(s.phases.place);
  s.pool.run(num_chunks(pass.rows), [&](size_t chunk, size_t) {
    const size_t first = chunk * ROWS_PER_CHUNK;
    const size_t last = std::min(pass.rows, first + ROWS_PER_CHUNK);
    for (const TokenSlice& slice : pass.slices) {
      const size_t from = std::max(first, slice.row);
      const size_t to = std::min(last, slice.row + slice.count);
      for (size_t r = from; r < to; r++) place_token(s, slice, r - slice.row, want, layer, stop);
    }
  });
}

/** Of the last layer's rows after its keys and values only those are used whose logits are wanted: they move to the front, the others leave the pass. */
void keep_last_rows(Session& s, Pass& pass) {
  const ModelConfig& c = s.weights->config;
  Pass kept;
  for (const TokenSlice& slice : pass.slices) {
    if ((!slice.item->logits && !slice.item->best) || slice.from + slice.count < slice.item->num_tokens) continue;
    const size_t skipped = slice.count - 1, from = slice.row + skipped, to = kept.rows++;
    kept.slices.push_back({slice.item, slice.from + skipped, 1, to, slice.position + skipped});
    if (from == to) continue;
    std::memcpy(s.act.x.data() + to * c.dim, s.act.x.data() + from * c.dim, c.dim * sizeof(float));
    std::memcpy(s.act.q.data() + to * c.q_dim(), s.act.q.data() + from * c.q_dim(), c.q_dim() * sizeof(float));
  }
  pass = std::move(kept);
}

}  // namespace

size_t feed_forward_rows(const Session& s) {
  // L2 is 1 to 2 MiB. Several threads also wait for each other at the end of every step: longer steps pay for some reading from L3.
  constexpr size_t BYTES_ALONE = 768 * 1024, BYTES_PER_THREAD = 3 * 1024 * 1024;
  constexpr size_t STEP = 84;  // a whole number of tiles
  const ModelConfig& c = s.weights->config;
  const size_t threads = s.pool.num_threads();
  const size_t row_bytes = (5 * c.ffn_dim + 4 * c.dim);  // hidden in f32 and in 8 bits, normed
  return std::max<size_t>(1, (threads == 1 ? BYTES_ALONE : threads * BYTES_PER_THREAD) / row_bytes / STEP) * STEP;
}

bool layer_ends(const Session& s, const ForwardWant& want, size_t layer) {
  if (layer == want.until_layer) return false;
  return layer + 1 < s.weights->config.num_layers || want.logits != Logits::none;  // else keys and values are all that is left to use
}

void begin_layer(Session& s, const Pass& pass, const ForwardWant& want, size_t layer) {
  const ModelConfig& c = s.weights->config;
  const LayerWeights& w = s.weights->layers[layer];
  Activations& a = s.act;
  const bool stop = layer == want.until_layer;

  norm_rows(s, w.attn_norm, 0, pass.rows);
  const auto bias = [](const std::vector<float>& vector) { return vector.empty() ? nullptr : vector.data(); };
  std::vector<Product> products{{&w.k, nullptr, a.normed.data(), a.k.data(), c.kv_dim(), Epilogue::store, bias(w.k_bias)}};
  if (!stop || wants_queries(want, layer)) products.push_back({&w.q, nullptr, a.normed.data(), a.q.data(), c.q_dim(), Epilogue::store, bias(w.q_bias)});
  if (!stop) products.push_back({&w.v, nullptr, a.normed.data(), a.v.data(), c.kv_dim(), Epilogue::store, bias(w.v_bias)});
  multiply(s, products.data(), products.size(), pass.rows);
  place_rows(s, pass, want, layer, stop);
}

void end_layer(Session& s, Pass& pass, const ForwardWant& want, size_t layer) {
  const LayerWeights& w = s.weights->layers[layer];
  // In f32 a product of few rows adds in another order than one of many: there a row's bits would depend on the rows beside it.
  if (s.int8 && layer + 1 == s.weights->config.num_layers && (want.logits == Logits::last || want.logits == Logits::best)) keep_last_rows(s, pass);
  if (pass.rows == 0) return;
  attend_pass(s, pass, layer);
  add_product(s, w.o, s.act.attended.data(), w.attn_post_norm, 0, pass.rows);
  const size_t block = feed_forward_rows(s);
  for (size_t first = 0; first < pass.rows; first += block) feed_forward(s, w, first, std::min(block, pass.rows - first));
}

}  // namespace lectern
