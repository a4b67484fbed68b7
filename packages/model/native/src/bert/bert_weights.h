// Weights of a BERT encoder, shared by every embedder of the process that loads the same file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "int8/load_weights.h"
#include "weights/weights.h"

namespace lectern {

struct BertConfig {
  size_t num_layers;
  size_t dim;
  size_t num_heads;
  size_t ffn_dim;
  size_t vocab_size;
  size_t max_tokens;  // positions
  size_t num_types;
  float layer_norm_eps;

  size_t head_dim() const { return dim / num_heads; }
};

struct BertSpec {
  FileEntry file;
  BertConfig config;
  std::vector<TensorEntry> tensors;
};

struct LayerNorm {
  std::vector<float> weight, bias;  // (dim)
};

/** A matrix and what is added to its products. */
struct BiasedLinear {
  Linear weight;
  std::vector<float> bias;  // (num_outputs)
};

struct BertLayer {
  BiasedLinear q, k, v, o, up, down;
  LayerNorm attn_norm, ffn_norm;  // after attention's and the feed-forward's residual additions
};

struct BertWeights {
  BertConfig config;
  std::vector<std::unique_ptr<MappedFile>> files;  // one
  Tensor tokens;                 // (vocab_size, dim), in its file
  std::vector<float> positions;  // (max_tokens, dim), the embedding of token type 0 added
  LayerNorm embedding_norm;
  std::vector<BertLayer> layers;
  Precision precision;

  BertWeights(const BertSpec& spec, Precision precision, size_t num_threads);
};

/** As load_weights: 8 bits where wished for and the sizes and the instruction set allow them. Thread safe. */
std::shared_ptr<const BertWeights> load_bert_weights(const BertSpec& spec, Isa isa, PrecisionWish wish, size_t num_threads);

}  // namespace lectern
