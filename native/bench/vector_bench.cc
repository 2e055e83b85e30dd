// The vector index beside hnswlib (M 16, ef_construction 200), one thread, in turns: rounds alternate their
// order, so that a drift of the machine favours nobody. Times are of the thread's CPU. One JSON line per
// observation, so that whoever reads them computes the intervals:
//   {"kind":"machine", kernels}
//   {"kind":"inserts","subject","round","from","count","seconds"}     a share of the building, in turns
//   {"kind":"bytes","subject","hot","cold"}                           per vector
//   {"kind":"recall","subject","ef","recall","asked"}                 recall@10; ef 0 is engram's default
//   {"kind":"search","subject","round","ef","asked","seconds"}
//   {"kind":"ratio","round","recall","engram_qps","hnswlib_qps","ratio"}   between the two widths around a
//   recall
//   {"kind":"small","round","count","asked","seconds","recall"}       an index of the first 2,000 and 10,000
//   {"kind":"filter","round","selectivity","asked","seconds","recall"}
//   {"kind":"churn","step","count","seconds","recall"}                30 % deleted, then 50 % replaced
// vector_bench (--base F16 --queries F16 | --clustered yes) [--dimension 384] [--count 20000] [--asked 500]
//              [--rounds 6] [--only inserts,search,small,filter,churn]
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vector/index.h"
#include "vectors.h"

#if defined(ENGRAM_HNSWLIB)
#include "hnswlib.h"
#endif

namespace engram::bench {
namespace {

constexpr uint32_t kK = 10;
constexpr size_t kInsertRounds = 10;
constexpr uint64_t kSeed = 1;
constexpr std::array<uint32_t, 12> kWidths = {10, 12, 14, 16, 20, 28, 40, 56, 80, 112, 160, 224};
constexpr std::array<double, 2> kRecalls = {0.95, 0.99};

using Answer = std::array<uint32_t, kK>;

double cpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

template <typename Work>
double secondsOf(const Work& work) {
  const double began = cpuSeconds();
  work();
  return cpuSeconds() - began;
}

struct Workload {
  Vectors base;
  Vectors queries;
  size_t rounds;
};

/** One subject: grows, then answers at a width. */
class Subject {
 public:
  explicit Subject(std::string name) : name_(std::move(name)) {}
  virtual ~Subject() = default;
  virtual void add(uint32_t row, std::span<const float> unit) = 0;
  virtual void search(std::span<const float> query, uint32_t ef, Answer& out) = 0;
  virtual void printBytes(size_t count) const = 0;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

class Engram final : public Subject {
 public:
  explicit Engram(size_t dimension)
      : Subject("engram"), index({.dimension = static_cast<uint32_t>(dimension)}) {}
  void add(uint32_t row, std::span<const float> unit) override { index.add(row, unit); }
  void search(std::span<const float> query, uint32_t ef, Answer& out) override {
    ask(query, {.k = kK, .ef = ef}, out);
  }
  void ask(std::span<const float> query, const SearchOptions& options, Answer& out) {
    const size_t found = index.search(query, options, scratch_, hits_);
    for (size_t i = 0; i < kK; ++i) out[i] = i < found ? hits_[i].ordinal : ~0U;
  }
  void printBytes(size_t count) const override {
    const MemoryUse use = index.memory();
    std::printf("{\"kind\":\"bytes\",\"subject\":\"engram\",\"hot\":%zu,\"cold\":%zu}\n",
                use.graph_bytes / count, use.vectors_bytes / count);
  }
  VectorIndex index;

 private:
  SearchScratch scratch_;
  std::array<Hit, kK> hits_{};
};

#if defined(ENGRAM_HNSWLIB)
class Hnswlib final : public Subject {
 public:
  Hnswlib(size_t dimension, size_t count)
      : Subject("hnswlib"), dimension_(dimension), space_(dimension), index_(&space_, count, 16, 200, 100) {}
  void add(uint32_t row, std::span<const float> unit) override { index_.addPoint(unit.data(), row); }
  void search(std::span<const float> query, uint32_t ef, Answer& out) override {
    index_.setEf(ef);
    auto found = index_.searchKnn(query.data(), kK);
    for (size_t i = found.size(); i-- > 0; found.pop()) out[i] = static_cast<uint32_t>(found.top().second);
  }
  void printBytes(size_t) const override {
    const size_t links = 33 * sizeof(uint32_t);  // at layer 0
    std::printf("{\"kind\":\"bytes\",\"subject\":\"hnswlib\",\"hot\":%zu,\"cold\":0}\n",
                dimension_ * sizeof(float) + links + sizeof(size_t));
  }

 private:
  size_t dimension_;
  hnswlib::InnerProductSpace space_;
  hnswlib::HierarchicalNSW<float> index_;
};
#endif

using Subjects = std::vector<std::unique_ptr<Subject>>;

/** Calls with each subject, in an order that turns every round. */
void inTurns(const Subjects& subjects, size_t round, const std::function<void(size_t)>& call) {
  for (size_t turn = 0; turn < subjects.size(); ++turn)
    call(round % 2 == 0 ? turn : subjects.size() - 1 - turn);
}

/** The exact answers of an index to each query, in engram's own scan, whose test compares it with plain
 * loops. */
std::vector<Answer> truthOf(Engram& engram, const Vectors& queries, const Filter* filter = nullptr) {
  std::vector<Answer> truth(queries.count());
  for (size_t q = 0; q < queries.count(); ++q)
    engram.ask(queries[q], {.k = kK, .mode = SearchMode::kExact, .filter = filter}, truth[q]);
  return truth;
}

using Ask = std::function<void(std::span<const float>, Answer&)>;

double recallOf(const Ask& ask, const Vectors& queries, const std::vector<Answer>& truth) {
  size_t found = 0;
  for (size_t q = 0; q < queries.count(); ++q) {
    Answer answer{};
    ask(queries[q], answer);
    for (const uint32_t one : answer) found += std::count(truth[q].begin(), truth[q].end(), one) > 0 ? 1 : 0;
  }
  return static_cast<double>(found) / static_cast<double>(queries.count() * kK);
}

double secondsFor(const Ask& ask, const Vectors& queries) {
  return secondsOf([&] {
    for (size_t q = 0; q < queries.count(); ++q) {
      Answer answer{};
      ask(queries[q], answer);
    }
  });
}

void measureInserts(const Subjects& subjects, const Workload& work) {
  const size_t share = (work.base.count() + kInsertRounds - 1) / kInsertRounds;
  for (size_t round = 0; round * share < work.base.count(); ++round)
    inTurns(subjects, round, [&](size_t s) {
      const size_t from = round * share;
      const size_t to = std::min(from + share, work.base.count());
      const double seconds = secondsOf([&] {
        for (size_t row = from; row < to; ++row) subjects[s]->add(static_cast<uint32_t>(row), work.base[row]);
      });
      std::printf(
          "{\"kind\":\"inserts\",\"subject\":\"%s\",\"round\":%zu,\"from\":%zu,\"count\":%zu,\"seconds\":%."
          "6f}\n",
          subjects[s]->name().c_str(), round, from, to - from, seconds);
    });
  for (const auto& subject : subjects) subject->printBytes(work.base.count());
}

struct Point {
  uint32_t ef;
  double recall;
  std::vector<double> rates;  // per round
};

/** Rate at a recall in one round, between the two widths around it; 0 when it is never reached. */
double rateAt(const std::vector<Point>& points, double recall, size_t round) {
  for (size_t i = 0; i < points.size(); ++i) {
    if (points[i].recall < recall) continue;
    const double high = points[i].rates[round];
    if (i == 0) return high;
    const double low = points[i - 1].rates[round];
    const double share = (recall - points[i - 1].recall) / (points[i].recall - points[i - 1].recall);
    return std::exp(std::log(low) + share * (std::log(high) - std::log(low)));
  }
  return 0;
}

void measureSearch(const Subjects& subjects, const Workload& work, const std::vector<Answer>& truth) {
  std::vector<std::vector<Point>> points(subjects.size());
  const auto ask = [&](size_t s, uint32_t ef) -> Ask {
    return [&subjects, s, ef](std::span<const float> query, Answer& out) {
      subjects[s]->search(query, ef, out);
    };
  };
  const auto tell = [&](size_t s, uint32_t ef) {
    const double recall = recallOf(ask(s, ef), work.queries, truth);
    std::printf("{\"kind\":\"recall\",\"subject\":\"%s\",\"ef\":%u,\"recall\":%.5f,\"asked\":%zu}\n",
                subjects[s]->name().c_str(), ef, recall, work.queries.count());
    return recall;
  };
  for (size_t s = 0; s < subjects.size(); ++s)
    for (const uint32_t ef : kWidths) points[s].push_back({ef, tell(s, ef), {}});
  tell(0, 0);
  for (size_t round = 0; round < work.rounds; ++round) {
    inTurns(subjects, round, [&](size_t s) {
      for (Point& point : points[s]) {
        const double seconds = secondsFor(ask(s, point.ef), work.queries);
        point.rates.push_back(static_cast<double>(work.queries.count()) / seconds);
        std::printf(
            "{\"kind\":\"search\",\"subject\":\"%s\",\"round\":%zu,\"ef\":%u,\"asked\":%zu,\"seconds\":%.6f}"
            "\n",
            subjects[s]->name().c_str(), round, point.ef, work.queries.count(), seconds);
      }
    });
    for (const double recall : kRecalls) {
      if (subjects.size() < 2) continue;
      const double ours = rateAt(points[0], recall, round);
      const double theirs = rateAt(points[1], recall, round);
      if (ours == 0 || theirs == 0) continue;
      std::printf(
          "{\"kind\":\"ratio\",\"round\":%zu,\"recall\":%.2f,\"engram_qps\":%.0f,\"hnswlib_qps\":%.0f,"
          "\"ratio\":%.4f}\n",
          round, recall, ours, theirs, ours / theirs);
    }
  }
}

/** The lower rungs of the ladder. */
void measureSmall(const Workload& work) {
  for (const size_t count : {size_t{2'000}, size_t{10'000}}) {
    if (work.base.count() < count) continue;
    Engram engram(work.base.dimension);
    for (uint32_t row = 0; row < count; ++row) engram.add(row, work.base[row]);
    const auto truth = truthOf(engram, work.queries);
    const Ask ask = [&](std::span<const float> query, Answer& out) { engram.search(query, 0, out); };
    const double recall = recallOf(ask, work.queries, truth);
    for (size_t round = 0; round < work.rounds; ++round)
      std::printf(
          "{\"kind\":\"small\",\"round\":%zu,\"count\":%zu,\"asked\":%zu,\"seconds\":%.6f,\"recall\":%.5f}\n",
          round, count, work.queries.count(), secondsFor(ask, work.queries), recall);
  }
}

void measureFilters(Engram& engram, const Workload& work) {
  for (const uint32_t one_in : {2U, 10U, 100U}) {
    const Filter filter = [one_in](uint32_t ordinal) { return ordinal % one_in == 0; };
    const auto truth = truthOf(engram, work.queries, &filter);
    const Ask ask = [&](std::span<const float> query, Answer& out) {
      engram.ask(query, {.k = kK, .filter = &filter}, out);
    };
    const double recall = recallOf(ask, work.queries, truth);
    for (size_t round = 0; round < work.rounds; ++round)
      std::printf(
          "{\"kind\":\"filter\",\"round\":%zu,\"selectivity\":%.2f,\"asked\":%zu,\"seconds\":%.6f,\"recall\":"
          "%.5f}\n",
          round, 1.0 / one_in, work.queries.count(), secondsFor(ask, work.queries), recall);
  }
}

void measureChurn(Engram& engram, const Workload& work) {
  const auto tell = [&](const char* step, size_t count, double seconds) {
    const Ask ask = [&](std::span<const float> query, Answer& out) { engram.search(query, 0, out); };
    std::printf("{\"kind\":\"churn\",\"step\":\"%s\",\"count\":%zu,\"seconds\":%.6f,\"recall\":%.5f}\n", step,
                count, seconds, recallOf(ask, work.queries, truthOf(engram, work.queries)));
  };
  const auto count = static_cast<uint32_t>(work.base.count());
  tell("before", 0, 0);
  double seconds = secondsOf([&] {
    for (uint32_t row = 0; row < count; ++row)
      if (row % 10 < 3) engram.index.remove(row);
  });
  tell("deleted 30 %", count * 3 / 10, seconds);
  for (uint32_t row = 0; row < count; ++row)
    if (row % 10 < 3) engram.index.add(row, work.base[row]);
  seconds = secondsOf([&] {
    for (uint32_t row = 0; row + 1 < count; row += 2) {  // every second one gets the vector of another
      engram.index.remove(row);
      engram.index.add(row, work.base[count - 1 - row]);
    }
  });
  tell("updated 50 %", count / 2, seconds);
}

int run(std::map<std::string, std::string> given) {
  const auto number = [&](const char* name) { return std::stoul(given[name]); };
  const size_t dimension = number("dimension");
  const bool drawn = given["clustered"] == "yes";
  Vectors all =
      drawn ? clustered(number("count") + number("asked"), dimension, kSeed) : Vectors{dimension, {}};
  Workload work{drawn ? Vectors{dimension,
                                {all.values.begin(),
                                 all.values.end() - static_cast<ptrdiff_t>(number("asked") * dimension)}}
                      : load(given["base"], number("count"), dimension),
                drawn ? Vectors{dimension,
                                {all.values.end() - static_cast<ptrdiff_t>(number("asked") * dimension),
                                 all.values.end()}}
                      : load(given["queries"], number("asked"), dimension),
                number("rounds")};
  const auto wanted = [&](const char* aspect) {
    return given["only"].empty() || given["only"].find(aspect) != std::string::npos;
  };
  std::printf("{\"kind\":\"machine\",\"kernels\":\"%s\"}\n", std::string(bestKernels().name).c_str());
  Subjects subjects;
  subjects.push_back(std::make_unique<Engram>(dimension));
#if defined(ENGRAM_HNSWLIB)
  if (wanted("search") || wanted("inserts"))
    subjects.push_back(std::make_unique<Hnswlib>(dimension, work.base.count()));
#endif
  auto& engram = static_cast<Engram&>(*subjects[0]);
  measureInserts(subjects, work);
  if (wanted("search")) measureSearch(subjects, work, truthOf(engram, work.queries));
  if (wanted("small")) measureSmall(work);
  if (wanted("filter")) measureFilters(engram, work);
  if (wanted("churn")) measureChurn(engram, work);
  return 0;
}

}  // namespace
}  // namespace engram::bench

int main(int count, char** arguments) {
  std::map<std::string, std::string> given = {{"base", ""},         {"queries", ""},    {"clustered", "no"},
                                              {"dimension", "384"}, {"count", "20000"}, {"asked", "500"},
                                              {"rounds", "6"},      {"only", ""}};
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = std::string(arguments[i]).substr(2);
    if (given.count(name) == 0) {
      std::fprintf(stderr, "there is no option --%s\n", name.c_str());
      return 3;
    }
    given[name] = arguments[i + 1];
  }
  if (given["clustered"] != "yes" && (given["base"].empty() || given["queries"].empty())) {
    std::fprintf(stderr, "pass --base and --queries (rows of float16), or --clustered yes\n");
    return 3;
  }
  try {
    return engram::bench::run(given);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
