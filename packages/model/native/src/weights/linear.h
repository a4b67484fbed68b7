// A weight matrix, packed once into panels of 16 outputs. The panel's format is free: another one (int8 for VNNI) is another case.
#pragma once

#include <string>
#include <vector>

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

class Linear {
 public:
  Linear() = default;
  Linear(const Tensor& tensor, ThreadPool& pool);

  size_t num_outputs() const { return num_outputs_; }
  size_t num_inputs() const { return num_inputs_; }
  /** Even; the last ones may be padding whose weights are 0. */
  size_t num_panels() const { return panels_.size(); }
  const Panel& panel(size_t i) const { return panels_[i]; }
  size_t bytes() const { return storage_.bytes(); }

 private:
  size_t num_outputs_ = 0;
  size_t num_inputs_ = 0;
  std::vector<Panel> panels_;
  Buffer storage_;
};

}  // namespace lectern
