// The process-wide table of loaded files. Loading happens under one lock: a second thread waits and shares.
#include <sys/stat.h>

#include <map>
#include <mutex>

#include "weights/weights.h"

namespace lectern {

std::shared_ptr<const Weights> shared_weights(const ModelSpec& spec, Precision precision, Packing packing, size_t num_threads,
                                              const std::function<void(const std::shared_ptr<Weights>&)>& finish) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<const Weights>> loaded;

  std::string key = precision == Precision::f32 ? "f32\n" : packing == Packing::tight ? "int8, tight\n" : "int8\n";
  for (const FileEntry& file : spec.files) {
    struct stat info;
    const bool found = stat(file.path.c_str(), &info) == 0;
    key += file.path + '\n' + std::to_string(file.num_bytes) + '\n';
    if (found) key += std::to_string(static_cast<long long>(info.st_mtime)) + '.' + std::to_string(static_cast<long long>(info.st_ino)) + '\n';
  }
  std::lock_guard<std::mutex> lock(mutex);
  if (auto weights = loaded[key].lock()) return weights;
  auto weights = std::make_shared<Weights>(spec, precision, num_threads);
  finish(weights);
  for (const auto& file : weights->files) file->forget_pages();
  loaded[key] = weights;
  return weights;
}

}  // namespace lectern
