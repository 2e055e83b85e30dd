// engram's vector index beside hnswlib, one thread, thread-CPU time. Both are built in turns, chunk by chunk,
// then asked in rounds that alternate their order, so that a drift of the machine favours nobody: rate
// against recall@10 at every width and the slowest hundredth's time, filtered searches, recall after deletes
// and after updates.
//   index_bench --base X --queries X [--dimension 384] [--count N] [--asked N] [--rounds N] [--timed N]
//   [--churn yes]
// Files are rows of half precision, or single where they end in .f32; `--base clustered` draws both.
#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <memory>
#include <span>

#include "bench.h"
#include "subjects.h"
#include "vector/index.h"
#include "vectors.h"

namespace {

using engram::bench::Accepts;
using engram::bench::cpuSeconds;
using engram::bench::Options;
using engram::bench::Subject;
using engram::bench::Vectors;
using engram::bench::Visit;

constexpr uint32_t kK = 10;
constexpr std::array<uint32_t, 12> kWidths = {10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448};
/** Past this recall a wider search only takes time. */
constexpr double kRecallEnough = 0.997;
constexpr double kTail = 0.99;
/** Shares of the vectors that a filter lets through, in percent. */
constexpr std::array<uint32_t, 3> kSelectivities = {1, 10, 50};

class Bench {
 public:
  Bench(const Options& options)
      : count_(options.number("count")),
        rounds_(options.number("rounds")),
        timed_(options.number("timed")),
        base_{options.number("dimension"), {}},
        queries_{options.number("dimension"), {}} {
    const size_t asked = options.number("asked");
    if (options.text("base") == "clustered") {
      auto& all = base_.values = engram::bench::clustered(count_ + asked, base_.dimension, 1).values;
      const auto split = all.begin() + static_cast<ptrdiff_t>(count_ * base_.dimension);
      queries_.values.assign(split, all.end());
      all.erase(split, all.end());
    } else {
      base_ = engram::bench::load(options.text("base"), count_, base_.dimension);
      queries_ = engram::bench::load(options.text("queries"), asked, base_.dimension);
    }
    subjects_.push_back(engram::bench::makeEngram(options.number("dimension")));
    if (options.text("rival") == "yes")
      if (auto rival = engram::bench::makeHnswlib(options.number("dimension"), count_))
        subjects_.push_back(std::move(rival));
  }

  void build() {
    for (uint32_t round = 0; round < rounds_; ++round)
      eachInTurn(round, [&](Subject& subject, const Visit& visit) {
        const size_t first = count_ * round / rounds_;
        const size_t end = count_ * (round + 1) / rounds_;
        const double began = cpuSeconds();
        for (size_t i = first; i < end; ++i) subject.add(static_cast<uint32_t>(i), base_[i]);
        visit.say("inserts_per_s", "", "1/s", static_cast<double>(end - first) / (cpuSeconds() - began),
                  end - first);
      });
    eachInTurn(0, [&](Subject& subject, const Visit& visit) {
      visit.say("vectors", "", "count", static_cast<double>(count_), 1);
      visit.say("hot_bytes", "", "bytes", subject.hotBytes(count_), count_);
      visit.say("simd_bits", "", "count", subject.simdBits(), 1);
    });
  }

  /** Rate and recall of `widths`, none where an earlier one already finds nearly all; without a prefix, the
   * 99th percentile, too. */
  void curve(const char* prefix, std::span<const uint32_t> widths, const Accepts* accepts) {
    truth(accepts);
    std::vector<std::vector<uint32_t>> used(subjects_.size());
    for (uint32_t round = 0; round < rounds_; ++round)
      eachInTurn(round, [&](Subject& subject, const Visit& visit) {
        auto& own = used[&subject == subjects_[0].get() ? 0 : 1];
        for (const uint32_t width : widths) {
          if (round > 0 && std::find(own.begin(), own.end(), width) == own.end()) continue;
          const std::string label = std::to_string(width);
          const double began = cpuSeconds();
          for (size_t q = 0; q < queries_.count(); ++q)
            lengths_[q] = subject.search(queries_[q], width, accepts, answers_[q]);
          const double seconds = cpuSeconds() - began;
          const size_t asked = queries_.count();
          const double recall = share();
          visit.say((std::string(prefix) + "qps").c_str(), label, "1/s", static_cast<double>(asked) / seconds,
                    asked);
          visit.say((std::string(prefix) + "recall").c_str(), label, "share", recall, asked);
          if (*prefix == '\0' && timed_ > 0 && asked > 0) tail(subject, visit, width, label);
          if (round == 0) own.push_back(width);
          if (recall >= kRecallEnough) break;
        }
      });
  }

  void filtered(std::span<const uint32_t> widths) {
    for (const uint32_t percent : kSelectivities) {
      // Labels are in no order that the vectors know: every hundredth is as good as a random choice.
      const Accepts accepts = [percent](uint32_t label) { return label * 2'654'435'761U % 100 < percent; };
      curve(("filter" + std::to_string(percent) + "_").c_str(), widths, &accepts);
    }
  }

  /** Three tenths go; then half of what is left gets the vector of the next of that half. */
  void churn(std::span<const uint32_t> widths) {
    std::vector<uint32_t> moved;
    for (uint32_t label = 0; label < count_; ++label) {
      if (label % 10 < 3)
        for (const auto& subject : subjects_) subject->remove(label);
      else if (label % 10 % 2 == 0 || label % 20 == 3)
        moved.push_back(label);
    }
    curve("deleted_", widths, nullptr);
    for (const auto& subject : subjects_)
      for (size_t i = 0; i < moved.size(); ++i)
        subject->replace(moved[i], base_[moved[(i + 1) % moved.size()]]);
    curve("updated_", widths, nullptr);
  }

 private:
  template <typename Work>
  void eachInTurn(uint32_t round, const Work& work) {
    for (size_t turn = 0; turn < subjects_.size(); ++turn) {
      Subject& subject = *subjects_[round % 2 == 0 ? turn : subjects_.size() - 1 - turn];
      work(subject, {subject.name(), round, static_cast<uint32_t>(turn)});
    }
  }

  /** The 99th percentile of the time of single queries, in passes of their own: two clock reads a query would
   * lower the rate. Every query of every pass counts. The clock is the thread's CPU time, as for the rate: on
   * the wall, the slowest hundredth would tell how often another process had this CPU. One reading of the
   * clock is in every time, for all subjects alike. */
  void tail(Subject& subject, const Visit& visit, uint32_t width, const std::string& label) {
    times_.clear();
    while (times_.size() < timed_)
      for (size_t q = 0; q < queries_.count(); ++q) {
        const double began = cpuSeconds();
        lengths_[q] = subject.search(queries_[q], width, nullptr, answers_[q]);
        times_.push_back(cpuSeconds() - began);
      }
    const auto rank = static_cast<ptrdiff_t>(std::ceil(kTail * static_cast<double>(times_.size()))) - 1;
    std::nth_element(times_.begin(), times_.begin() + rank, times_.end());
    visit.say("p99_us", label, "µs", times_[static_cast<size_t>(rank)] * 1e6, times_.size());
  }

  /** The true neighbours, by engram's scan, whose own test compares it with plain loops. */
  void truth(const Accepts* accepts) {
    truth_.resize(queries_.count());
    answers_.resize(queries_.count());
    lengths_.resize(queries_.count());
    for (size_t q = 0; q < queries_.count(); ++q) {
      std::array<uint32_t, kK> found{};
      const size_t length = subjects_[0]->searchExactly(queries_[q], accepts, found);
      truth_[q].assign(found.begin(), found.begin() + static_cast<ptrdiff_t>(length));
    }
  }

  double share() const {
    size_t found = 0;
    size_t wanted = 0;
    for (size_t q = 0; q < truth_.size(); ++q) {
      wanted += truth_[q].size();
      for (size_t i = 0; i < lengths_[q]; ++i)
        found += std::count(truth_[q].begin(), truth_[q].end(), answers_[q][i]) > 0 ? 1 : 0;
    }
    return wanted == 0 ? 0 : static_cast<double>(found) / static_cast<double>(wanted);
  }

  size_t count_;
  uint32_t rounds_;
  size_t timed_;  // single queries per width and visit, at least
  Vectors base_;
  Vectors queries_;
  std::vector<std::unique_ptr<Subject>> subjects_;
  std::vector<std::vector<uint32_t>> truth_;
  std::vector<std::array<uint32_t, kK>> answers_;
  std::vector<size_t> lengths_;
  std::vector<double> times_;  // s
};

void measure(const Options& options) {
  Bench bench(options);
  bench.build();
  if (options.text("width") == "all") {
    bench.curve("", kWidths, nullptr);
  } else {
    const std::array<uint32_t, 1> width = {options.number("width")};
    bench.curve("", width, nullptr);
  }
  if (options.text("churn") == "yes") {
    const std::array<uint32_t, 1> usual = {engram::VectorIndex::kDefaultEf};
    bench.filtered(usual);
    bench.churn(usual);
  }
}

}  // namespace

int main(int count, char** arguments) {
  const Options options(count, arguments,
                        {{"base", ""},
                         {"queries", "none"},
                         {"dimension", "384"},
                         {"count", "20000"},
                         {"asked", "500"},
                         {"rounds", "6"},
                         {"timed", "1000"},
                         {"width", "all"},
                         {"rival", "yes"},
                         {"churn", "no"}});
  return engram::bench::exitCode("index_bench", [&] { measure(options); });
}
