// One cycle of consolidation, beside reads and writes: copies what is new in short holds of the readers'
// lock, thinks without any, and commits one concept per hold of the writers' lock, each in one record. What a
// write changed in between is left out, and is new again for the next cycle.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "base/brief_memory.h"
#include "base/limits.h"
#include "base/mutant.h"
#include "base/phases.h"
#include "memory/affinity.h"
#include "memory/codes.h"
#include "memory/prefetch.h"
#include "memory/row_order.h"
#include "space/input.h"
#include "space/space.h"
#include "vector/distance.h"

namespace engram {
namespace {

/** Episodes copied or looked up in one hold of the readers' lock. */
constexpr size_t kEpisodesPerHold = 128;
/** With at least one new episode in so many unbound ones all of them are clustered anew; with fewer, only the
 * surroundings of the new ones, so that the work follows what is new. */
constexpr size_t kBulkShare = 8;
/** Concepts a new episode is compared with. */
constexpr uint32_t kNearestConcepts = 3;
/** Cosine by which neighbours may miss what joins two episodes: over them the way leads to those that do not.
 */
constexpr double kWeakerLink = 0.03;

Status check_options(double now_ms, const ConsolidationOptions& options) {
  const auto share = [](double value) { return value > 0 && value <= 1; };
  if (!std::isfinite(now_ms) || std::abs(now_ms) > kTimeMaxMs)
    return Error::invalid("now is " + std::to_string(now_ms), "pass milliseconds since 1970");
  if (!share(options.cluster.merge) || !share(options.cluster.coherence) || !share(options.share))
    return Error::invalid("merge " + std::to_string(options.cluster.merge) + ", coherence " +
                              std::to_string(options.cluster.coherence) + ", share " +
                              std::to_string(options.share),
                          "pass numbers above 0, at most 1");
  if (!(options.cluster.tau_ms >= 0))
    return Error::invalid("tau is " + std::to_string(options.cluster.tau_ms), "pass 0 or more milliseconds");
  if (options.cluster.size < 2)
    return Error::invalid("size is " + std::to_string(options.cluster.size), "a concept needs 2 members");
  if (options.neighbours.neighbours == 0 || options.neighbours.leaf < 2)
    return Error::invalid("neighbours or leaf is too small", "use at least 1 and 2");
  return {};
}

}  // namespace

class Cycle {
 public:
  Cycle(Space& space, double now_ms, const ConsolidationOptions& options)
      : space_(space), now_ms_(now_ms), options_(options) {}

  Result<ConsolidationReport> run() {
    const uint64_t began = options_.clock_ns ? options_.clock_ns() : 0;
    gather();
    ENGRAM_TRY(dissolve());
    if (!fresh_.empty()) {
      copy_new();
      ENGRAM_TRY(extend());
      ENGRAM_TRY(form());
      ENGRAM_TRY(finish());
    }
    report_.elapsed_ns = options_.clock_ns ? options_.clock_ns() - began : 0;
    return report_;
  }

 private:
  using ReadLock = std::shared_lock<std::shared_mutex>;
  using WriteLock = std::unique_lock<std::shared_mutex>;

  /** An episode as it was when it was copied. */
  struct Copied {
    std::pmr::string id;
    uint32_t ordinal;
    uint64_t sequence;
    double at_ms;
    bool fresh;
    size_t place;  // of its vector in vectors_, or of its code in codes_
    bool taken = false;
  };
  /** Under a lock, and of one that is unchanged: where only codes were copied it is the index's own. */
  std::span<const float> vector_of(const Copied& one) const {
    if (codes_) return space_.index_.vector(one.ordinal);
    const size_t dimension = space_.settings_.dimension;
    return std::span(vectors_).subspan(one.place * dimension, dimension);
  }

  bool unbound_now(uint32_t ordinal) const {
    return space_.index_.contains(ordinal) && space_.concepts_.of(ordinal) == Concepts::kNone;
  }

  /** What is new, and up to where. */
  void gather() {
    const auto lock = waiting_lock<ReadLock>(space_.mutex_);
    through_ = space_.log_->position().sequence;
    fresh_ = space_.fresh_;
    std::sort(fresh_.begin(), fresh_.end());
    fresh_.erase(std::unique(fresh_.begin(), fresh_.end()), fresh_.end());
    std::erase_if(fresh_, [&](uint32_t ordinal) { return !unbound_now(ordinal); });
    everything_ = fresh_.size() * kBulkShare >= space_.index_.size() - space_.concepts_.bindings();
    report_.examined = fresh_.size();
  }

  std::vector<uint32_t> unbound() const {
    const auto lock = waiting_lock<ReadLock>(space_.mutex_);
    std::vector<uint32_t> found;
    for (uint32_t ordinal = 0; ordinal < space_.nodes_.size(); ++ordinal)
      if (unbound_now(ordinal)) found.push_back(ordinal);
    return found;
  }

  void copy_one(uint32_t ordinal) {
    if (!unbound_now(ordinal)) return;
    const auto& node = space_.nodes_[ordinal];
    copied_.push_back({std::pmr::string(node.id, brief_.resource()), ordinal, node.sequence, node.at_ms,
                       std::binary_search(fresh_.begin(), fresh_.end(), ordinal),
                       codes_ ? codes_->size() : vectors_.size() / space_.settings_.dimension});
    if (codes_) return codes_->add(space_.index_.code(ordinal));
    const auto vector = space_.index_.vector(ordinal);
    vectors_.insert(vectors_.end(), vector.begin(), vector.end());
  }

  void copy_new() {
    const auto wanted = everything_ ? unbound() : fresh_;
    const uint32_t dimension = space_.settings_.dimension;
    if (everything_ && space_.index_.coded() &&
        wanted.size() * dimension * sizeof(float) > options_.exact_up_to)
      codes_.emplace(dimension, brief_.resource()).reserve(wanted.size());
    copy(wanted);
  }

  /** Copies episodes, and brings them into the order of their ids: what follows depends on the set only. */
  void copy(const std::vector<uint32_t>& ordinals) {
    copied_.reserve(copied_.size() + ordinals.size());
    if (!codes_) vectors_.reserve(vectors_.size() + ordinals.size() * space_.settings_.dimension);
    for (size_t at = 0; at < ordinals.size(); at += kEpisodesPerHold) {
      const auto lock = waiting_lock<ReadLock>(space_.mutex_);
      for (size_t i = at; i < std::min(ordinals.size(), at + kEpisodesPerHold); ++i) copy_one(ordinals[i]);
    }
    order();
  }

  void order() {
    std::sort(copied_.begin(), copied_.end(), [](const Copied& a, const Copied& b) { return a.id < b.id; });
  }

  /** Whether an episode is as it was copied; under a lock. */
  bool unchanged(const Copied& one) const {
    return unbound_now(one.ordinal) && space_.nodes_[one.ordinal].sequence == one.sequence;
  }

  Result<Sequence> commit(const Operation& operation) {
    if (options_.observer) options_.observer(operation);
    return space_.commit(operation, {now_ms_, {}, 0});
  }

  /** Ends concepts that forgetting left too small. */
  Status dissolve() {
    std::vector<uint32_t> small;
    {
      const auto lock = waiting_lock<ReadLock>(space_.mutex_);
      for (uint32_t number = 0; number < space_.concepts_.end(); ++number)
        if (too_small(number)) small.push_back(number);
    }
    if (small.empty() || mutant(Mutant::kSmallConceptStays)) return {};
    const auto lock = waiting_lock<WriteLock>(space_.mutex_);
    std::erase_if(small, [&](uint32_t number) { return !too_small(number); });
    if (small.empty()) return {};
    ENGRAM_TRY(commit(DissolveOperation{small}));
    report_.dissolved = small.size();
    return {};
  }
  bool too_small(uint32_t number) const {
    return space_.concepts_.live(number) && space_.concepts_[number].size() < options_.cluster.size;
  }

  struct Extension {
    double affinity;
    uint32_t at;  // in copied_
  };

  /** Gives new episodes to the concepts they belong to. */
  Status extend() {
    std::map<uint32_t, std::vector<Extension>> wanted;  // by concept
    for (size_t at = 0; at < copied_.size(); at += kEpisodesPerHold) {
      const auto lock = waiting_lock<ReadLock>(space_.mutex_);
      if (space_.concepts_.size() == 0) return {};
      for (size_t i = at; i < std::min(copied_.size(), at + kEpisodesPerHold); ++i)
        if (copied_[i].fresh) prefer(static_cast<uint32_t>(i), wanted);
    }
    for (auto& [number, extensions] : wanted) {
      // copied_ is in the order of ids, so that equals are, too.
      std::stable_sort(extensions.begin(), extensions.end(),
                       [](const Extension& a, const Extension& b) { return a.affinity > b.affinity; });
      ENGRAM_TRY(extend(number, extensions));
    }
    std::erase_if(copied_, [](const Copied& one) { return one.taken; });
    return {};
  }

  /** The concept of highest average link, if any is high enough. */
  void prefer(uint32_t at, std::map<uint32_t, std::vector<Extension>>& wanted) {
    const Copied& one = copied_[at];
    if (!unchanged(one)) return;
    std::vector<Hit> nearest(kNearestConcepts);
    nearest.resize(space_.concepts_.nearest(vector_of(one), kNearestConcepts, scratch_, nearest));
    double best = 0;
    uint32_t chosen = Concepts::kNone;
    for (const Hit& hit : nearest) {
      const Concept& near = space_.concepts_[hit.ordinal];
      const double link =
          static_cast<double>(hit.similarity) * near.sum_length() / static_cast<double>(near.size());
      const double strength = affinity(link, one.at_ms - near.at_ms, options_.cluster.tau_ms);
      if (strength < options_.cluster.merge || strength <= best) continue;
      best = strength;
      chosen = hit.ordinal;
    }
    if (chosen != Concepts::kNone) wanted[chosen].push_back({best, at});
  }

  /** Binds as many as the concept can take and stay coherent, best first, in one record. */
  Status extend(uint32_t number, const std::vector<Extension>& extensions) {
    const auto lock = waiting_lock<WriteLock>(space_.mutex_);
    if (!space_.concepts_.live(number) || space_.concepts_[number].centroid.empty()) return {};
    const Concept& grown = space_.concepts_[number];
    auto n = static_cast<double>(grown.size());
    const double length = grown.sum_length();
    std::vector<double> sum(grown.centroid.begin(), grown.centroid.end());
    for (double& value : sum) value *= length;
    double squared = length * length;
    BindOperation bind{number, now_ms_, {}};
    std::vector<size_t> taken;
    for (const Extension& extension : extensions) {
      const Copied& one = copied_[extension.at];
      if (!unchanged(one)) {
        ++report_.skipped;
        continue;
      }
      const auto vector = vector_of(one);
      double along = 0;
      for (size_t i = 0; i < sum.size(); ++i) along += sum[i] * static_cast<double>(vector[i]);
      const double then = squared + 2 * along + 1;
      if (coherence_of(then, n + 1) < options_.cluster.coherence) continue;
      squared = then;
      n += 1;
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(vector[i]);
      bind.ids.emplace_back(one.id);
      taken.push_back(extension.at);
    }
    if (bind.ids.empty()) return {};
    ENGRAM_TRY(commit(bind));
    for (const size_t at : taken) copied_[at].taken = true;  // no part of what follows
    ++report_.strengthened;
    report_.bound += bind.ids.size();
    return {};
  }

  void apart(const std::function<void()>& work) const { options_.apart ? options_.apart(work) : work(); }

  /** Forms new concepts from what is unbound. */
  Status form() {
    const bool surroundings = !everything_;
    std::vector<std::pair<uint32_t, uint32_t>> near;  // ordinals
    if (surroundings) look_around(near);
    std::vector<Cluster> clusters;
    apart([&] { clusters = surroundings ? cluster(near) : cluster_all(); });
    std::stable_sort(clusters.begin(), clusters.end(), [](const Cluster& a, const Cluster& b) {
      return a.rows.size() != b.rows.size() ? a.rows.size() > b.rows.size() : a.coherence > b.coherence;
    });
    for (const Cluster& cluster : clusters) {
      const auto lock = waiting_lock<WriteLock>(space_.mutex_);
      const double most = std::ceil(options_.share * static_cast<double>(space_.index_.size()));
      if (static_cast<double>(space_.concepts_.size()) >= most) break;
      ENGRAM_TRY(form(cluster));
    }
    return {};
  }

  std::pmr::vector<uint32_t> places() const {
    std::pmr::vector<uint32_t> all(copied_.get_allocator());
    all.reserve(copied_.size());
    for (const Copied& one : copied_) all.push_back(static_cast<uint32_t>(one.place));
    return all;
  }

  /** Brings the vectors into the order of copied_. */
  UnitRows lay_out() {
    const uint32_t dimension = space_.settings_.dimension;
    reorder_rows(std::span(vectors_), dimension, places());
    vectors_.resize(copied_.size() * dimension);
    for (size_t at = 0; at < copied_.size(); ++at) copied_[at].place = at;
    return {vectors_, dimension};
  }

  std::pmr::vector<double> times() {
    std::pmr::vector<double> at_ms(brief_.resource());
    at_ms.reserve(copied_.size());
    for (const Copied& one : copied_) at_ms.push_back(one.at_ms);
    return at_ms;
  }

  std::vector<Cluster> cluster(const std::vector<std::pair<uint32_t, uint32_t>>& near) {
    const UnitRows rows = lay_out();
    return agglomerate(rows, times(), pairs_of(near, rows), options_.cluster, brief_.resource());
  }

  std::vector<Cluster> cluster_all() {
    const auto pairs = candidates();
    if (codes_) return agglomerate(*codes_, times(), pairs, options_.cluster, brief_.resource());
    const UnitRows rows{vectors_, space_.settings_.dimension};
    return agglomerate(rows, times(), pairs, options_.cluster, brief_.resource());
  }

  /** From the order of ids on, near ones side by side: what is compared then is mostly at hand. What the
   * search needed is free again for what follows. */
  std::pmr::vector<CandidatePair> candidates() {
    NeighbourOptions wanted = options_.neighbours;
    wanted.least =
        std::max(wanted.least, static_cast<float>(least_cosine(options_.cluster.merge) - kWeakerLink));
    const auto canonical = places();
    if (codes_) {
      codes_->reorder(canonical);
      NeighbourSearch search(*codes_, wanted, brief_.resource());
      follow(search.order());
      return pairs_of(search.find());
    }
    NeighbourSearch search({vectors_, space_.settings_.dimension}, canonical, wanted, brief_.resource());
    follow(search.order());
    const UnitRows rows = lay_out();
    return pairs_of(search.find(rows));
  }

  /** Brings copied_ into this order. */
  void follow(std::span<const uint32_t> order) {
    std::pmr::vector<Copied> ordered(brief_.resource());
    ordered.reserve(copied_.size());
    for (const uint32_t at : order) ordered.push_back(std::move(copied_[at]));
    copied_ = std::move(ordered);
  }

  Status form(const Cluster& cluster) {
    BindOperation bind{space_.concepts_.end(), now_ms_, {}};
    std::vector<std::span<const float>> vectors;
    for (const uint32_t row : cluster.rows) {
      if (!unchanged(copied_[row])) {
        ++report_.skipped;
        continue;
      }
      bind.ids.emplace_back(copied_[row].id);
      vectors.push_back(space_.index_.vector(copied_[row].ordinal));
      prefetch(vectors.back().data(), vectors.back().size_bytes());
    }
    // Without those that a write in between took, it may be no concept any more; and codes are not exact.
    if (vectors.size() < options_.cluster.size ||
        ((codes_ || vectors.size() < cluster.rows.size()) && !coherent(vectors)))
      return {};
    ENGRAM_TRY(commit(bind));
    ++report_.formed;
    report_.bound += bind.ids.size();
    return {};
  }

  bool coherent(std::span<const std::span<const float>> vectors) const {
    std::vector<double> sum(space_.settings_.dimension, 0);
    for (const auto vector : vectors)
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(vector[i]);
    const double squared = std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0);
    return coherence_of(squared, static_cast<double>(vectors.size())) >= options_.cluster.coherence;
  }

  /** Copies the unbound neighbours of what is new, and says who is near whom. */
  void look_around(std::vector<std::pair<uint32_t, uint32_t>>& near) {
    std::vector<uint32_t> others;
    const size_t count = copied_.size();
    std::vector<Hit> hits(options_.neighbours.neighbours + 1);
    for (size_t at = 0; at < count; at += kEpisodesPerHold) {
      const auto lock = waiting_lock<ReadLock>(space_.mutex_);
      for (size_t i = at; i < std::min(count, at + kEpisodesPerHold); ++i) {
        const size_t found = space_.index_.search(vector_of(copied_[i]),
                                                  {.k = static_cast<uint32_t>(hits.size())}, scratch_, hits);
        for (size_t h = 0; h < found; ++h) {
          const uint32_t other = hits[h].ordinal;
          if (other == copied_[i].ordinal || !unbound_now(other)) continue;
          near.emplace_back(copied_[i].ordinal, other);
          if (!std::binary_search(fresh_.begin(), fresh_.end(), other)) others.push_back(other);
        }
      }
    }
    std::sort(others.begin(), others.end());
    others.erase(std::unique(others.begin(), others.end()), others.end());
    copy(others);
  }

  /** Each pair once, though both may know each other. */
  template <typename Visit>
  static void each_pair(const NeighbourLists& lists, Visit visit) {
    for (uint32_t row = 0; row < lists.size(); ++row)
      for (const Neighbour& near : lists[row]) {
        const auto others = lists[near.row];
        const bool told = near.row < row && std::any_of(others.begin(), others.end(),
                                                        [&](const Neighbour& one) { return one.row == row; });
        if (!told) visit(CandidatePair{std::min(row, near.row), std::max(row, near.row), near.cosine});
      }
  }

  std::pmr::vector<CandidatePair> pairs_of(const NeighbourLists& lists) {
    size_t count = 0;
    each_pair(lists, [&](const CandidatePair&) { ++count; });
    std::pmr::vector<CandidatePair> pairs(brief_.resource());
    pairs.reserve(count);  // without room that nothing else could use
    each_pair(lists, [&](const CandidatePair& pair) { pairs.push_back(pair); });
    return pairs;
  }

  std::pmr::vector<CandidatePair> pairs_of(const std::vector<std::pair<uint32_t, uint32_t>>& near,
                                           const UnitRows& rows) {
    std::map<uint32_t, uint32_t> row_of;  // by ordinal
    for (uint32_t row = 0; row < copied_.size(); ++row) row_of[copied_[row].ordinal] = row;
    std::set<std::pair<uint32_t, uint32_t>> distinct;
    for (const auto& [one, other] : near) {
      const auto a = row_of.find(one);
      const auto b = row_of.find(other);
      if (a == row_of.end() || b == row_of.end()) continue;  // bound or gone meanwhile
      distinct.emplace(std::minmax(a->second, b->second));
    }
    const auto dot = bestKernels().dot;
    std::pmr::vector<CandidatePair> pairs(brief_.resource());
    for (const auto& [a, b] : distinct)
      pairs.push_back({a, b, dot(rows[a].data(), rows[b].data(), rows.dimension)});
    return pairs;
  }

  Status finish() {
    const auto lock = waiting_lock<WriteLock>(space_.mutex_);
    ENGRAM_TRY(commit(CycleOperation{now_ms_, through_}));
    return {};
  }

  Space& space_;
  const double now_ms_;
  const ConsolidationOptions& options_;
  ConsolidationReport report_;
  uint64_t through_ = 0;
  bool everything_ = false;      // cluster all that is unbound, not only what surrounds the new
  std::vector<uint32_t> fresh_;  // ordinals, ascending
  BriefMemory brief_;            // a cycle needs as much as what it looks at, and then nothing
  std::pmr::vector<Copied> copied_{brief_.resource()};  // by id
  std::pmr::vector<float> vectors_{brief_.resource()};  // theirs, by place
  std::optional<Codes> codes_;                          // instead, of many
  SearchScratch scratch_;
};

Result<ConsolidationReport> Space::consolidate(double now_ms, const ConsolidationOptions& options,
                                               Durability durability) {
  ENGRAM_TRY(check_options(now_ms, options));
  const std::lock_guard alone(consolidate_mutex_);
  auto report = Cycle(*this, now_ms, options).run();
  if (background_) upkeep_.begin();  // concepts leave links to be made, as stores do
  ENGRAM_TRY(report);
  if (durability != Durability::kAsync) ENGRAM_TRY(log_->sync_to(log_->position().sequence));
  return report;
}

ConceptView Space::view_of(uint32_t number) const {
  const Concept& one = concepts_[number];
  ConceptView view{number, one.centroid, one.coherence, one.strength, one.formed_at_ms, {}};
  for (const Binding& binding : one.bindings)
    view.members.push_back({nodes_[binding.episode].id, binding.strength, binding.contribution});
  std::sort(view.members.begin(), view.members.end(), [](const ConceptMember& a, const ConceptMember& b) {
    return a.contribution != b.contribution ? a.contribution > b.contribution : a.id < b.id;
  });
  return view;
}

std::optional<ConceptView> Space::find_concept(uint32_t number) const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  if (!concepts_.live(number)) return std::nullopt;
  return view_of(number);
}

std::vector<ConceptView> Space::scan_concepts(uint32_t first, size_t limit) const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  std::vector<ConceptView> found;
  for (uint32_t number = first; number < concepts_.end() && found.size() < limit; ++number)
    if (concepts_.live(number)) found.push_back(view_of(number));
  return found;
}

std::optional<uint32_t> Space::concept_of(View id) const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  const uint32_t ordinal = ordinalOf(id);
  if (ordinal == kNoNode || concepts_.of(ordinal) == Concepts::kNone || mutant(Mutant::kOneWayBinding))
    return std::nullopt;
  return concepts_.of(ordinal);
}

}  // namespace engram
