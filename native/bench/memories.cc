#include "memories.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace engram::bench {
namespace {

constexpr size_t kBatch = 1'000;

void demand(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

}  // namespace

std::unique_ptr<Space> remembering(Disk& disk, const std::string& directory, const Vectors& vectors) {
  std::filesystem::create_directories(directory);
  demand(Space::create(disk, directory, {.dimension = static_cast<uint32_t>(vectors.dimension)}, {}));
  auto space = Space::open(disk, directory);
  if (!space) throw std::runtime_error(space.error().message);
  for (size_t first = 0; first < vectors.count(); first += kBatch) {
    const size_t count = std::min(kBatch, vectors.count() - first);
    std::vector<std::string> ids(count);
    std::vector<EpisodeFields> episodes(count);
    for (size_t i = 0; i < count; ++i) {
      const auto values = vectors[first + i];
      episodes[i].id = ids[i] = "memory-" + std::to_string(first + i);
      episodes[i].embedding = {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
    }
    if (const auto stored = (*space)->store(episodes, Durability::kAsync); !stored)
      throw std::runtime_error(stored.error().message);
  }
  return std::move(*space);
}

}  // namespace engram::bench
