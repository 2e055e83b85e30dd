// Answers to cues of any kind: nearest episodes, what activation reaches, episodes and concepts together;
// then completion and recognition, which read the same memory. The reader's lock is held throughout, so that
// an answer is of one moment.
#include "space/answer.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/limits.h"
#include "base/mutant.h"
#include "base/phases.h"
#include "memory/prefetch.h"
#include "space/input.h"
#include "space/space.h"

namespace engram {
namespace {

/** Episodes looked at beyond those asked for, since what is known of them changes their order. */
constexpr uint32_t kWiderBy = 16;
/** The blend looks at so many times what is asked for, and at least at so many. */
constexpr uint32_t kBlendFactor = 2;
constexpr uint32_t kBlendMin = 32;
/** Concepts whose members the semantic part proposes. */
constexpr uint32_t kBlendConcepts = 4;
/** Members of one concept whose vectors are fetched before they are compared. */
constexpr size_t kBlendFetched = 16;
/** Nearest episodes from which activation starts when the cue is a vector. */
constexpr uint32_t kVectorSeeds = 8;
/** Nearest episodes and concepts that take part in a completion. */
constexpr uint32_t kAttractorEpisodes = 64;
constexpr uint32_t kAttractorConcepts = 16;
constexpr uint32_t kCompletionIterationsMax = 64;
constexpr uint32_t kHypothesesMax = 16;

Status check_options(const AnswerOptions& options) {
  const uint32_t most = options.mode == RecallMode::kBlended ? kBlendedMaxK : kRecallMaxK;
  if (options.k == 0 || options.k > most)
    return Error::invalid("k is " + std::to_string(options.k),
                          "ask for 1 to " + std::to_string(most) + " hits");
  if (!(options.minimum_confidence >= 0 && options.minimum_confidence <= 1))
    return Error::invalid("minimum confidence is " + std::to_string(options.minimum_confidence),
                          "pass a number from 0 to 1");
  for (const float weight : {options.blend.episodic, options.blend.semantic, options.blend.inhibition})
    if (!(weight >= 0 && weight <= 1))
      return Error::invalid("a weight of the blend is " + std::to_string(weight), "pass numbers from 0 to 1");
  if (options.now_ms) ENGRAM_TRY(check_time(*options.now_ms, "the answer"));
  return check_filter(options.filter);
}

Status check_options(const CompletionOptions& options) {
  if (options.iterations == 0 || options.iterations > kCompletionIterationsMax)
    return Error::invalid("iterations is " + std::to_string(options.iterations),
                          "use 1 to " + std::to_string(kCompletionIterationsMax));
  if (options.hypotheses == 0 || options.hypotheses > kHypothesesMax)
    return Error::invalid("hypotheses is " + std::to_string(options.hypotheses),
                          "ask for 1 to " + std::to_string(kHypothesesMax));
  if (!(options.gate >= 0 && options.gate <= 1) || !(options.settled >= 0))
    return Error::invalid(
        "gate " + std::to_string(options.gate) + ", settled " + std::to_string(options.settled),
        "pass a gate from 0 to 1 and a step of 0 or more");
  return {};
}

float clamp01(float value) { return std::clamp(value, 0.0F, 1.0F); }

}  // namespace

/** One answer in the making. */
class Answering {
 public:
  Answering(const Space& space, const AnswerOptions& options) : space_(space), options_(options) {}

  Result<Answer> run(const Cue& cue) {
    for (const View id : cue.ids) {
      const uint32_t ordinal = space_.ordinalOf(id);
      if (ordinal == Space::kNoNode) return not_found(id);
      named_.push_back(ordinal);
    }
    set_vector(cue.vector);
    if (!options_.filter.empty()) selected_ = space_.attributes_.select(options_.filter);
    switch (options_.mode) {
      case RecallMode::kSimilar:
        similar();
        break;
      case RecallMode::kSpreading:
        spread();
        break;
      case RecallMode::kBlended:
        blended();
        break;
    }
    return finish();
  }

 private:
  struct Found {
    MemoryRef memory;
    float score;
    float similarity;
    float activation;
    float confidence;
    std::vector<MemoryRef> path;
  };

  const auto& node(uint32_t ordinal) const { return space_.nodes_[ordinal]; }
  bool is_named(uint32_t ordinal) const {
    return std::find(named_.begin(), named_.end(), ordinal) != named_.end();
  }

  /** The cue's direction: the vector's, else that of the named episodes together; none where there is none.
   */
  void set_vector(std::span<const float> given) {
    if (!given.empty()) {
      cue_ = unit(given);
      return;
    }
    std::vector<float> sum(space_.settings_.dimension, 0);
    for (const uint32_t ordinal : named_) {
      if (!space_.index_.contains(ordinal)) continue;
      const auto vector = space_.index_.vector(ordinal);
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += vector[i];
    }
    cue_ = unit(sum);
  }

  float cosine(std::span<const float> vector) const {
    return bestKernels().dot(cue_.data(), vector.data(), cue_.size());
  }
  float similarity(uint32_t ordinal) const {
    return cue_.empty() || !space_.index_.contains(ordinal) ? 0 : cosine(space_.index_.vector(ordinal));
  }

  /** What is left of a memory: weakened by suppression, faded with time where the time is told. */
  float vigour(uint32_t ordinal) const {
    const auto& one = node(ordinal);
    if (!options_.now_ms) return clamp01(one.strength);
    const double left = retention(space_.memory_.decay, space_.access_of(one), *options_.now_ms);
    return static_cast<float>(left) * clamp01(one.strength);
  }

  /** Probability that this is what was asked for: the evidence, calibrated, and the memory's own. */
  float sure(float evidence, uint32_t ordinal) const {
    const double right = space_.memory_.calibration(static_cast<double>(clamp01(evidence)));
    return static_cast<float>(both(right, static_cast<double>(clamp01(node(ordinal).confidence))));
  }

  bool answerable(uint32_t ordinal) const {
    if (is_named(ordinal)) return false;
    return !selected_ ||
           (selected_->has(ordinal) && node(ordinal).confidence >= options_.filter.minimum_confidence);
  }

  std::vector<Hit> nearest(uint32_t count) const {
    if (cue_.empty()) return {};
    const auto wanted = std::min<size_t>(count + named_.size(), kRecallMaxK);
    auto hits = space_.search(cue_, {.k = static_cast<uint32_t>(wanted),
                                     .ef = options_.ef,
                                     .exact = options_.exact,
                                     .filter = options_.filter});
    std::erase_if(hits, [&](const Hit& hit) { return is_named(hit.ordinal); });
    return hits;
  }

  std::vector<Hit> nearest_concepts(uint32_t count) const {
    if (cue_.empty() || space_.concepts_.size() == 0) return {};
    thread_local SearchScratch scratch;
    std::vector<Hit> hits(count);
    hits.resize(space_.concepts_.nearest(cue_, count, scratch, hits));
    return hits;
  }

  /** From a named episode to the hit, where the cue named any. */
  std::vector<MemoryRef> direct(uint32_t ordinal) const {
    std::vector<MemoryRef> path;
    path.reserve(3);  // for a concept, too
    if (!named_.empty()) path.push_back(MemoryRef::episode(named_[0]));
    path.push_back(MemoryRef::episode(ordinal));
    return path;
  }

  void similar() {
    if (cue_.empty()) return recent();
    for (const Hit& hit : nearest(options_.k + kWiderBy)) {
      const float left = vigour(hit.ordinal);
      found_.push_back({MemoryRef::episode(hit.ordinal), hit.similarity * left, hit.similarity,
                        hit.similarity, sure(hit.similarity * left, hit.ordinal), direct(hit.ordinal)});
    }
    add_concepts();
  }

  /** What a filter alone lets through, newest first. */
  void recent() {
    const RecallFilter& filter = options_.filter;
    space_.attributes_.times().descend(filter.from_ms.value_or(-kTimeMaxMs),
                                       filter.until_ms.value_or(kTimeMaxMs), [&](const Column::Entry& entry) {
                                         if (!answerable(entry.ordinal)) return true;
                                         const float left = vigour(entry.ordinal);
                                         found_.push_back({MemoryRef::episode(entry.ordinal),
                                                           left,
                                                           0,
                                                           0,
                                                           sure(left, entry.ordinal),
                                                           {MemoryRef::episode(entry.ordinal)}});
                                         return found_.size() < options_.k;
                                       });
    ordered_ = true;
  }

  void add_concepts() {
    if (!options_.concepts) return;
    for (const Hit& hit : nearest_concepts(options_.k)) {
      const Concept& one = space_.concepts_[hit.ordinal];
      const auto ref = MemoryRef::concept_number(hit.ordinal);
      const float score = hit.similarity * one.coherence;
      found_.push_back({ref,
                        score,
                        hit.similarity,
                        hit.similarity,
                        static_cast<float>(both(static_cast<double>(clamp01(score)),
                                                static_cast<double>(clamp01(one.strength)))),
                        {ref}});
    }
  }

  // --- blended ---------------------------------------------------------------------------------------------

  void blended() {
    if (cue_.empty()) return recent();
    std::vector<uint32_t> ordinals;
    std::vector<BlendCandidate> candidates;
    const auto propose = [&](uint32_t ordinal, float similarity) {
      if (std::find(ordinals.begin(), ordinals.end(), ordinal) != ordinals.end()) return;  // they are few
      ordinals.push_back(ordinal);
      candidates.push_back({similarity, 0, 0, space_.index_.vector(ordinal).data()});
      __builtin_prefetch(&node(ordinal).confidence);  // strength and use are beside it
    };
    for (const Hit& hit : nearest(std::max(kBlendMin, options_.k * kBlendFactor)))
      propose(hit.ordinal, hit.similarity);
    propose_members(propose);
    for (size_t i = 0; i < ordinals.size(); ++i) {
      const uint32_t number = space_.concepts_.of(ordinals[i]);
      if (number == Concepts::kNone || space_.concepts_[number].centroid.empty()) continue;
      candidates[i].concept_cosine = cosine(space_.concepts_[number].centroid);
      candidates[i].coherence = space_.concepts_[number].coherence;
    }
    add_best(ordinals, candidates, blend(candidates, space_.settings_.dimension, options_.blend));
    add_concepts();
  }

  /** The k best of those that are sure enough: how sure, and why, is asked of these alone. */
  void add_best(std::span<const uint32_t> ordinals, std::span<const BlendCandidate> candidates,
                std::span<const Blend> blends) {
    struct Scored {
      float score;
      float left;
      uint32_t ordinal;
      uint32_t at;
    };
    std::vector<Scored> scored(ordinals.size());
    for (uint32_t i = 0; i < ordinals.size(); ++i) {
      const float left = vigour(ordinals[i]);
      // A score below zero must not rise by fading.
      const float score = blends[i].score > 0 ? blends[i].score * left : blends[i].score;
      scored[i] = {score, left, ordinals[i], i};
    }
    const auto worse = [](const Scored& a, const Scored& b) {
      return a.score != b.score ? a.score < b.score : a.ordinal > b.ordinal;
    };
    std::make_heap(scored.begin(), scored.end(), worse);
    found_.reserve(options_.k);
    for (; !scored.empty() && found_.size() < options_.k; scored.pop_back()) {
      std::pop_heap(scored.begin(), scored.end(), worse);
      const auto [score, left, ordinal, at] = scored.back();
      const BlendCandidate& candidate = candidates[at];
      const float confidence = sure(blends[at].evidence * left, ordinal);
      if (confidence < options_.minimum_confidence) continue;
      std::vector<MemoryRef> path = direct(ordinal);
      if (semantic_share(options_.blend, candidate.similarity, candidate.coherence) > 0)
        path.insert(path.end() - 1, MemoryRef::concept_number(space_.concepts_.of(ordinal)));
      found_.push_back({MemoryRef::episode(ordinal), score, candidate.similarity, candidate.similarity,
                        confidence, std::move(path)});
    }
  }

  /** Members of the nearest concepts that the cue resembles most, within the budget and before the deadline.
   */
  template <typename Propose>
  void propose_members(const Propose& propose) {
    uint32_t budget = options_.semantic_budget;
    const std::vector<Hit> concepts = nearest_concepts(kBlendConcepts);
    for (const Hit& near : concepts) fetch_members(near.ordinal);
    for (const Hit& near : concepts) {
      if (options_.expired && options_.expired()) {
        truncated_ = true;
        return;
      }
      std::vector<Hit> members;
      for (const Binding& binding : space_.concepts_[near.ordinal].bindings) {
        if (budget == 0) {
          truncated_ = true;
          break;
        }
        --budget;
        if (answerable(binding.episode)) members.push_back({binding.episode, similarity(binding.episode)});
      }
      const auto best = std::min<size_t>(members.size(), kBlendMin / kBlendConcepts);
      std::partial_sort(members.begin(), members.begin() + static_cast<ptrdiff_t>(best), members.end(),
                        [](const Hit& a, const Hit& b) {
                          return a.similarity > b.similarity ||
                                 (a.similarity == b.similarity && a.ordinal < b.ordinal);
                        });
      for (size_t i = 0; i < best; ++i) propose(members[i].ordinal, members[i].similarity);
    }
  }

  /** Brings what similarity() reads of members on its way to the cache. */
  void fetch_members(uint32_t number) const {
    const auto& bindings = space_.concepts_[number].bindings;
    const size_t some = std::min<size_t>(bindings.size(), kBlendFetched);
    for (size_t i = 0; i < some; ++i) {
      if (!space_.index_.contains(bindings[i].episode)) continue;
      const auto vector = space_.index_.vector(bindings[i].episode);
      prefetch(vector.data(), vector.size_bytes());
    }
  }

  // --- spreading -------------------------------------------------------------------------------------------

  /** How a memory was reached through bindings: by whom, at which level. */
  struct Reached {
    float value;
    uint32_t from;  // bits of a MemoryRef; its own where it is a seed
    uint32_t level;
  };

  void spread() {
    std::vector<Activation> seeds;
    for (const uint32_t ordinal : named_) seeds.push_back({ordinal, 1});
    if (named_.empty())
      for (const Hit& hit : nearest(kVectorSeeds))
        if (hit.similarity > 0) seeds.push_back({hit.ordinal, clamp01(hit.similarity)});
    if (seeds.empty()) return recent();
    for (const Activation& seed : seeds) seeds_.emplace(seed.ordinal, seed.value);

    thread_local GraphScratch scratch;
    SpreadOptions over_edges;
    over_edges.arc_budget = options_.arc_budget;
    const SpreadResult linked = space_.graph_.spread(seeds, over_edges, scratch);
    truncated_ = truncated_ || linked.truncated;
    for (const Activation& one : linked.active) edges_.emplace(one.ordinal, one.value);
    over_bindings(seeds);

    std::vector<uint32_t> reached;
    for (const Activation& one : linked.active) reached.push_back(MemoryRef::episode(one.ordinal).bits());
    for (const auto& [bits, how] : bound_)
      if (ref_of(bits).is_concept() || !edges_.contains(bits)) reached.push_back(bits);
    std::sort(reached.begin(), reached.end());
    for (const uint32_t bits : reached) activate(ref_of(bits));
  }

  static MemoryRef ref_of(uint32_t bits) {
    const uint32_t number = bits & ~MemoryRef::kConceptBit;
    return (bits & MemoryRef::kConceptBit) != 0 ? MemoryRef::concept_number(number)
                                                : MemoryRef::episode(number);
  }

  void activate(MemoryRef ref) {
    const float bound = value_of(bound_, ref.bits());
    if (ref.is_concept()) {
      if (options_.concepts)
        found_.push_back({ref, bound, cue_.empty() ? 0 : cosine_of(ref.number()), bound, clamp01(bound),
                          bound_path(ref.bits())});
      return;
    }
    const uint32_t ordinal = ref.number();
    const auto linked = edges_.find(ordinal);
    const float by_edges = linked == edges_.end() ? 0 : linked->second;
    const float activation = std::abs(by_edges) >= bound ? by_edges : bound;
    // Two ways that know nothing of each other: at least one must hold.
    const double agreed = either(static_cast<double>(clamp01(by_edges)), static_cast<double>(clamp01(bound)));
    if (!answerable(ordinal) || (seeds_.contains(ordinal) && !named_.empty())) return;
    const float left = vigour(ordinal);
    const double own = static_cast<double>(clamp01(node(ordinal).confidence));
    found_.push_back({ref, activation * left, similarity(ordinal), activation,
                      static_cast<float>(both(agreed, own * static_cast<double>(left))),
                      std::abs(by_edges) >= bound ? edge_path(ordinal) : bound_path(ref.bits())});
  }

  float cosine_of(uint32_t number) const {
    const Concept& one = space_.concepts_[number];
    return one.centroid.empty() ? 0 : cosine(one.centroid);
  }

  static float value_of(const std::unordered_map<uint32_t, Reached>& map, uint32_t bits) {
    const auto found = map.find(bits);
    return found == map.end() ? 0 : found->second.value;
  }

  /** Level by level, the maximum kept: a memory is expanded again only when it was reached more strongly. */
  void over_bindings(const std::vector<Activation>& seeds) {
    std::vector<uint32_t> frontier;
    for (const Activation& seed : seeds) {
      const uint32_t bits = MemoryRef::episode(seed.ordinal).bits();
      if (bound_.emplace(bits, Reached{seed.value, bits, 0}).second) frontier.push_back(bits);
    }
    const BindingSpread& how = options_.bindings;
    uint32_t budget = options_.arc_budget;
    float level_factor = 1;
    for (uint32_t level = 1; level <= how.depth && !frontier.empty(); ++level, level_factor *= how.level) {
      std::vector<uint32_t> next;
      for (const uint32_t from : frontier) {
        const float value = bound_.at(from).value * level_factor;
        const auto arrive = [&](MemoryRef to, float factor) {
          if (budget == 0) {
            truncated_ = true;
            return false;
          }
          --budget;
          const float arriving = value * factor;
          if (arriving < how.cutoff) return true;
          const auto [at, first] = bound_.emplace(to.bits(), Reached{arriving, from, level});
          if (!first && at->second.value >= arriving) return true;
          at->second = {arriving, from, level};
          next.push_back(to.bits());
          return true;
        };
        if (!expand(ref_of(from), arrive)) return;
      }
      std::sort(next.begin(), next.end());
      next.erase(std::unique(next.begin(), next.end()), next.end());
      frontier = std::move(next);
    }
    // A seed's own value is no answer by way of bindings.
    for (const Activation& seed : seeds) bound_.at(MemoryRef::episode(seed.ordinal).bits()).value = 0;
  }

  template <typename Arrive>
  bool expand(MemoryRef from, const Arrive& arrive) const {
    const BindingSpread& how = options_.bindings;
    if (!from.is_concept()) {
      const uint32_t number = space_.concepts_.of(from.number());
      if (number == Concepts::kNone) return true;
      return arrive(MemoryRef::concept_number(number),
                    how.to_concept * space_.concepts_.binding(from.number()).strength);
    }
    const Concept& one = space_.concepts_[from.number()];
    for (const Binding& binding : one.bindings)
      if (!arrive(MemoryRef::episode(binding.episode), how.to_episode * binding.strength)) return false;
    if (one.centroid.empty()) return true;
    thread_local SearchScratch scratch;
    std::vector<Hit> near(how.concept_neighbours + 1);
    near.resize(space_.concepts_.nearest(one.centroid, how.concept_neighbours + 1, scratch, near));
    for (const Hit& hit : near)
      if (hit.ordinal != from.number() &&
          !arrive(MemoryRef::concept_number(hit.ordinal), how.between_concepts * clamp01(hit.similarity)))
        return false;
    return true;
  }

  std::vector<MemoryRef> bound_path(uint32_t bits) const {
    std::vector<MemoryRef> path = {ref_of(bits)};
    for (auto at = bound_.find(bits); at != bound_.end() && at->second.from != at->first;
         at = bound_.find(at->second.from)) {
      path.push_back(ref_of(at->second.from));
      if (path.size() > options_.bindings.depth + 1) break;
    }
    std::reverse(path.begin(), path.end());
    return path;
  }

  /** Back along the edge that brought most, until a seed: the strongest reason, not the only one. */
  std::vector<MemoryRef> edge_path(uint32_t ordinal) const {
    std::vector<MemoryRef> path = {MemoryRef::episode(ordinal)};
    while (!seeds_.contains(path.back().number()) && path.size() <= kSpreadMaxDepth) {
      float best = 0;
      uint32_t before = Space::kNoNode;
      for (const Arc& arc : space_.graph_.in(path.back().number())) {
        const auto source = edges_.find(arc.target);
        const bool visited =
            std::find(path.begin(), path.end(), MemoryRef::episode(arc.target)) != path.end();
        if (source == edges_.end() || visited) continue;
        const float brought = std::abs(source->second * arc.weight);
        if (brought > best || (brought == best && arc.target < before)) {
          best = brought;
          before = arc.target;
        }
      }
      if (before == Space::kNoNode) break;
      path.push_back(MemoryRef::episode(before));
    }
    std::reverse(path.begin(), path.end());
    return path;
  }

  // ---------------------------------------------------------------------------------------------------------

  Answer finish() {
    std::erase_if(found_, [&](const Found& one) { return one.confidence < options_.minimum_confidence; });
    if (!ordered_)
      std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
        return a.score != b.score ? a.score > b.score : a.memory.bits() < b.memory.bits();
      });
    Answer answer;
    answer.truncated = truncated_;
    answer.hits.reserve(std::min<size_t>(options_.k, found_.size()));
    for (size_t i = 0; i < std::min<size_t>(options_.k, found_.size()); ++i) {
      const Found& one = found_[i];
      answer.paths.insert(answer.paths.end(), one.path.begin(), one.path.end());
      answer.hits.push_back({one.memory, one.score, one.similarity, one.activation, one.confidence,
                             static_cast<uint32_t>(answer.paths.size())});
    }
    return answer;
  }

  const Space& space_;
  const AnswerOptions& options_;
  std::vector<float> cue_;
  std::vector<uint32_t> named_;
  std::optional<OrdinalSet> selected_;
  std::vector<Found> found_;
  std::unordered_map<uint32_t, float> seeds_;
  std::unordered_map<uint32_t, float> edges_;    // activation by edges, by ordinal
  std::unordered_map<uint32_t, Reached> bound_;  // by bindings, by a MemoryRef's bits
  bool truncated_ = false;
  bool ordered_ = false;
};

Result<Answer> Space::answer(const Cue& cue, const AnswerOptions& options) const {
  ENGRAM_TRY(check_options(options));
  if (cue.vector.empty() && cue.ids.empty() && options.filter.empty())
    return Error::invalid("the cue is empty", "pass a vector, ids or a filter");
  if (cue.ids.size() > kSeedsMaxCount)
    return Error::invalid(std::to_string(cue.ids.size()) + " ids",
                          "pass at most " + std::to_string(kSeedsMaxCount));
  if (!cue.vector.empty()) ENGRAM_TRY(check_vector(cue.vector, settings_.dimension, "the cue"));
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  return Answering(*this, options).run(cue);
}

Result<Completed> Space::complete(std::span<const float> cue, std::span<const uint8_t> known,
                                  const CompletionOptions& options) const {
  ENGRAM_TRY(check_options(options));
  ENGRAM_TRY(check_vector(cue, settings_.dimension, "the cue"));
  if (!known.empty() && known.size() != cue.size())
    return Error::invalid("the mask has " + std::to_string(known.size()) + " entries for " +
                              std::to_string(cue.size()) + " values",
                          "pass one entry per value, 0 where it is masked");
  std::vector<float> heard(cue.begin(), cue.end());
  for (size_t i = 0; i < known.size(); ++i)
    if (known[i] == 0) heard[i] = 0;
  const std::vector<float> partial = unit(heard);
  if (partial.empty())
    return Error::invalid("nothing of the cue is known", "leave at least one value that is not 0 unmasked");
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  Completed result;
  thread_local SearchScratch scratch;
  std::vector<float> rows;
  std::vector<uint8_t> is_episode;
  const auto take = [&](MemoryRef ref, std::span<const float> vector) {
    rows.insert(rows.end(), vector.begin(), vector.end());
    is_episode.push_back(ref.is_concept() ? 0 : 1);
    result.attractors.push_back(ref);
  };
  for (const Hit& hit : search(partial, {.k = kAttractorEpisodes}))
    take(MemoryRef::episode(hit.ordinal), index_.vector(hit.ordinal));
  std::vector<Hit> near(mutant(Mutant::kCompleteWithoutConcepts) ? 0 : kAttractorConcepts);
  near.resize(concepts_.nearest(partial, static_cast<uint32_t>(near.size()), scratch, near));
  for (const Hit& hit : near) take(MemoryRef::concept_number(hit.ordinal), concepts_[hit.ordinal].centroid);
  result.hypotheses =
      engram::complete(partial, known, UnitRows{rows, settings_.dimension}, is_episode, options);
  double total = 0;
  for (Hypothesis& one : result.hypotheses) {
    one.confidence = memory_.completions(one.confidence);
    total += one.confidence;
  }
  // They exclude each other.
  if (total > 1)
    for (Hypothesis& one : result.hypotheses) one.confidence /= total;
  return result;
}

Result<Recognition> Space::recognise(std::span<const float> cue, const RecognitionSettings& settings) const {
  ENGRAM_TRY(check_vector(cue, settings_.dimension, "the cue"));
  const std::vector<float> direction = unit(cue);
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  const auto episodes = search(direction, {.k = 1});
  thread_local SearchScratch scratch;
  std::vector<Hit> near(1);
  near.resize(concepts_.nearest(direction, 1, scratch, near));
  const float semantic = near.empty() || mutant(Mutant::kRecogniseWithoutGist)
                             ? 0
                             : near[0].similarity * concepts_[near[0].ordinal].coherence;
  return engram::recognise(episodes.empty() ? 0 : episodes[0].similarity, semantic, settings);
}

MemorySettings Space::memory_settings() const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  return memory_;
}

}  // namespace engram
