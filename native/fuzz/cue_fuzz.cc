// Cues and ids of any bytes against a small space: a typed error, or an answer in order.
#include <cmath>
#include <cstdlib>
#include <vector>

#include "fuzz/input.h"
#include "fuzz/space_file.h"

namespace {

using namespace engram;

constexpr uint32_t kEpisodes = 40;

/** Filled once: recall changes nothing. */
struct Filled {
  SimulatedDisk disk{1};
  std::unique_ptr<Space> space;
  Filled() {
    make_space(disk);
    space = std::move(*Space::open(disk, kFuzzDirectory, kFuzzLog));
    for (uint32_t i = 0; i < kEpisodes; ++i) {
      const float values[kFuzzDimension] = {static_cast<float>(i) - 20.5F, static_cast<float>(i % 7), 1};
      const Bytes id = "e" + std::to_string(i);
      if (!space->store({{.id = id,
                          .embedding = {reinterpret_cast<const char*>(values), sizeof values},
                          .content = "",
                          .attributes = ""}},
                        Durability::kAsync))
        std::abort();
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Filled filled;
  FuzzInput input(data, size);
  uint32_t k = 0;
  const View raw_k = input.piece(sizeof k);
  if (!raw_k.empty()) std::memcpy(&k, raw_k.data(), raw_k.size());
  const RecallOptions options{.k = k, .ef = input.byte(), .exact = input.byte() % 2 == 0};
  const View id = input.sized();
  const View raw = input.rest();
  std::vector<float> cue(raw.size() / sizeof(float));
  if (!cue.empty()) std::memcpy(cue.data(), raw.data(), cue.size() * sizeof(float));

  const auto hits = filled.space->recall(cue, options);
  if (!hits && (hits.error().message.empty() || hits.error().code == Code::kInternal)) std::abort();
  if (hits) {
    if (hits->size() > k) std::abort();
    for (size_t i = 0; i < hits->size(); ++i)
      if (!std::isfinite((*hits)[i].similarity) ||
          (i > 0 && (*hits)[i].similarity > (*hits)[i - 1].similarity))
        std::abort();
  }
  (void)filled.space->get(id);
  (void)filled.space->scan(id, 3);
  (void)filled.space->edges(id);
  (void)filled.space->reach(id, options.ef, Direction::kOut, id);
  (void)filled.space->spread({{id, cue.empty() ? 1.0F : cue[0]}}, {});
  return 0;
}
