// Loading: find each tensor, check it against the configuration and the file's size, pack it.
#include "weights/weights.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "weights/tensor_table.h"

namespace lectern {

namespace {

void check(const ModelConfig& c) {
  // Bounds far above any real model keep every product below 2^63.
  const size_t sizes[] = {c.num_layers, c.dim, c.num_heads, c.num_kv_heads, c.head_dim, c.ffn_dim, c.vocab_size, c.context_length};
  for (size_t size : sizes) {
    if (size == 0 || size > (1u << 20)) throw std::invalid_argument("a size in the model's configuration is 0 or above 1,048,576");
  }
  if (c.num_heads % c.num_kv_heads != 0) throw std::invalid_argument("the number of heads is no multiple of the number of KV heads");
  if (c.head_dim % 2 != 0) throw std::invalid_argument("the head dimension is odd");
  const auto positive = [](double x) { return std::isfinite(x) && x > 0; };
  if (!positive(c.softmax_scale) || !positive(c.embedding_scale) || !positive(c.rope_theta) || (c.window && !positive(c.sliding_rope_theta))) {
    throw std::invalid_argument("a scale or RoPE base in the model's configuration is not positive");
  }
  if (!c.rope_factors.empty() && c.rope_factors.size() != c.head_dim / 2) throw std::invalid_argument("not one RoPE factor per pair of a head");
  if (!std::all_of(c.rope_factors.begin(), c.rope_factors.end(), positive)) throw std::invalid_argument("a RoPE factor is not positive");
  if (c.window && c.sliding.size() != c.num_layers) throw std::invalid_argument("the sliding window's layers are not all layers");
}

/** angle = position * theta^(-2i / head_dim) / factor i, in double. */
void fill_rope(const ModelConfig& c, double theta, const std::vector<float>& factors, ThreadPool& pool, RopeTable& table) {
  constexpr size_t POSITIONS_PER_CHUNK = 256;
  const size_t half = c.head_dim / 2;
  table.cos.resize(c.context_length * half);
  table.sin.resize(c.context_length * half);
  std::vector<double> frequencies(half);
  for (size_t i = 0; i < half; i++) {
    frequencies[i] = std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(c.head_dim));
    if (!factors.empty()) frequencies[i] /= static_cast<double>(factors[i]);
  }
  pool.run((c.context_length + POSITIONS_PER_CHUNK - 1) / POSITIONS_PER_CHUNK, [&](size_t chunk, size_t) {
    const size_t last = std::min(c.context_length, (chunk + 1) * POSITIONS_PER_CHUNK);
    for (size_t position = chunk * POSITIONS_PER_CHUNK; position < last; position++) {
      for (size_t i = 0; i < half; i++) {
        const double angle = static_cast<double>(position) * frequencies[i];
        table.cos[position * half + i] = static_cast<float>(std::cos(angle));
        table.sin[position * half + i] = static_cast<float>(std::sin(angle));
      }
    }
  });
}

}  // namespace

bool int8_fits(const ModelConfig& c) {
  constexpr size_t MAX_INPUTS = 65536;  // outliers are listed in 16 bits
  if (std::max({c.dim, c.q_dim(), c.ffn_dim}) > MAX_INPUTS) return false;
  return c.dim % ACTIVATION_GROUP == 0 && c.q_dim() % ACTIVATION_GROUP == 0 && c.ffn_dim % ACTIVATION_GROUP == 0 && c.head_dim % 16 == 0;
}

size_t Weights::bytes() const {
  size_t bytes = output.bytes();
  for (const LayerWeights& w : layers) {
    for (const Linear* linear : {&w.q, &w.k, &w.v, &w.o, &w.gate, &w.up, &w.down}) bytes += linear->bytes();
  }
  return bytes;
}

Weights::Weights(const ModelSpec& spec, Precision chosen, size_t num_threads) : config(spec.config), precision(chosen) {
  check(config);
  for (const FileEntry& entry : spec.files) files.push_back(std::make_unique<MappedFile>(entry.path, entry.num_bytes));
  const ModelConfig& c = config;
  const TensorTable table(spec.tensors, files);
  ThreadPool pool(num_threads);
  const auto linear = [&](const std::string& name, size_t rows, size_t cols, Layout layout = Layout::whole) {
    return Linear(table.matrix(name, rows, cols), precision, pool, layout);
  };
  embedding = table.matrix("token_embd.weight", c.vocab_size, c.dim);
  output_norm = table.vector("output_norm.weight", c.dim);
  output = linear(table.has("output.weight") ? "output.weight" : "token_embd.weight", c.vocab_size, c.dim, Layout::planes);
  for (size_t i = 0; i < c.num_layers; i++) {
    const std::string block = "blk." + std::to_string(i) + ".";
    LayerWeights layer;
    layer.attn_norm = table.vector(block + "attn_norm.weight", c.dim);
    layer.ffn_norm = table.vector(block + "ffn_norm.weight", c.dim);
    if (c.post_norms) {
      layer.attn_post_norm = table.vector(block + "post_attention_norm.weight", c.dim);
      layer.ffn_post_norm = table.vector(block + "post_ffw_norm.weight", c.dim);
    }
    if (c.qk_norm) {
      layer.q_norm = table.vector(block + "attn_q_norm.weight", c.head_dim);
      layer.k_norm = table.vector(block + "attn_k_norm.weight", c.head_dim);
    }
    if (c.qkv_bias) {
      layer.q_bias = table.vector(block + "attn_q.bias", c.q_dim());
      layer.k_bias = table.vector(block + "attn_k.bias", c.kv_dim());
      layer.v_bias = table.vector(block + "attn_v.bias", c.kv_dim());
    }
    layer.q = linear(block + "attn_q.weight", c.q_dim(), c.dim);
    layer.k = linear(block + "attn_k.weight", c.kv_dim(), c.dim);
    layer.v = linear(block + "attn_v.weight", c.kv_dim(), c.dim);
    layer.o = linear(block + "attn_output.weight", c.dim, c.q_dim());
    layer.gate = linear(block + "ffn_gate.weight", c.ffn_dim, c.dim);
    layer.up = linear(block + "ffn_up.weight", c.ffn_dim, c.dim);
    layer.down = linear(block + "ffn_down.weight", c.dim, c.ffn_dim);
    layers.push_back(std::move(layer));
  }
  fill_rope(c, c.rope_theta, c.rope_factors, pool, rope_full);
  if (c.window) fill_rope(c, c.sliding_rope_theta, {}, pool, rope_sliding);
}

}  // namespace lectern
