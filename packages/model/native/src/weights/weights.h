// All weights of one model file, shared by every transformer of the process that loads it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weights/linear.h"
#include "weights/mapped_file.h"

namespace lectern {

struct ModelConfig {
  size_t num_layers;
  size_t dim;
  size_t num_heads;
  size_t num_kv_heads;
  size_t head_dim;
  size_t ffn_dim;
  size_t vocab_size;
  size_t context_length;
  double rope_theta;
  bool rope_interleaved;
  float rms_norm_eps;

  size_t group() const { return num_heads / num_kv_heads; }
  size_t q_dim() const { return num_heads * head_dim; }
  size_t kv_dim() const { return num_kv_heads * head_dim; }
};

/** Where a tensor lies in the file, as the model file's reader found it; checked again here. */
struct TensorEntry {
  std::string name;
  std::string type;
  std::vector<size_t> shape;  // outermost first
  size_t offset;
};

struct ModelSpec {
  std::string path;
  size_t num_bytes;
  ModelConfig config;
  std::vector<TensorEntry> tensors;
};

struct LayerWeights {
  std::vector<float> attn_norm;  // (dim)
  std::vector<float> ffn_norm;   // (dim)
  Linear q, k, v, o, gate, up, down;
};

struct Weights {
  ModelConfig config;
  MappedFile file;
  Tensor embedding;  // (vocab_size, dim), in the file
  std::vector<LayerWeights> layers;
  std::vector<float> output_norm;  // (dim)
  Linear output;                   // (vocab_size, dim)
  std::vector<float> rope_cos;     // (context_length, head_dim / 2)
  std::vector<float> rope_sin;
  size_t bytes = 0;  // packed weights in memory

  Weights(const ModelSpec& spec, size_t num_threads);
};

/** One copy per file (path, size, time of change) and process, as long as someone holds it. Thread safe. */
std::shared_ptr<const Weights> shared_weights(const ModelSpec& spec, size_t num_threads);

}  // namespace lectern
