// One transformer of one JavaScript thread: shared weights, its own threads, buffers and counters.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "attend_spans.h"
#include "int8/quant_buffer.h"
#include "kernel_tables.h"
#include "phases.h"
#include "threads/thread_pool.h"
#include "weights/weights.h"

namespace lectern {

/** A float array that grows and is reused. */
class Floats {
 public:
  float* reserve(size_t count) {
    if (buffer_.bytes() < count * sizeof(float)) buffer_ = Buffer(count * sizeof(float));
    return data();
  }
  float* data() const { return buffer_.as<float>(); }

 private:
  Buffer buffer_;
};

struct ThreadScratch {
  Floats unpacked;  // (k, TILE_COLS); or scratch of quantising a row; or panels joined from planes or loosened
  AttendScratch attend;
  Spans spans;

  /** Room for a panel of a weight. */
  uint8_t* joined(const Linear& weight) { return reinterpret_cast<uint8_t*>(unpacked.reserve(weight.joined_bytes() / sizeof(float))); }
  /** For one of each, one after the other. */
  uint8_t* joined(const Linear& first, const Linear& second) {
    return reinterpret_cast<uint8_t*>(unpacked.reserve((first.joined_bytes() + second.joined_bytes()) / sizeof(float)));
  }
};

/** Of one pass; rows are the tokens of all its items one after the other. */
struct Activations {
  Floats x;        // (rows, dim), the residual stream
  Floats normed;   // (rows, dim)
  Floats q;        // (rows, num_heads, head_dim)
  Floats k;        // (rows, num_kv_heads, head_dim)
  Floats v;        // (rows, num_kv_heads, head_dim)
  Floats attended; // (rows, num_heads, head_dim)
  Floats hidden;   // (rows, ffn_dim)
  QuantBuffer quantised;  // int8 only: what the next products read
  Floats logits;   // (rows of which log-probabilities are wanted at once, vocab_size)
  Floats bounds;   // (panels of the vocabulary): see int8/arg_max.cpp
  Floats partials; // attention of single tokens: (parts, group * head_dim values and group lse)
};

class SpareRows;

struct Session {
  Session(std::shared_ptr<const Weights> weights, Isa isa, size_t num_threads);
  /** For products alone (multiply), of a model whose weights are not `Weights`. */
  Session(Precision precision, Isa isa, size_t num_threads);

  const std::shared_ptr<const Weights> weights;  // null: only multiply is of use
  const Isa isa;
  const ModelKernels& kernels;
  const Int8Kernels* int8;  // null: products in f32
  const AttentionKernels& attention;
  const Int8AttentionKernels* int8_attention;  // null: attention in f32
  ThreadPool pool;
  std::vector<ThreadScratch> scratch;  // (num_threads)
  Activations act;
  const std::shared_ptr<SpareRows> spare_rows;
  /** int8, of the pass under way: activations have one scale per row instead of one per group, which is faster and less exact. */
  bool one_scale = false;
  /** Called before each product with its first matrix and its rows; for calibration. */
  std::function<void(const Linear& weight, const float* x, size_t rows)> observe;
  std::atomic<uint64_t> key_value_bytes{0};
  std::atomic<uint64_t> weight_bytes{0};
  Phases phases;
  /** One session of one thread for each thread of this one, made when first used: see row_blocks.h. */
  std::vector<std::unique_ptr<Session>> lanes;
};

}  // namespace lectern
