#include "memory/clustering.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <queue>
#include <utility>

#include "memory/affinity.h"
#include "memory/prefetch.h"
#include "vector/distance.h"

namespace engram {
namespace {

constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
/** A cluster while it grows. */
struct Growing {
  uint32_t first;  // its smallest row
  uint32_t last;   // the other end of its chain of rows
  uint32_t size = 1;
  uint32_t sum = kNone;    // where in Sums; none for a single row, which is its own sum
  uint32_t edges = kNone;  // its chain of them
  double squared = 1;      // length of the sum
  double at_sum = 0;
};

/** What a cluster knows of another that it may join: the product of their sums. Void once that was joined. */
struct Edge {
  double product;
  uint32_t to;
  uint32_t next;
};

struct Join {
  double affinity;
  double product;
  uint32_t first_a;  // the first rows of both, smaller first: the canonical order of equals
  uint32_t first_b;
  uint32_t a;
  uint32_t b;

  bool operator<(const Join& other) const {  // a priority queue takes the greatest first
    if (affinity != other.affinity) return affinity < other.affinity;
    if (first_a != other.first_a) return first_a > other.first_a;
    return first_b > other.first_b;
  }
};

/** Sums of unit vectors, each in a place that is used again when its cluster has been joined. */
class Sums {
 public:
  Sums(size_t dimension, std::pmr::memory_resource* memory)
      : dimension_(dimension), values_(memory), free_(memory) {}

  std::span<float> operator[](uint32_t at) { return std::span(values_).subspan(at * dimension_, dimension_); }
  std::span<const float> operator[](uint32_t at) const {
    return std::span(values_).subspan(at * dimension_, dimension_);
  }
  uint32_t take() {
    if (free_.empty()) {
      values_.resize(values_.size() + dimension_);
      return static_cast<uint32_t>(values_.size() / dimension_ - 1);
    }
    const uint32_t at = free_.back();
    free_.pop_back();
    return at;
  }
  void give(uint32_t at) {
    if (at != kNone) free_.push_back(at);
  }

 private:
  const size_t dimension_;
  std::pmr::vector<float> values_;
  std::pmr::vector<uint32_t> free_;
};

class Agglomeration {
 public:
  Agglomeration(const UnitRows& rows, std::span<const double> at_ms, std::span<const CandidatePair> pairs,
                const ClusterOptions& options, std::pmr::memory_resource* memory)
      : rows_(rows),
        options_(options),
        least_cosine_(engram::least_cosine(options.merge)),
        dot_(bestKernels().dot),
        clusters_(memory),
        joined_(rows.size(), 0, memory),
        next_row_(rows.size(), kNone, memory),
        edges_(memory),
        sums_(rows.dimension, memory),
        known_(memory),
        arisen_(std::less<Join>(), std::pmr::vector<Join>(memory)),
        place_(memory) {
    clusters_.reserve(2 * rows.size());
    for (uint32_t row = 0; row < rows.size(); ++row)
      clusters_.push_back({.first = row, .last = row, .at_sum = at_ms[row]});
    std::pmr::vector<CandidatePair> near(memory);
    std::copy_if(pairs.begin(), pairs.end(), std::back_inserter(near), [&](const CandidatePair& pair) {
      return static_cast<double>(pair.cosine) >= least_cosine_;
    });
    link(near);
    for (const CandidatePair& pair : near)
      if (const auto join = join_of(pair.a, pair.b, static_cast<double>(pair.cosine)))
        known_.push_back(*join);
    std::sort(known_.begin(), known_.end());
  }

  std::vector<Cluster> run() {
    while (const auto join = strongest()) {
      if (joined_[join->a] == 0 && joined_[join->b] == 0) merge(*join);
    }
    std::vector<Cluster> found;
    for (uint32_t at = 0; at < clusters_.size(); ++at) {
      const Growing& cluster = clusters_[at];
      if (joined_[at] != 0 || cluster.size < options_.size) continue;
      found.push_back({rows_of(cluster), coherence_of(cluster.squared, cluster.size)});
    }
    std::sort(found.begin(), found.end(),
              [](const Cluster& a, const Cluster& b) { return a.rows.front() < b.rows.front(); });
    return found;
  }

 private:
  /** What one half of a cluster, or both, knew of a neighbour. */
  struct Shared {
    uint32_t other;
    bool known[2];
    double product[2];
  };

  /** Edges of both ends of each pair, those of one row side by side. */
  void link(std::span<const CandidatePair> pairs) {
    std::vector<uint32_t> place(rows_.size() + 1, 0);
    for (const CandidatePair& pair : pairs) {
      ++place[pair.a + 1];
      ++place[pair.b + 1];
    }
    for (size_t row = 0; row < rows_.size(); ++row) place[row + 1] += place[row];
    for (uint32_t row = 0; row < rows_.size(); ++row)
      if (place[row] < place[row + 1]) clusters_[row].edges = place[row];
    edges_.resize(2 * pairs.size());
    const auto end = place;
    const auto put = [&](uint32_t from, uint32_t to, float cosine) {
      const uint32_t at = place[from]++;
      edges_[at] = {static_cast<double>(cosine), to, at + 1 < end[from + 1] ? at + 1 : kNone};
    };
    for (const CandidatePair& pair : pairs) {
      put(pair.a, pair.b, pair.cosine);
      put(pair.b, pair.a, pair.cosine);
    }
  }

  void add_edge(uint32_t from, uint32_t to, double product) {
    edges_.push_back({product, to, clusters_[from].edges});
    clusters_[from].edges = static_cast<uint32_t>(edges_.size() - 1);
  }

  std::span<const float> sum(uint32_t at) const {
    const Growing& cluster = clusters_[at];
    return cluster.sum == kNone ? rows_[cluster.first] : sums_[cluster.sum];
  }
  double size(uint32_t at) const { return clusters_[at].size; }

  double coherence(uint32_t a, uint32_t b, double product) const {
    return coherence_of(clusters_[a].squared + 2 * product + clusters_[b].squared, size(a) + size(b));
  }

  /** None where it would be too weak, or less coherent than allowed: neither changes while both live. */
  std::optional<Join> join_of(uint32_t a, uint32_t b, double product) const {
    const double cosine = product / (size(a) * size(b));
    if (cosine < least_cosine_ || coherence(a, b, product) < options_.coherence) return {};
    const double apart = clusters_[a].at_sum / size(a) - clusters_[b].at_sum / size(b);
    const double strength = affinity(cosine, apart, options_.tau_ms);
    if (strength < options_.merge) return {};
    const auto [first, second] = std::minmax(clusters_[a].first, clusters_[b].first);
    return Join{strength, product, first, second, a, b};
  }

  /** Takes the strongest of the joins known from the start and those that arose. */
  std::optional<Join> strongest() {
    if (known_.empty() && arisen_.empty()) return {};
    std::optional<Join> join;
    if (arisen_.empty() || (!known_.empty() && arisen_.top() < known_.back())) {
      join = known_.back();
      known_.pop_back();
    } else {
      join = arisen_.top();
      arisen_.pop();
    }
    return join;
  }

  std::vector<uint32_t> rows_of(const Growing& cluster) const {
    std::vector<uint32_t> rows;
    rows.reserve(cluster.size);
    for (uint32_t row = cluster.first; row != kNone; row = next_row_[row]) rows.push_back(row);
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  /** Gathers the neighbours of both halves of a join. */
  void share(const Join& join) {
    for (const uint32_t part : {join.a, join.b}) prefetch(sum(part).data(), sum(part).size_bytes());
    shared_.clear();
    place_.resize(clusters_.size(), 0);
    for (const uint32_t half : {0U, 1U})
      for (uint32_t at = clusters_[half == 0 ? join.a : join.b].edges; at != kNone; at = edges_[at].next) {
        const uint32_t other = edges_[at].to;
        if (joined_[other] != 0 || other == join.a || other == join.b) continue;
        uint32_t& place = place_[other];
        if (place >= shared_.size() || shared_[place].other != other) {
          place = static_cast<uint32_t>(shared_.size());
          shared_.push_back({other, {false, false}, {0, 0}});
        }
        shared_[place].known[half] = true;
        shared_[place].product[half] = edges_[at].product;
      }
  }

  /** Calls for the sum of the neighbour, where it will be multiplied. */
  void call(const Shared& shared) const {
    if (shared.known[0] && shared.known[1]) return;
    const auto values = sum(shared.other);
    prefetch(values.data(), values.size_bytes());
  }

  /** Multiplies with each half of a join what only the other knew. */
  void complete(const Join& join) {
    for (size_t i = 0; i < std::min(kRowsAhead, shared_.size()); ++i) call(shared_[i]);
    for (size_t i = 0; i < shared_.size(); ++i) {
      if (i + kRowsAhead < shared_.size()) call(shared_[i + kRowsAhead]);
      Shared& shared = shared_[i];
      for (const uint32_t half : {0U, 1U}) {
        if (shared.known[half]) continue;
        const uint32_t from = half == 0 ? join.a : join.b;
        shared.product[half] =
            static_cast<double>(dot_(sum(from).data(), sum(shared.other).data(), rows_.dimension));
      }
    }
  }

  void merge(const Join& join) {
    share(join);
    complete(join);
    const auto joined = static_cast<uint32_t>(clusters_.size());
    const uint32_t total = sums_.take();
    const auto values = sums_[total];
    const auto a_sum = sum(join.a);
    const auto b_sum = sum(join.b);
    for (size_t i = 0; i < values.size(); ++i) values[i] = a_sum[i] + b_sum[i];
    const bool a_first = clusters_[join.a].first < clusters_[join.b].first;
    const Growing& head = clusters_[a_first ? join.a : join.b];
    const Growing& tail = clusters_[a_first ? join.b : join.a];
    next_row_[head.last] = tail.first;
    const Growing grown{.first = head.first,
                        .last = tail.last,
                        .size = head.size + tail.size,
                        .sum = total,
                        .squared = head.squared + 2 * join.product + tail.squared,
                        .at_sum = head.at_sum + tail.at_sum};
    sums_.give(head.sum);
    sums_.give(tail.sum);
    joined_[join.a] = joined_[join.b] = 1;
    joined_.push_back(0);
    clusters_.push_back(grown);
    for (const Shared& shared : shared_) {
      const double product = shared.product[0] + shared.product[1];
      // A mean is no more than that of its parts: what reaches further later does so over an edge of its own.
      if (product < least_cosine_ * size(joined) * size(shared.other)) continue;
      add_edge(joined, shared.other, product);
      add_edge(shared.other, joined, product);
      if (const auto arisen = join_of(joined, shared.other, product)) arisen_.push(*arisen);
    }
  }

  const UnitRows& rows_;
  const ClusterOptions& options_;
  const double least_cosine_;
  float (*const dot_)(const float*, const float*, size_t);
  std::pmr::vector<Growing> clusters_;
  std::pmr::vector<uint8_t> joined_;     // whether a cluster is part of another
  std::pmr::vector<uint32_t> next_row_;  // in the same cluster
  std::pmr::vector<Edge> edges_;
  Sums sums_;
  std::pmr::vector<Join> known_;  // the strongest last
  std::priority_queue<Join, std::pmr::vector<Join>> arisen_;
  std::vector<Shared> shared_;        // of the join at hand
  std::pmr::vector<uint32_t> place_;  // of a cluster in it, if it is there
};

}  // namespace

double least_cosine(double merge) {
  constexpr double kSlack = 1e-9;  // what rounding may do
  const double cosine = cosine_reaching(merge) - kSlack;
  return cosine > 0 ? cosine : -std::numeric_limits<double>::infinity();  // time brings negatives nearer to 0
}

double coherence_of(double sum_squared, double n) { return n < 2 ? 1 : (sum_squared - n) / (n * (n - 1)); }

std::vector<Cluster> agglomerate(const UnitRows& rows, std::span<const double> at_ms,
                                 std::span<const CandidatePair> pairs, const ClusterOptions& options,
                                 std::pmr::memory_resource* memory) {
  return Agglomeration(rows, at_ms, pairs, options, memory).run();
}

}  // namespace engram
