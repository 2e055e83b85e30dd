// What comes in from callers: checks that name the value that is wrong, and vectors made ready for the index.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "space/answer.h"
#include "space/operation.h"

namespace engram {

/** The vector with unit length; empty where it has no direction or a value that is no number. */
std::vector<float> unit(std::span<const float> values);
/** f32 values out of stored bytes, which may be unaligned. */
std::vector<float> floats(View bytes);

/** What an error is about; put into words only where there is an error. */
struct Whose {
  Whose(const char* what) : what_(what) {}  // NOLINT: implicit by design
  Whose(const char* what, View id) : what_(what), id_(id) {}
  std::string words() const;

 private:
  View what_;
  View id_ = {};
};

Status check_vector(std::span<const float> values, uint32_t dimension, const Whose& whose);
Status check_id(View id);
Status check_relation(View relation);
/** From -1 to 1; `from` and `to` are named in the error. */
Status check_weight(float weight, View from, View to);
/** All of it but whether its ends exist. */
Status check_link(const LinkOperation& edges);
Status check_factor(float factor);
/** `whose`: what happened then. */
Status check_time(double at_ms, const Whose& whose);
Status check_memory(const MemorySettings& settings);
Status check_episode(const EpisodeFields& episode, uint32_t dimension);

Error not_found(View id);

}  // namespace engram
