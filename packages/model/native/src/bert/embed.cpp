// One pass of BERT: embeddings, layers with their norms after each addition, mean pooling.
#include <algorithm>
#include <cmath>

#include "bert/bert_session.h"
#include "errors.h"
#include "multiply.h"

namespace lectern {

namespace {

/** Most rows of a pass, unless one text has more: what they take bounds an embedder's memory. */
constexpr size_t MAX_ROWS = 1024;
constexpr size_t ROWS_PER_CHUNK = 16;

template <typename Body>
void each_row(BertSession& bert, size_t first, size_t count, const Body& body) {
  const PhaseTimer timer(bert.products.phases.norm);
  bert.products.pool.run((count + ROWS_PER_CHUNK - 1) / ROWS_PER_CHUNK, [&](size_t chunk, size_t) {
    const size_t last = std::min(count, (chunk + 1) * ROWS_PER_CHUNK);
    for (size_t r = chunk * ROWS_PER_CHUNK; r < last; r++) body(first + r);
  });
}

void reserve(BertSession& bert, size_t rows, size_t block) {
  const BertConfig& c = bert.weights->config;
  Activations& a = bert.products.act;
  for (Floats* floats : {&a.x, &a.normed, &a.q, &a.k, &a.v, &a.attended}) floats->reserve(rows * c.dim);
  a.hidden.reserve(std::min(rows, block) * c.ffn_dim);
}

/** Rows that the feed-forward part takes at a time: what lies between its products stays in the second-level caches. */
size_t feed_forward_rows(const BertSession& bert) {
  constexpr size_t BYTES_PER_THREAD = 768 * 1024;
  constexpr size_t STEP = 84;  // a whole number of tiles
  const BertConfig& c = bert.weights->config;
  return std::max<size_t>(1, bert.products.pool.num_threads() * BYTES_PER_THREAD / (5 * c.ffn_dim + 8 * c.dim) / STEP) * STEP;
}

void embed_tokens(BertSession& bert, const TextTokens* texts, const std::vector<TextRows>& rows) {
  const BertWeights& w = *bert.weights;
  const size_t dim = w.config.dim;
  bert.products.pool.run(rows.size(), [&](size_t i, size_t) {
    float* x = bert.products.act.x.data() + rows[i].first * dim;
    for (size_t t = 0; t < rows[i].count; t++, x += dim) {
      dequantize_row(w.tokens.type, w.tokens.data + static_cast<size_t>(texts[i].tokens[t]) * w.tokens.row_bytes(), dim, x);
      bert.kernels.layer_norm(x, &w.positions[t * dim], w.embedding_norm.weight.data(), w.embedding_norm.bias.data(), w.config.layer_norm_eps, dim, x);
    }
  });
}

/** y = x W + bias */
Product product(const BiasedLinear& linear, const float* x, float* y) {
  return {&linear.weight, nullptr, x, y, linear.weight.num_outputs(), Epilogue::store, linear.bias.data()};
}

/** Rows [first, first + count) of x = norm of x + y. */
void add_and_norm(BertSession& bert, const LayerNorm& norm, const float* y, size_t first, size_t count) {
  const BertConfig& c = bert.weights->config;
  each_row(bert, first, count, [&](size_t r) {
    float* x = bert.products.act.x.data() + r * c.dim;
    bert.kernels.layer_norm(x, y + r * c.dim, norm.weight.data(), norm.bias.data(), c.layer_norm_eps, c.dim, x);
  });
}

void run_layer(BertSession& bert, const BertLayer& layer, const std::vector<TextRows>& texts, size_t rows, size_t block) {
  const BertConfig& c = bert.weights->config;
  Session& s = bert.products;
  Activations& a = s.act;
  const Product projections[] = {product(layer.q, a.x.data(), a.q.data()), product(layer.k, a.x.data(), a.k.data()), product(layer.v, a.x.data(), a.v.data())};
  multiply(s, projections, 3, rows);
  attend_texts(bert, texts);
  const Product output = product(layer.o, a.attended.data(), a.normed.data());
  multiply(s, &output, 1, rows);
  add_and_norm(bert, layer.attn_norm, a.normed.data(), 0, rows);
  for (size_t first = 0; first < rows; first += block) {
    const size_t count = std::min(block, rows - first);
    const Product up = product(layer.up, a.x.data() + first * c.dim, a.hidden.data());
    multiply(s, &up, 1, count);
    each_row(bert, 0, count, [&](size_t r) { bert.kernels.gelu_erf(a.hidden.data() + r * c.ffn_dim, c.ffn_dim); });
    const Product down = product(layer.down, a.hidden.data(), a.normed.data() + first * c.dim);
    multiply(s, &down, 1, count);
    add_and_norm(bert, layer.ffn_norm, a.normed.data(), first, count);
  }
}

/** The mean of the text's rows of x, divided by its length. */
void pool_text(const BertSession& bert, const TextRows& text, float* out) {
  const size_t dim = bert.weights->config.dim;
  std::fill(out, out + dim, 0.0f);
  for (size_t t = 0; t < text.count; t++) bert.products.kernels.add(bert.products.act.x.data() + (text.first + t) * dim, out, dim);
  double squares = 0;
  for (size_t i = 0; i < dim; i++) squares += static_cast<double>(out[i]) * out[i];
  const double length = std::sqrt(squares);
  const auto scale = static_cast<float>(length > 0 ? 1 / length : 0);
  for (size_t i = 0; i < dim; i++) out[i] *= scale;
}

void look_at_control(int32_t* control, size_t done, size_t total) {
  if (!control) return;
  const auto permille = static_cast<int32_t>(1000 * done / std::max<size_t>(1, total));
  if (__atomic_load_n(control, __ATOMIC_SEQ_CST) != 0) {
    throw EngineError("JOB_CANCELLED", "embedding was cancelled after " + std::to_string(permille / 10) + " % of the texts");
  }
  __atomic_store_n(control + 1, permille, __ATOMIC_SEQ_CST);
}

}  // namespace

BertSession::BertSession(std::shared_ptr<const BertWeights> shared, Precision precision, Isa isa, size_t num_threads)
    : weights(std::move(shared)), kernels(bert_kernels(isa)), products(precision, isa, num_threads), scratch(products.pool.num_threads()) {}

void embed(BertSession& bert, const std::vector<TextTokens>& texts, int32_t* control) {
  const size_t block = feed_forward_rows(bert);
  for (size_t from = 0, to = 0; from < texts.size(); from = to) {
    look_at_control(control, from, texts.size());
    std::vector<TextRows> pass;
    size_t rows = 0;
    for (; to < texts.size() && (to == from || rows + texts[to].count <= MAX_ROWS); to++) {
      pass.push_back({rows, texts[to].count});
      rows += texts[to].count;
    }
    reserve(bert, rows, block);
    embed_tokens(bert, &texts[from], pass);
    for (const BertLayer& layer : bert.weights->layers) run_layer(bert, layer, pass, rows, block);
    for (size_t i = from; i < to; i++) pool_text(bert, pass[i - from], texts[i].out);
  }
  look_at_control(control, texts.size(), texts.size());
}

}  // namespace lectern
