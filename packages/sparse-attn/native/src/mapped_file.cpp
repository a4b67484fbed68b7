#include "mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

namespace lectern {

namespace {

#ifdef __APPLE__
int64_t nanoseconds(const struct timespec& t) { return static_cast<int64_t>(t.tv_sec) * 1000000000 + t.tv_nsec; }
FileState state_of(const struct stat& info) {
  return {static_cast<int64_t>(info.st_dev), static_cast<int64_t>(info.st_ino), static_cast<int64_t>(info.st_size),
          nanoseconds(info.st_mtimespec), nanoseconds(info.st_ctimespec)};
}
#else
int64_t nanoseconds(const struct timespec& t) { return static_cast<int64_t>(t.tv_sec) * 1000000000 + t.tv_nsec; }
FileState state_of(const struct stat& info) {
  return {static_cast<int64_t>(info.st_dev), static_cast<int64_t>(info.st_ino), static_cast<int64_t>(info.st_size),
          nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)};
}
#endif

/** Where another host may take a mapped file's pages away, reading them ends the process: it is not mapped. */
bool is_local(int fd) {
#ifdef __linux__
  struct statfs info;
  if (fstatfs(fd, &info) != 0) return false;
  switch (static_cast<uint32_t>(info.f_type)) {
    case 0x6969:      // NFS
    case 0x517b:      // SMB
    case 0xff534d42:  // CIFS
    case 0xfe534d42:  // SMB 2
    case 0x65735546:  // FUSE
    case 0x01021997:  // 9P
    case 0x00c36400:  // Ceph
    case 0x5346414f:  // AFS
    case 0x7461636f:  // OCFS 2
    case 0x01161970:  // GFS 2
      return false;
    default:
      return true;
  }
#else
  static_cast<void>(fd);
  return true;
#endif
}

}  // namespace

FileState file_state(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? state_of(info) : FileState{};
}

MappedFile map_file(const std::string& path) {
  MappedFile file{nullptr, 0, {}};
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file;
  struct stat info;
  if (fstat(fd, &info) == 0 && info.st_size > 0 && is_local(fd)) {
    const auto size = static_cast<size_t>(info.st_size);
    void* data = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    if (data != MAP_FAILED) file = {data, size, state_of(info)};
  }
  close(fd);
  return file;
}

void unmap(void* data, size_t size) { munmap(data, size); }

}  // namespace lectern
