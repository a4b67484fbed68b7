// The process-wide table of loaded files. Loading happens under one lock: a second thread waits and shares.
#include <sys/stat.h>

#include <map>
#include <mutex>

#include "weights/weights.h"

namespace lectern {

std::shared_ptr<const Weights> shared_weights(const ModelSpec& spec, size_t num_threads) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<const Weights>> loaded;

  std::string key;
  for (const FileEntry& file : spec.files) {
    struct stat info;
    const bool found = stat(file.path.c_str(), &info) == 0;
    key += file.path + '\n' + std::to_string(file.num_bytes) + '\n';
    if (found) key += std::to_string(static_cast<long long>(info.st_mtime)) + '.' + std::to_string(static_cast<long long>(info.st_ino)) + '\n';
  }
  std::lock_guard<std::mutex> lock(mutex);
  if (auto weights = loaded[key].lock()) return weights;
  auto weights = std::make_shared<const Weights>(spec, num_threads);
  loaded[key] = weights;
  return weights;
}

}  // namespace lectern
