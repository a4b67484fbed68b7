#include "bert/bert_weights.h"

#include <sys/stat.h>

#include <cmath>
#include <map>
#include <mutex>
#include <stdexcept>

#include "bert/bert_session.h"
#include "int8/outliers.h"
#include "weights/tensor_table.h"

namespace lectern {

namespace {

constexpr size_t NUM_OBSERVED = 128;  // tokens

void check(const BertConfig& c) {
  // Bounds far above any real model keep every product below 2^63.
  for (const size_t size : {c.num_layers, c.dim, c.num_heads, c.ffn_dim, c.vocab_size, c.max_tokens, c.num_types}) {
    if (size == 0 || size > (1u << 20)) throw std::invalid_argument("a size in the embedder's configuration is 0 or above 1,048,576");
  }
  if (c.dim % c.num_heads != 0) throw std::invalid_argument("the heads do not divide the width");
  if (!std::isfinite(c.layer_norm_eps) || c.layer_norm_eps <= 0) throw std::invalid_argument("layer norm's epsilon is not positive");
}

bool fits_int8(const BertConfig& c) {
  constexpr size_t MAX_INPUTS = 65536;  // outliers are listed in 16 bits
  return c.dim % ACTIVATION_GROUP == 0 && c.ffn_dim % ACTIVATION_GROUP == 0 && c.dim <= MAX_INPUTS && c.ffn_dim <= MAX_INPUTS;
}

/** A pass in f32 over made-up tokens shows which inputs are outliers, as for the other models: int8/load_weights.cpp. */
void choose_outliers(const std::shared_ptr<BertWeights>& weights, Isa isa, size_t num_threads) {
  const BertConfig& c = weights->config;
  Energies energies;
  BertSession bert(weights, Precision::f32, isa, num_threads);
  bert.products.observe = [&](const Linear& weight, const float* x, size_t rows) { add_energies(energies[&weight], x, rows, weight.num_inputs()); };
  std::vector<int32_t> tokens(std::min(NUM_OBSERVED, c.max_tokens));
  for (size_t i = 0; i < tokens.size(); i++) tokens[i] = static_cast<int32_t>((i * 2654435761u) % c.vocab_size);
  std::vector<float> out(c.dim);
  embed(bert, {{tokens.data(), tokens.size(), out.data()}}, nullptr);
  ThreadPool pool(num_threads);
  for (BertLayer& layer : weights->layers) {
    // The first of a step is the one that `observe` saw.
    for (const auto& step : std::vector<std::vector<BiasedLinear*>>{{&layer.q, &layer.k, &layer.v}, {&layer.o}, {&layer.up}, {&layer.down}}) {
      const auto outliers = highest(energies.at(&step[0]->weight));
      for (BiasedLinear* linear : step) linear->weight.add_side(outliers, pool);
    }
  }
}

std::string key_of(const FileEntry& file, Precision precision) {
  struct stat info;
  std::string key = (precision == Precision::int8 ? "int8\n" : "f32\n") + file.path + '\n' + std::to_string(file.num_bytes) + '\n';
  if (stat(file.path.c_str(), &info) == 0) key += std::to_string(static_cast<long long>(info.st_mtime)) + '.' + std::to_string(static_cast<long long>(info.st_ino));
  return key;
}

}  // namespace

BertWeights::BertWeights(const BertSpec& spec, Precision chosen, size_t num_threads) : config(spec.config), precision(chosen) {
  check(config);
  const BertConfig& c = config;
  files.push_back(std::make_unique<MappedFile>(spec.file.path, spec.file.num_bytes));
  const TensorTable table(spec.tensors, files);
  ThreadPool pool(num_threads);
  const auto norm = [&](const std::string& name) { return LayerNorm{table.vector(name + ".weight", c.dim), table.vector(name + ".bias", c.dim)}; };
  const auto linear = [&](const std::string& name, size_t rows, size_t cols) {
    return BiasedLinear{Linear(table.matrix(name + ".weight", rows, cols), precision, pool), table.vector(name + ".bias", rows)};
  };
  tokens = table.matrix("token_embd.weight", c.vocab_size, c.dim);
  const Tensor types = table.matrix("token_types.weight", c.num_types, c.dim);
  std::vector<float> type(c.dim);
  dequantize_row(types.type, types.data, c.dim, type.data());  // of its first row: a text alone has no other
  const Tensor rows = table.matrix("position_embd.weight", c.max_tokens, c.dim);
  positions.resize(c.max_tokens * c.dim);
  for (size_t p = 0; p < c.max_tokens; p++) {
    float* row = &positions[p * c.dim];
    dequantize_row(rows.type, rows.data + p * rows.row_bytes(), c.dim, row);
    for (size_t i = 0; i < c.dim; i++) row[i] += type[i];
  }
  embedding_norm = norm("token_embd_norm");
  for (size_t i = 0; i < c.num_layers; i++) {
    const std::string block = "blk." + std::to_string(i) + ".";
    layers.push_back({linear(block + "attn_q", c.dim, c.dim), linear(block + "attn_k", c.dim, c.dim), linear(block + "attn_v", c.dim, c.dim),
                      linear(block + "attn_output", c.dim, c.dim), linear(block + "ffn_up", c.ffn_dim, c.dim), linear(block + "ffn_down", c.dim, c.ffn_dim),
                      norm(block + "attn_output_norm"), norm(block + "layer_output_norm")});
  }
}

std::shared_ptr<const BertWeights> load_bert_weights(const BertSpec& spec, Isa isa, PrecisionWish wish, size_t num_threads) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<const BertWeights>> loaded;
  const bool want = wish == PrecisionWish::int8 || (wish == PrecisionWish::faster && isa != Isa::scalar);
  const Precision precision = want && int8_kernels(isa) && fits_int8(spec.config) ? Precision::int8 : Precision::f32;
  const std::string key = key_of(spec.file, precision);
  std::lock_guard<std::mutex> lock(mutex);
  if (auto weights = loaded[key].lock()) return weights;
  auto weights = std::make_shared<BertWeights>(spec, precision, num_threads);
  if (precision == Precision::int8) choose_outliers(weights, isa, num_threads);
  weights->files[0]->forget_pages();
  loaded[key] = weights;
  return weights;
}

}  // namespace lectern
