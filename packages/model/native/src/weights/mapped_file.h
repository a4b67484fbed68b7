// A file mapped read-only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace lectern {

class MappedFile {
 public:
  /** Throws std::runtime_error when it cannot be opened or its size is not the expected one. */
  MappedFile(const std::string& path, size_t expected_bytes);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

  /** Lets the system drop pages that were read once (weights after packing). */
  void forget_pages() const;

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace lectern
