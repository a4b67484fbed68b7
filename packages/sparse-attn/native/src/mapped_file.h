// Files as memory: an index is scanned where the system keeps it, without a copy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace lectern {

/** What changes with a file's content: device, inode, size, times of the last change of content and of state in nanoseconds. */
using FileState = std::array<int64_t, 5>;

/** All zeros when there is no such file, or it cannot be looked at. */
FileState file_state(const std::string& path);

struct MappedFile {
  void* data;  // read only; null when the file cannot be mapped or is empty
  size_t size;
  FileState state;
};

/** The pages stay with the system: they are no anonymous memory of the process. Files of network file systems are not mapped. */
MappedFile map_file(const std::string& path);
void unmap(void* data, size_t size);

}  // namespace lectern
