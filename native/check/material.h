// What the numbers of an action stand for: ids, vectors, episodes, requests. Few of each, so that they meet.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/random.h"
#include "check/history.h"
#include "oracle/model.h"

namespace engram {

inline constexpr uint32_t kDimension = 4;
inline constexpr uint32_t kIds = 9;
inline constexpr uint32_t kTopics = 3;
/** Numbers so near each other are of one topic, as the episodes of a batch are. */
inline constexpr uint32_t kTopicNumbers = 64;
inline constexpr float kTopicSpread = 0.8F;
inline constexpr std::array<View, 2> kRelations = {"near", "far"};
/** Times of accesses and of answers, against which memories fade by hours. */
inline constexpr double kMsPerNumber = 200;

inline Bytes id_of(uint32_t number) { return Bytes("id-").append(std::to_string(number % kIds)); }
inline View relation_of(uint32_t number) { return kRelations[number % kRelations.size()]; }
inline Durability promise_of(uint32_t number) {
  constexpr std::array kPromises = {Durability::kGroup, Durability::kAsync, Durability::kFsync};
  return kPromises[number % kPromises.size()];
}

/** Near the axis of its topic, so that consolidation has something to find. */
inline std::vector<float> vector_of(uint32_t number) {
  Random random(number);
  std::vector<float> values(kDimension);
  for (float& value : values) value = kTopicSpread * (static_cast<float>(random.unit()) - 0.5F);
  values[number / kTopicNumbers % kTopics] += 1;
  return values;
}

inline ModelEpisode episode_of(uint32_t number) {
  ModelEpisode made;
  const std::vector<float> values = vector_of(number);
  if (number % 8 != 7)
    made.embedding.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  made.at_ms = number;
  made.content = Bytes("content ").append(std::to_string(number));
  return made;
}

}  // namespace engram
