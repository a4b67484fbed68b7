// All weights of one model, of one file or several, shared by every transformer of the process that loads it.
#pragma once

#include <functional>
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
  std::vector<float> rope_factors;  // (head_dim / 2), or empty: all 1
  bool rope_interleaved;
  float rms_norm_eps;
  float softmax_scale;
  bool qk_norm;
  bool qkv_bias;
  bool gelu;  // else silu
  bool post_norms;
  float embedding_scale;
  size_t window;              // keys that a sliding layer sees, the query's own included; 0: no layer slides
  std::vector<bool> sliding;  // (num_layers), or empty
  double sliding_rope_theta;

  /** Keys that a query of this layer sees; 0: all before it. */
  size_t window_of(size_t layer) const { return window && sliding[layer] ? window : 0; }

  size_t group() const { return num_heads / num_kv_heads; }
  size_t q_dim() const { return num_heads * head_dim; }
  size_t kv_dim() const { return num_kv_heads * head_dim; }
};

struct FileEntry {
  std::string path;
  size_t num_bytes;
};

/** Where a tensor lies in its file, as the model file's reader found it; checked again here. */
struct TensorEntry {
  std::string name;
  std::string type;
  std::vector<size_t> shape;  // outermost first
  size_t offset;
  size_t file;   // of ModelSpec.files
  float addend;  // added to every value; 0 for matrices
};

struct ModelSpec {
  std::vector<FileEntry> files;
  ModelConfig config;
  std::vector<TensorEntry> tensors;
};

/** Cosines and sines of every position's angles. */
struct RopeTable {
  std::vector<float> cos;  // (context_length, head_dim / 2)
  std::vector<float> sin;
};

/** Vectors that the architecture does not have are empty. */
struct LayerWeights {
  std::vector<float> attn_norm;                // (dim)
  std::vector<float> ffn_norm;                 // (dim)
  std::vector<float> attn_post_norm;           // (dim)
  std::vector<float> ffn_post_norm;            // (dim)
  std::vector<float> q_norm, k_norm;           // (head_dim)
  std::vector<float> q_bias, k_bias, v_bias;   // (q_dim), (kv_dim), (kv_dim)
  Linear q, k, v, o, gate, up, down;
};

struct Weights {
  ModelConfig config;
  std::vector<std::unique_ptr<MappedFile>> files;
  Tensor embedding;  // (vocab_size, dim), in its file
  std::vector<LayerWeights> layers;
  std::vector<float> output_norm;  // (dim)
  Linear output;                   // (vocab_size, dim)
  RopeTable rope_full;
  RopeTable rope_sliding;  // empty where no layer slides
  Precision precision;

  Weights(const ModelSpec& spec, Precision precision, size_t num_threads);
  /** Packed weights in memory. */
  size_t bytes() const;
  const RopeTable& rope(size_t layer) const { return config.window_of(layer) ? rope_sliding : rope_full; }
};

/** Whether products in 8 bits can take this model: every matrix has a multiple of 32 inputs, 65,536 at most, attention's heads a multiple of 16. */
bool int8_fits(const ModelConfig& config);

/**
 * One copy per model (its files' paths, sizes and times of change), precision, packing and process, as long as someone holds it. Thread safe.
 * `finish` is called once on new weights before anyone else sees them; it also gives them their packing.
 */
std::shared_ptr<const Weights> shared_weights(const ModelSpec& spec, Precision precision, Packing packing, size_t num_threads,
                                              const std::function<void(const std::shared_ptr<Weights>&)>& finish);

}  // namespace lectern
