#include "weights/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace lectern {

MappedFile::MappedFile(const std::string& path, size_t expected_bytes) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw std::runtime_error("cannot open " + path + ": " + std::strerror(errno));
  struct stat info;
  const bool known = fstat(fd, &info) == 0;
  size_ = known ? static_cast<size_t>(info.st_size) : 0;
  if (!known || size_ != expected_bytes || size_ == 0) {
    close(fd);
    throw std::runtime_error(path + " has " + std::to_string(size_) + " bytes, not " + std::to_string(expected_bytes));
  }
  void* address = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (address == MAP_FAILED) throw std::runtime_error("cannot map " + path + ": " + std::strerror(errno));
  data_ = static_cast<const uint8_t*>(address);
}

MappedFile::~MappedFile() { munmap(const_cast<uint8_t*>(data_), size_); }

void MappedFile::forget_pages() const { madvise(const_cast<uint8_t*>(data_), size_, MADV_DONTNEED); }

}  // namespace lectern
