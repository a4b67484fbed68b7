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

/** planes: the high nibbles of 8-bit codes lie apart from the low ones, so that the largest output can be found without most of those. */
enum class Layout : uint8_t { whole, planes };

/** How codes of 5 and 6 bits lie in int8: tight only where kernels take that (Int8Kernels::tight_rows). */
enum class Packing : uint8_t { bytes, tight };

struct RowCodes;

class Linear {
 public:
  Linear() = default;
  /**
   * int8: the float types are quantised to 8 bits in groups of 32. The others are kept exactly in both.
   * planes: a wish, followed in int8 where codes use all of their 8 bits (see has_planes).
   */
  Linear(const Tensor& tensor, Precision precision, ThreadPool& pool, Layout layout = Layout::whole);

  /**
   * int8 only, once: the weights of these inputs (an even number, at most MAX_OUTLIERS), and the mins of all groups, in 16 bits behind
   * each panel's groups. They overwrite the panel's own mins: from then on only the kernels of 8 bits may read it.
   * tight: codes of 5 and 6 bits then take no more than these.
   */
  void add_side(const std::vector<uint16_t>& outliers, ThreadPool& pool, Packing packing = Packing::bytes);

  size_t num_outputs() const { return tensor_.rows; }
  size_t num_inputs() const { return tensor_.cols; }
  /** Even; the last ones may be padding whose weights are 0. */
  size_t num_panels() const { return panels_.size(); }
  /** Of planes the high one, here and in int8_panel: a product with it is an approximation. */
  const Panel& panel(size_t i) const { return panels_[i]; }
  Int8Panel int8_panel(size_t i) const;

  bool has_planes() const { return low_.bytes() > 0; }
  bool has_tight_panels() const { return is_tight(panels_[0].format); }
  /** int8_panel(i); of planes both, joined in `room` (joined_bytes), where tight panels are loosened, too. */
  Int8Panel whole_panel(size_t i, const Int8Kernels& kernels, uint8_t* room) const;
  size_t joined_bytes() const;
  /** The same for kernels that take so many rows of planes, or of tight panels, as they are. */
  Int8Panel whole_panel(size_t i, const Int8Kernels& kernels, size_t rows, uint8_t* room) const;
  /**
   * planes, after add_side: of each column (16) the norm of scale * (low nibble - 8) over all inputs but the outliers, raised by what
   * rounding in the products may add: |product - product by high nibbles| is at most that times the norm of the row's codes and scales.
   */
  const float* rest_norms(size_t panel) const;
  /** Whether it has rest_norms, all of them finite. */
  bool bounds_rests() const { return bounds_rests_; }
  /** Inputs that 8-bit activations leave out. */
  const std::vector<uint16_t>& outliers() const { return outliers_; }
  size_t bytes() const { return storage_.bytes() + low_.bytes(); }
  /** That a product in 8 bits reads. */
  size_t int8_bytes() const { return high_bytes() + low_.bytes(); }
  /** Without the low plane. */
  size_t high_bytes() const;

 private:
  void tighten_panels(ThreadPool& pool);
  size_t int8_panel_bytes(const Panel& shape) const;
  uint8_t* side_of(size_t panel) const;
  uint8_t* low_plane(size_t panel) const { return low_.as<uint8_t>(panel * (low_.bytes() / panels_.size())); }
  void read_codes(size_t row, RowCodes& codes) const;

  Tensor tensor_{};  // in its file, which is mapped as long as the weights live
  std::vector<Panel> panels_;
  Buffer storage_;
  Buffer low_;  // planes: (panels, k / 8, 16) words of low nibbles, laid out as u4
  bool requantised_ = false;
  bool bounds_rests_ = false;
  std::vector<uint16_t> outliers_;
  size_t num_pairs_ = 0;  // of the side: weights of outliers, then mins (num_pairs, 16, 2) int16; their scales (16) f32
};

}  // namespace lectern
