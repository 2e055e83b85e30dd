#include "memory/clustering.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <queue>
#include <utility>

#include "memory/affinity.h"
#include "memory/codes.h"
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

/** Sums of unit vectors, each in a place that is used again when its cluster has been joined. They never
 * move: pieces find room where others left some, and nothing is touched twice. */
class Sums {
 public:
  Sums(size_t dimension, std::pmr::memory_resource* memory)
      : dimension_(dimension), pieces_(memory), free_(memory) {}

  std::span<float> operator[](uint32_t at) {
    return std::span(pieces_[at / kPerPiece]).subspan(at % kPerPiece * dimension_, dimension_);
  }
  std::span<const float> operator[](uint32_t at) const {
    return std::span(pieces_[at / kPerPiece]).subspan(at % kPerPiece * dimension_, dimension_);
  }
  uint32_t take() {
    if (free_.empty()) {
      if (taken_ % kPerPiece == 0) pieces_.emplace_back(kPerPiece * dimension_);
      return taken_++;
    }
    const uint32_t at = free_.back();
    free_.pop_back();
    return at;
  }
  void give(uint32_t at) {
    if (at != kNone) free_.push_back(at);
  }

 private:
  static constexpr uint32_t kPerPiece = 32;

  const size_t dimension_;
  std::pmr::vector<std::pmr::vector<float>> pieces_;
  std::pmr::vector<uint32_t> free_;
  uint32_t taken_ = 0;
};

/** Rows as they are. */
class ExactRows {
 public:
  using Scratch = char;

  explicit ExactRows(const UnitRows& rows) : rows_(rows), dot_(bestKernels().dot) {}

  size_t size() const { return rows_.size(); }
  uint32_t dimension() const { return rows_.dimension; }
  std::span<const float> values(uint32_t row, Scratch&) const { return rows_[row]; }
  void call(uint32_t row) const { prefetch(rows_[row].data(), rows_[row].size_bytes()); }
  /** Products of `from` with these rows. */
  std::span<const float> products(std::span<const float> from, std::span<const uint32_t> rows) {
    products_.resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      if (i + kRowsAhead < rows.size()) call(rows[i + kRowsAhead]);
      products_[i] = dot_(from.data(), rows_[rows[i]].data(), from.size());
    }
    return products_;
  }

 private:
  const UnitRows rows_;
  float (*const dot_)(const float*, const float*, size_t);
  std::vector<float> products_;
};

/** Rows as their codes tell them. */
class CodedRows {
 public:
  using Scratch = CodeQuery;

  explicit CodedRows(Codes& codes) : codes_(codes) {}

  size_t size() const { return codes_.size(); }
  uint32_t dimension() const { return codes_.dimension(); }
  std::span<const float> values(uint32_t row, Scratch& scratch) const { return codes_.values(row, scratch); }
  void call(uint32_t row) const {
    codes_.prefetch_rough(row);
    codes_.prefetch_rest(row);
  }
  std::span<const float> products(std::span<const float> from, std::span<const uint32_t> rows) {
    if (rows.empty()) return {};
    codes_.ask(from);
    return codes_.fine(rows);
  }

 private:
  Codes& codes_;
};

template <typename Rows>
class Agglomeration {
 public:
  Agglomeration(Rows rows, std::span<const double> at_ms, std::span<const CandidatePair> pairs,
                const ClusterOptions& options, std::pmr::memory_resource* memory)
      : rows_(std::move(rows)),
        options_(options),
        least_cosine_(engram::least_cosine(options.merge)),
        dot_(bestKernels().dot),
        clusters_(memory),
        joined_(rows_.size(), 0, memory),
        next_row_(rows_.size(), kNone, memory),
        edges_(memory),
        sums_(rows_.dimension(), memory),
        known_(memory),
        arisen_(std::less<Join>(), std::pmr::vector<Join>(memory)),
        place_(memory) {
    clusters_.reserve(2 * rows_.size());
    for (uint32_t row = 0; row < rows_.size(); ++row)
      clusters_.push_back({.first = row, .last = row, .at_sum = at_ms[row]});
    joined_.reserve(2 * rows_.size());
    link(pairs);
    known_.reserve(edges_.size() / 2);
    for (const CandidatePair& pair : pairs)
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

  bool near(const CandidatePair& pair) const { return static_cast<double>(pair.cosine) >= least_cosine_; }

  /** Edges of both ends of each near pair, those of one row side by side. */
  void link(std::span<const CandidatePair> pairs) {
    std::vector<uint32_t> place(rows_.size() + 1, 0);
    for (const CandidatePair& pair : pairs) {
      if (!near(pair)) continue;
      ++place[pair.a + 1];
      ++place[pair.b + 1];
    }
    for (size_t row = 0; row < rows_.size(); ++row) place[row + 1] += place[row];
    for (uint32_t row = 0; row < rows_.size(); ++row)
      if (place[row] < place[row + 1]) clusters_[row].edges = place[row];
    edges_.reserve(size_t{place.back()} + place.back() / 8);  // mostly enough: what moves is touched twice
    edges_.resize(place.back());
    const auto end = place;
    const auto put = [&](uint32_t from, uint32_t to, float cosine) {
      const uint32_t at = place[from]++;
      edges_[at] = {static_cast<double>(cosine), to, at + 1 < end[from + 1] ? at + 1 : kNone};
    };
    for (const CandidatePair& pair : pairs) {
      if (!near(pair)) continue;
      put(pair.a, pair.b, pair.cosine);
      put(pair.b, pair.a, pair.cosine);
    }
  }

  void add_edge(uint32_t from, uint32_t to, double product) {
    const Edge edge{product, to, clusters_[from].edges};
    uint32_t at = free_edges_;
    if (at == kNone) {
      at = static_cast<uint32_t>(edges_.size());
      edges_.push_back(edge);
    } else {
      free_edges_ = std::exchange(edges_[at], edge).next;
    }
    clusters_[from].edges = at;
  }

  std::span<const float> sum(uint32_t at, typename Rows::Scratch& scratch) const {
    const Growing& cluster = clusters_[at];
    return cluster.sum == kNone ? rows_.values(cluster.first, scratch) : sums_[cluster.sum];
  }
  /** Calls for the sum of a cluster, well before it is asked for. */
  void call(uint32_t at) const {
    const Growing& cluster = clusters_[at];
    if (cluster.sum == kNone) return rows_.call(cluster.first);
    const auto values = sums_[cluster.sum];
    prefetch(values.data(), values.size_bytes());
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

  /** Gathers the neighbours of both halves of a join, whose edges are free then. */
  void share(const Join& join) {
    call(join.a);
    call(join.b);
    shared_.clear();
    place_.resize(clusters_.size(), 0);
    for (const uint32_t half : {0U, 1U}) {
      uint32_t last = kNone;
      uint32_t& chain = clusters_[half == 0 ? join.a : join.b].edges;
      for (uint32_t at = chain; at != kNone; at = edges_[at].next) {
        last = at;
        const uint32_t other = edges_[at].to;
        if (joined_[other] != 0 || other == join.a || other == join.b) continue;
        uint32_t& place = place_[other];
        if (place >= shared_.size() || shared_[place].other != other) {
          place = static_cast<uint32_t>(shared_.size());
          shared_.push_back({other, {false, false}, {0, 0}});
          call(other);
        }
        shared_[place].known[half] = true;
        shared_[place].product[half] = edges_[at].product;
      }
      if (last == kNone) continue;
      edges_[last].next = free_edges_;  // nobody asks for them again
      free_edges_ = std::exchange(chain, kNone);
    }
  }

  /** Multiplies `from`, one half of a join, with what only the other half knew: those that are single rows
   * all together. */
  void complete(uint32_t half, std::span<const float> from) {
    single_rows_.clear();
    single_places_.clear();
    for (size_t i = 0; i < shared_.size(); ++i) {
      Shared& shared = shared_[i];
      if (shared.known[half]) continue;
      const Growing& other = clusters_[shared.other];
      if (other.sum == kNone) {
        single_rows_.push_back(other.first);
        single_places_.push_back(i);
      } else {
        shared.product[half] = static_cast<double>(dot_(from.data(), sums_[other.sum].data(), from.size()));
      }
    }
    const auto products = rows_.products(from, single_rows_);
    for (size_t i = 0; i < products.size(); ++i)
      shared_[single_places_[i]].product[half] = static_cast<double>(products[i]);
  }

  void merge(const Join& join) {
    share(join);
    const auto a_sum = sum(join.a, a_scratch_);
    const auto b_sum = sum(join.b, b_scratch_);
    complete(0, a_sum);
    complete(1, b_sum);
    const auto joined = static_cast<uint32_t>(clusters_.size());
    const uint32_t total = sums_.take();
    const auto values = sums_[total];
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

  Rows rows_;
  const ClusterOptions& options_;
  const double least_cosine_;
  float (*const dot_)(const float*, const float*, size_t);
  std::pmr::vector<Growing> clusters_;
  std::pmr::vector<uint8_t> joined_;     // whether a cluster is part of another
  std::pmr::vector<uint32_t> next_row_;  // in the same cluster
  std::pmr::vector<Edge> edges_;
  uint32_t free_edges_ = kNone;  // a chain of them
  Sums sums_;
  std::pmr::vector<Join> known_;  // the strongest last
  std::priority_queue<Join, std::pmr::vector<Join>> arisen_;
  typename Rows::Scratch a_scratch_ = {};
  typename Rows::Scratch b_scratch_ = {};
  std::vector<uint32_t> single_rows_;  // that a half of it is multiplied with
  std::vector<size_t> single_places_;  // theirs in shared_
  std::vector<Shared> shared_;         // of the join at hand
  std::pmr::vector<uint32_t> place_;   // of a cluster in it, if it is there
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
  return Agglomeration(ExactRows(rows), at_ms, pairs, options, memory).run();
}

std::vector<Cluster> agglomerate(Codes& rows, std::span<const double> at_ms,
                                 std::span<const CandidatePair> pairs, const ClusterOptions& options,
                                 std::pmr::memory_resource* memory) {
  return Agglomeration(CodedRows(rows), at_ms, pairs, options, memory).run();
}

}  // namespace engram
