#include "memory/completion.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace engram {
namespace {

/** A weight below this share of the strongest takes no part. */
constexpr double kSilentShare = 0.01;
/** An attractor with this share of a hypothesis is taken: the next one must come from others. */
constexpr float kTakenShare = 0.1F;

class Completion {
 public:
  Completion(std::span<const float> cue, std::span<const uint8_t> known, const UnitRows& attractors,
             const CompletionOptions& options)
      : cue_(cue), known_(known), attractors_(attractors), options_(options) {}

  bool known(size_t i) const { return known_.empty() || known_[i] != 0; }
  bool noisy() const { return known_.empty(); }

  /** Settles into the attractors that are not taken yet; nothing when they do not match. */
  bool settle(const std::vector<bool>& taken, Hypothesis& result) const {
    std::vector<double> state(cue_.size());
    for (size_t i = 0; i < state.size(); ++i) state[i] = known(i) ? static_cast<double>(cue_[i]) : 0;
    std::vector<double> said;
    for (result.iterations = 1; result.iterations <= options_.iterations; ++result.iterations) {
      // The first look compares what is known only; later ones also what was filled in.
      result.code = compete(state, taken, result.iterations == 1);
      if (result.code.empty()) return false;
      said = mean(result.code);
      std::vector<double> next = said;
      if (!noisy())
        for (size_t i = 0; i < next.size(); ++i)
          if (known(i)) next[i] = static_cast<double>(cue_[i]);
      normalise(next);
      normalise(state);
      double step = 0;
      for (size_t i = 0; i < next.size(); ++i) step += (next[i] - state[i]) * (next[i] - state[i]);
      state = next;
      if (std::sqrt(step) < options_.settled) break;
    }
    result.iterations = std::min(result.iterations, options_.iterations);
    result.match = match(said);
    if (result.match < options_.gate) return false;
    result.vector.assign(state.begin(), state.end());
    return true;
  }

  /** Where each value comes from, by who said it and whether they agree. */
  void explain(std::span<const uint8_t> is_episode, Hypothesis& result) const {
    result.sources.resize(cue_.size());
    const bool alone =
        is_episode[result.code[0].row] != 0 && static_cast<double>(result.code[0].weight) >= options_.gate;
    for (size_t i = 0; i < cue_.size(); ++i) {
      double sum = 0;
      double size = 0;
      for (const AttractorWeight& one : result.code) {
        const double said = static_cast<double>(one.weight) * static_cast<double>(attractors_[one.row][i]);
        sum += said;
        size += std::abs(said);
      }
      result.sources[i] = !noisy() && known(i)                                 ? PartSource::kGiven
                          : alone                                              ? PartSource::kRecalled
                          : size == 0 || std::abs(sum) >= options_.gate * size ? PartSource::kReconstructed
                                                                               : PartSource::kImagined;
    }
  }

 private:
  static void normalise(std::vector<double>& values) {
    double squares = 0;
    for (const double value : values) squares += value * value;
    if (squares <= 0) return;
    for (double& value : values) value /= std::sqrt(squares);
  }

  /** Cosine of what was said and the cue, over what is known of it. */
  double match(const std::vector<double>& said) const {
    double both = 0;
    double of_said = 0;
    double of_cue = 0;
    for (size_t i = 0; i < said.size(); ++i) {
      if (!known(i)) continue;
      const auto given = static_cast<double>(cue_[i]);
      both += said[i] * given;
      of_said += said[i] * said[i];
      of_cue += given * given;
    }
    return of_said > 0 && of_cue > 0 ? both / std::sqrt(of_said * of_cue) : 0;
  }

  double similarity(const std::vector<double>& state, size_t row, bool known_only) const {
    const auto values = attractors_[row];
    double both = 0;
    double of_row = 0;
    double of_state = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      if (known_only && !known(i)) continue;
      const auto value = static_cast<double>(values[i]);
      both += value * state[i];
      of_row += value * value;
      of_state += state[i] * state[i];
    }
    return of_row > 0 && of_state > 0 ? both / std::sqrt(of_row * of_state) : 0;
  }

  /** The sparse code: softmax over the few most similar. */
  std::vector<AttractorWeight> compete(const std::vector<double>& state, const std::vector<bool>& taken,
                                       bool known_only) const {
    struct Scored {
      double similarity;
      uint32_t row;
      bool operator<(const Scored& other) const {
        return similarity != other.similarity ? similarity > other.similarity : row < other.row;
      }
    };
    std::vector<Scored> scored;
    for (uint32_t row = 0; row < attractors_.size(); ++row)
      if (!taken[row]) scored.push_back({similarity(state, row, known_only), row});
    const size_t most = std::min<size_t>(options_.active, scored.size());
    std::partial_sort(scored.begin(), scored.begin() + static_cast<ptrdiff_t>(most), scored.end());
    scored.resize(most);
    std::vector<AttractorWeight> code;
    double total = 0;
    for (const Scored& one : scored) {
      const double weight = std::exp(options_.sharpness * (one.similarity - scored[0].similarity));
      if (weight < kSilentShare) break;
      total += weight;
      code.push_back({one.row, static_cast<float>(weight)});
    }
    for (AttractorWeight& one : code)
      one.weight = static_cast<float>(static_cast<double>(one.weight) / total);
    return code;
  }

  std::vector<double> mean(const std::vector<AttractorWeight>& code) const {
    std::vector<double> sum(cue_.size(), 0);
    for (const AttractorWeight& one : code)
      for (size_t i = 0; i < sum.size(); ++i)
        sum[i] += static_cast<double>(one.weight) * static_cast<double>(attractors_[one.row][i]);
    return sum;
  }

  std::span<const float> cue_;
  std::span<const uint8_t> known_;
  const UnitRows& attractors_;
  const CompletionOptions& options_;
};

}  // namespace

std::vector<Hypothesis> complete(std::span<const float> cue, std::span<const uint8_t> known,
                                 const UnitRows& attractors, std::span<const uint8_t> is_episode,
                                 const CompletionOptions& options) {
  assert(known.empty() || known.size() == cue.size());
  assert(is_episode.size() == attractors.size());
  const Completion completion(cue, known, attractors, options);
  std::vector<bool> taken(attractors.size(), false);
  std::vector<Hypothesis> found;
  while (found.size() < options.hypotheses) {
    Hypothesis next;
    if (!completion.settle(taken, next)) break;
    completion.explain(is_episode, next);
    for (const AttractorWeight& one : next.code)
      if (one.weight >= kTakenShare) taken[one.row] = true;
    found.push_back(std::move(next));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Hypothesis& a, const Hypothesis& b) { return a.match > b.match; });
  double total = 0;
  for (const Hypothesis& one : found) total += std::exp(options.sharpness * (one.match - found[0].match));
  for (Hypothesis& one : found)
    one.confidence =
        std::min(1.0, one.match) * std::exp(options.sharpness * (one.match - found[0].match)) / total;
  return found;
}

}  // namespace engram
