// Loading: find each tensor, check it against the configuration and the file's size, pack it.
#include "weights/weights.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <unordered_map>

namespace lectern {

namespace {

class TensorTable {
 public:
  TensorTable(const ModelSpec& spec, const std::vector<std::unique_ptr<MappedFile>>& files) : files_(files) {
    for (const auto& entry : spec.tensors) entries_.emplace(entry.name, &entry);
  }

  bool has(const std::string& name) const { return entries_.count(name) != 0; }

  Tensor matrix(const std::string& name, size_t rows, size_t cols) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) throw std::invalid_argument("tensor " + name + " is missing");
    const TensorEntry& entry = *found->second;
    const std::vector<size_t> expected = rows == 0 ? std::vector<size_t>{cols} : std::vector<size_t>{rows, cols};
    if (entry.shape != expected) throw std::invalid_argument("tensor " + name + " has another shape than the configuration");
    if (entry.file >= files_.size()) throw std::invalid_argument("tensor " + name + " is in no file of the model");
    if (rows != 0 && entry.addend != 0) throw std::invalid_argument("tensor " + name + ": only a vector can have an addend");
    const MappedFile& file = *files_[entry.file];
    const Tensor tensor{name, tensor_type(entry.type), rows == 0 ? 1 : rows, cols, file.data() + entry.offset};
    if (cols % traits(tensor.type).block != 0) throw std::invalid_argument("tensor " + name + ": rows are no whole number of blocks");
    const size_t bytes = tensor.rows * tensor.row_bytes();
    if (entry.offset > file.size() || bytes > file.size() - entry.offset) {
      throw std::invalid_argument("tensor " + name + " lies outside the file");
    }
    return tensor;
  }

  std::vector<float> vector(const std::string& name, size_t size) const {
    const Tensor tensor = matrix(name, 0, size);
    std::vector<float> values(size);
    dequantize_row(tensor.type, tensor.data, size, values.data());
    const float addend = entries_.at(name)->addend;
    if (addend != 0) {
      for (float& value : values) value += addend;
    }
    return values;
  }

 private:
  const std::vector<std::unique_ptr<MappedFile>>& files_;
  std::unordered_map<std::string, const TensorEntry*> entries_;
};

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
  const TensorTable table(spec, files);
  ThreadPool pool(num_threads);
  const auto linear = [&](const std::string& name, size_t rows, size_t cols) {
    return Linear(table.matrix(name, rows, cols), precision, pool);
  };
  embedding = table.matrix("token_embd.weight", c.vocab_size, c.dim);
  output_norm = table.vector("output_norm.weight", c.dim);
  output = linear(table.has("output.weight") ? "output.weight" : "token_embd.weight", c.vocab_size, c.dim);
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
