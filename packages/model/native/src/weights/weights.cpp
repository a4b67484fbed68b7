// Loading: find each tensor, check it against the configuration and the file's size, pack it.
#include "weights/weights.h"

#include <cmath>
#include <stdexcept>
#include <unordered_map>

namespace lectern {

namespace {

class TensorTable {
 public:
  TensorTable(const ModelSpec& spec, const MappedFile& file) : file_(file) {
    for (const auto& entry : spec.tensors) entries_.emplace(entry.name, &entry);
  }

  bool has(const std::string& name) const { return entries_.count(name) != 0; }

  Tensor matrix(const std::string& name, size_t rows, size_t cols) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) throw std::invalid_argument("tensor " + name + " is missing");
    const TensorEntry& entry = *found->second;
    const std::vector<size_t> expected = rows == 0 ? std::vector<size_t>{cols} : std::vector<size_t>{rows, cols};
    if (entry.shape != expected) throw std::invalid_argument("tensor " + name + " has another shape than the configuration");
    const Tensor tensor{name, tensor_type(entry.type), rows == 0 ? 1 : rows, cols, file_.data() + entry.offset};
    if (cols % traits(tensor.type).block != 0) throw std::invalid_argument("tensor " + name + ": rows are no whole number of blocks");
    const size_t bytes = tensor.rows * tensor.row_bytes();
    if (entry.offset > file_.size() || bytes > file_.size() - entry.offset) {
      throw std::invalid_argument("tensor " + name + " lies outside the file");
    }
    return tensor;
  }

  std::vector<float> vector(const std::string& name, size_t size) const {
    const Tensor tensor = matrix(name, 0, size);
    std::vector<float> values(size);
    dequantize_row(tensor.type, tensor.data, size, values.data());
    return values;
  }

 private:
  const MappedFile& file_;
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
}

/** angle = position * theta^(-2i / head_dim), in double. */
void fill_rope(const ModelConfig& c, std::vector<float>& cos, std::vector<float>& sin) {
  const size_t half = c.head_dim / 2;
  cos.resize(c.context_length * half);
  sin.resize(c.context_length * half);
  for (size_t i = 0; i < half; i++) {
    const double frequency = std::pow(c.rope_theta, -2.0 * static_cast<double>(i) / static_cast<double>(c.head_dim));
    for (size_t position = 0; position < c.context_length; position++) {
      const double angle = static_cast<double>(position) * frequency;
      cos[position * half + i] = static_cast<float>(std::cos(angle));
      sin[position * half + i] = static_cast<float>(std::sin(angle));
    }
  }
}

}  // namespace

Weights::Weights(const ModelSpec& spec, size_t num_threads) : config(spec.config), file(spec.path, spec.num_bytes) {
  check(config);
  const ModelConfig& c = config;
  const TensorTable table(spec, file);
  ThreadPool pool(num_threads);
  const auto linear = [&](const std::string& name, size_t rows, size_t cols) {
    Linear packed(table.matrix(name, rows, cols), pool);
    bytes += packed.bytes();
    return packed;
  };
  embedding = table.matrix("token_embd.weight", c.vocab_size, c.dim);
  output_norm = table.vector("output_norm.weight", c.dim);
  output = linear(table.has("output.weight") ? "output.weight" : "token_embd.weight", c.vocab_size, c.dim);
  for (size_t i = 0; i < c.num_layers; i++) {
    const std::string block = "blk." + std::to_string(i) + ".";
    LayerWeights layer;
    layer.attn_norm = table.vector(block + "attn_norm.weight", c.dim);
    layer.ffn_norm = table.vector(block + "ffn_norm.weight", c.dim);
    layer.q = linear(block + "attn_q.weight", c.q_dim(), c.dim);
    layer.k = linear(block + "attn_k.weight", c.kv_dim(), c.dim);
    layer.v = linear(block + "attn_v.weight", c.kv_dim(), c.dim);
    layer.o = linear(block + "attn_output.weight", c.dim, c.q_dim());
    layer.gate = linear(block + "ffn_gate.weight", c.ffn_dim, c.dim);
    layer.up = linear(block + "ffn_up.weight", c.ffn_dim, c.dim);
    layer.down = linear(block + "ffn_down.weight", c.dim, c.ffn_dim);
    layers.push_back(std::move(layer));
  }
  fill_rope(c, rope_cos, rope_sin);
  file.forget_pages();
}

}  // namespace lectern
