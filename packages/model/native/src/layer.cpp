// One transformer layer over the rows of a pass.
#include <algorithm>
#include <cstring>

#include "multiply.h"
#include "pass.h"

namespace lectern {

namespace {

constexpr size_t ROWS_PER_CHUNK = 16;

size_t num_chunks(size_t rows) { return (rows + ROWS_PER_CHUNK - 1) / ROWS_PER_CHUNK; }

void norm_rows(Session& s, const std::vector<float>& weight, size_t rows) {
  const ModelConfig& c = s.weights->config;
  s.pool.run(num_chunks(rows), [&](size_t chunk, size_t) {
    const size_t last = std::min(rows, (chunk + 1) * ROWS_PER_CHUNK);
    for (size_t r = chunk * ROWS_PER_CHUNK; r < last; r++) {
      s.kernels.rms_norm(s.act.x.data() + r * c.dim, weight.data(), c.rms_norm_eps, c.dim, s.act.normed.data() + r * c.dim);
    }
  });
}

void copy_queries(const ModelConfig& c, const float* q, const TokenSlice& slice, size_t token, const ForwardWant& want, size_t layer) {
  for (size_t i = 0; slice.item->queries && i < want.queries.size(); i++) {
    if (want.queries[i].layer != layer) continue;
    float* out = slice.item->queries + ((slice.from + token) * want.queries.size() + i) * c.head_dim;
    std::memcpy(out, q + want.queries[i].head * c.head_dim, c.head_dim * sizeof(float));
  }
}

/** Wanted queries out, queries rotated, keys rotated into the context, values into the context. */
void place_token(Session& s, const TokenSlice& slice, size_t token, const ForwardWant& want, size_t layer, bool stop) {
  const ModelConfig& c = s.weights->config;
  const size_t row = slice.row + token;
  const size_t position = slice.position + token;
  const float* cos = &s.weights->rope_cos[position * c.head_dim / 2];
  const float* sin = &s.weights->rope_sin[position * c.head_dim / 2];
  const auto rotate = [&](float* head) { s.kernels.rope(head, cos, sin, 1.0f, c.head_dim, c.rope_interleaved); };
  float* q = s.act.q.data() + row * c.q_dim();
  if (!want.queries.empty()) copy_queries(c, q, slice, token, want, layer);
  for (size_t h = 0; h < c.num_kv_heads; h++) {
    float* k = slice.item->context->keys(layer, h) + position * c.head_dim;
    std::memcpy(k, s.act.k.data() + row * c.kv_dim() + h * c.head_dim, c.head_dim * sizeof(float));
    rotate(k);
  }
  if (stop) return;
  for (size_t h = 0; h < c.num_kv_heads; h++) {
    std::memcpy(slice.item->context->values(layer, h) + position * c.head_dim, s.act.v.data() + row * c.kv_dim() + h * c.head_dim,
                c.head_dim * sizeof(float));
  }
  for (size_t h = 0; h < c.num_heads; h++) rotate(q + h * c.head_dim);
}

void place_rows(Session& s, const Pass& pass, const ForwardWant& want, size_t layer, bool stop) {
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

bool wants_queries(const ForwardWant& want, size_t layer) {
  return std::any_of(want.queries.begin(), want.queries.end(), [&](const HeadRef& ref) { return ref.layer == layer; });
}

}  // namespace

void run_layer(Session& s, Pass& pass, const ForwardWant& want, size_t layer) {
  const ModelConfig& c = s.weights->config;
  const LayerWeights& w = s.weights->layers[layer];
  Activations& a = s.act;
  const bool stop = layer == want.until_layer;

  norm_rows(s, w.attn_norm, pass.rows);
  std::vector<Product> products{{&w.k, nullptr, a.normed.data(), a.k.data(), c.kv_dim(), Epilogue::store}};
  if (!stop || wants_queries(want, layer)) products.push_back({&w.q, nullptr, a.normed.data(), a.q.data(), c.q_dim(), Epilogue::store});
  if (!stop) products.push_back({&w.v, nullptr, a.normed.data(), a.v.data(), c.kv_dim(), Epilogue::store});
  multiply(s, products.data(), products.size(), pass.rows);
  place_rows(s, pass, want, layer, stop);
  if (stop) return;

  choose_blocks(s, pass, layer);
  attend_pass(s, pass, layer);
  const Product project{&w.o, nullptr, a.attended.data(), a.x.data(), c.dim, Epilogue::add};
  multiply(s, &project, 1, pass.rows);

  norm_rows(s, w.ffn_norm, pass.rows);
  const Product expand{&w.gate, &w.up, a.normed.data(), a.hidden.data(), c.ffn_dim, Epilogue::silu_mul};
  multiply(s, &expand, 1, pass.rows);
  const Product contract{&w.down, nullptr, a.hidden.data(), a.x.data(), c.dim, Epilogue::add};
  multiply(s, &contract, 1, pass.rows);
}

}  // namespace lectern
