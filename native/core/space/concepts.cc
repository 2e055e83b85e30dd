#include "space/concepts.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "memory/clustering.h"
#include "space/input.h"

namespace engram {
namespace {

/** What a concept is worth when it is formed, and how much of the rest each confirmation adds. */
constexpr float kStrengthFormed = 0.5F;
constexpr float kStrengthGain = 0.1F;

bool before(const Binding& binding, uint32_t episode) { return binding.episode < episode; }

}  // namespace

double Concept::sum_length() const {
  const auto n = static_cast<double>(size());
  return std::sqrt(std::max(0.0, n + n * (n - 1) * static_cast<double>(coherence)));
}

Concepts::Concepts(uint32_t dimension) : dimension_(dimension), index_({.dimension = dimension}) {}

void Concepts::reserve_numbers(uint32_t end) {
  if (concepts_.size() < end) concepts_.resize(end);
}

void Concepts::bind(uint32_t number, double at_ms, std::span<const uint32_t> episodes) {
  reserve_numbers(number + 1);
  if (!concepts_[number].live) {
    concepts_[number] = {
        .live = true, .formed_at_ms = at_ms, .strength = kStrengthFormed, .bindings = {}, .centroid = {}};
    ++live_;
  } else {
    float& strength = concepts_[number].strength;
    strength += kStrengthGain * (1 - strength);
  }
  for (const uint32_t episode : episodes) {
    if (of(episode) == number) continue;
    release(episode);
    if (of_.size() <= episode) of_.resize(size_t{episode} + 1, kNone);
    of_[episode] = number;
    auto& bindings = concepts_[number].bindings;
    bindings.insert(std::lower_bound(bindings.begin(), bindings.end(), episode, before), {episode, 0, 0});
    ++bindings_;
  }
  changed_.push_back(number);
}

void Concepts::release(uint32_t episode) {
  const uint32_t number = of(episode);
  if (number == kNone) return;
  of_[episode] = kNone;
  auto& bindings = concepts_[number].bindings;
  bindings.erase(std::lower_bound(bindings.begin(), bindings.end(), episode, before));
  --bindings_;
  changed_.push_back(number);
}

void Concepts::refresh(uint32_t episode) {
  if (of(episode) != kNone) changed_.push_back(of(episode));
}

void Concepts::end_life(uint32_t number) {
  index_.remove(number);
  for (const Binding& binding : concepts_[number].bindings) of_[binding.episode] = kNone;
  bindings_ -= concepts_[number].bindings.size();
  concepts_[number] = {};
  --live_;
}

void Concepts::dissolve(uint32_t number) {
  if (live(number)) end_life(number);
}

void Concepts::settle(const VectorIndex& vectors, const TimeOf& at_ms) {
  std::sort(changed_.begin(), changed_.end());
  changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
  for (const uint32_t number : changed_)
    if (concepts_[number].live) follow(number, vectors, at_ms);
  changed_.clear();
}

void Concepts::follow(uint32_t number, const VectorIndex& vectors, const TimeOf& at_ms) {
  Concept& one = concepts_[number];
  if (one.bindings.empty()) {
    end_life(number);
    return;
  }
  // In the order of ordinals, from the start: the same members give the same sums, whatever came before.
  std::vector<double> sum(dimension_, 0);
  one.at_ms = 0;
  for (const Binding& binding : one.bindings) {
    const auto vector = vectors.vector(binding.episode);
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(vector[i]);
    one.at_ms += at_ms(binding.episode) / static_cast<double>(one.size());
  }
  double squared = 0;
  for (const double value : sum) squared += value * value;
  one.coherence = static_cast<float>(coherence_of(squared, static_cast<double>(one.size())));
  const std::vector<float> values(sum.begin(), sum.end());
  one.centroid = unit(values);
  for (Binding& binding : one.bindings) {
    const auto vector = vectors.vector(binding.episode);
    double along = 0;
    for (size_t i = 0; i < sum.size(); ++i) along += static_cast<double>(vector[i]) * sum[i];
    binding.strength = squared > 0 ? static_cast<float>(std::clamp(along / std::sqrt(squared), 0.0, 1.0)) : 0;
    binding.contribution =
        squared > 0 ? static_cast<float>(along / squared) : 1.0F / static_cast<float>(one.size());
  }
  index_.remove(number);
  if (!one.centroid.empty()) index_.add(number, one.centroid);
}

bool Concepts::restore(uint32_t number, double formed_at_ms, float strength,
                       std::span<const uint32_t> episodes) {
  if (number >= concepts_.size() || concepts_[number].live || episodes.empty()) return false;
  Concept& one = concepts_[number];
  one.live = true;
  one.formed_at_ms = formed_at_ms;
  one.strength = strength;
  ++live_;
  for (const uint32_t episode : episodes) {
    if (of(episode) != kNone || (!one.bindings.empty() && episode <= one.bindings.back().episode))
      return false;
    if (of_.size() <= episode) of_.resize(size_t{episode} + 1, kNone);
    of_[episode] = number;
    one.bindings.push_back({episode, 0, 0});
    ++bindings_;
  }
  changed_.push_back(number);
  return true;
}

const Binding& Concepts::binding(uint32_t episode) const {
  const auto& bindings = concepts_[of(episode)].bindings;
  const auto found = std::lower_bound(bindings.begin(), bindings.end(), episode, before);
  assert(found != bindings.end() && found->episode == episode);
  return *found;
}

size_t Concepts::nearest(std::span<const float> query, uint32_t k, SearchScratch& scratch,
                         std::span<Hit> out) const {
  return index_.search(query, {.k = k}, scratch, out);
}

std::optional<std::string> Concepts::disagreement(const VectorIndex& vectors) const {
  size_t bindings = 0;
  size_t counted = 0;
  size_t indexed = 0;
  for (uint32_t number = 0; number < concepts_.size(); ++number) {
    const Concept& one = concepts_[number];
    const std::string name = "concept " + std::to_string(number);
    if (!one.live) {
      if (index_.contains(number)) return name + " is gone and still has a centroid";
      continue;
    }
    ++counted;
    if (one.bindings.empty()) return name + " has no members";
    if (index_.contains(number) == one.centroid.empty()) return "the centroid of " + name;
    indexed += index_.contains(number) ? 1 : 0;
    std::vector<double> sum(dimension_, 0);
    for (const Binding& binding : one.bindings) {
      ++bindings;
      if (!vectors.contains(binding.episode)) return name + " has a member without a vector";
      if (of(binding.episode) != number) return name + " has a member that does not know it";
      const auto vector = vectors.vector(binding.episode);
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(vector[i]);
    }
    const std::vector<float> values(sum.begin(), sum.end());
    if (unit(values) != one.centroid) return name + " has a centroid that is not that of its members";
  }
  size_t known = 0;
  for (const uint32_t number : of_) known += number == kNone ? 0 : 1;
  if (counted != live_ || bindings != bindings_ || known != bindings_ || indexed != index_.size())
    return "counts of " + std::to_string(counted) + " concepts and " + std::to_string(bindings) +
           " bindings do not add up";
  return std::nullopt;
}

}  // namespace engram
