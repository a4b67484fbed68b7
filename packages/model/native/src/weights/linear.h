// A weight matrix, packed once into panels of 16 outputs.
#pragma once

#include <string>
#include <vector>

#include "kernels/int8.h"
#include "threads/thread_pool.h"
#include "weights/buffer.h"
#include "weights/quant.h"

namespace lectern {

/** A matrix in the model file: rows are outputs. */
struct Tensor {
  std::string name;
  TensorType type;
  size_t rows;
  size_t cols;
  const uint8_t* data;

  size_t row_bytes() const { return cols / traits(type).block * traits(type).block_bytes; }
};

enum class Precision : uint8_t { f32, int8 };

class Linear {
 public:
  Linear() = default;
  /** int8: the float types are quantised to 8 bits in groups of 32. The others are kept exactly in both. */
  Linear(const Tensor& tensor, Precision precision, ThreadPool& pool);

  /**
   * int8 only, once: the weights of these inputs (an even number, at most MAX_OUTLIERS), and the mins of all groups, in 16 bits behind
   * each panel's groups. They overwrite the panel's own mins: from then on only the kernels of 8 bits may read it.
   */
  void add_side(const std::vector<uint16_t>& outliers, ThreadPool& pool);

  size_t num_outputs() const { return tensor_.rows; }
  size_t num_inputs() const { return tensor_.cols; }
  /** Even; the last ones may be padding whose weights are 0. */
  size_t num_panels() const { return panels_.size(); }
  const Panel& panel(size_t i) const { return panels_[i]; }
  Int8Panel int8_panel(size_t i) const;
  /** Inputs that 8-bit activations leave out. */
  const std::vector<uint16_t>& outliers() const { return outliers_; }
  size_t bytes() const { return storage_.bytes(); }
  /** That a product in 8 bits reads. */
  size_t int8_bytes() const;

 private:
  uint8_t* side_of(size_t panel) const;

  Tensor tensor_{};  // in its file, which is mapped as long as the weights live
  std::vector<Panel> panels_;
  Buffer storage_;
  std::vector<uint16_t> outliers_;
  size_t num_pairs_ = 0;  // of the side: weights of outliers, then mins (num_pairs, 16, 2) int16; their scales (16) f32
};

}  // namespace lectern
