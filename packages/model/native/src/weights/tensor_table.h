// The tensors of a model by name: each is checked against the shape that the configuration wants and against its file's size.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "weights/weights.h"

namespace lectern {

class TensorTable {
 public:
  TensorTable(const std::vector<TensorEntry>& tensors, const std::vector<std::unique_ptr<MappedFile>>& files) : files_(files) {
    for (const auto& entry : tensors) entries_.emplace(entry.name, &entry);
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

}  // namespace lectern
