// Recall in process from both memories (blended), beside recall from episodes alone (similar): the whole
// answer, with confidences and paths, as a caller in C++ gets it. In turns, A-B and B-A; time of the thread's
// CPU.
//   answer_bench --directory /scratch --base X --queries X [--dimension 384] [--count N] [--asked N]
//   [--rounds N]
// Files as in index_bench.
#include <array>

#include "bench.h"
#include "io/posix_disk.h"
#include "memories.h"

namespace {

using engram::RecallMode;
using engram::bench::cpuSeconds;
using engram::bench::Options;
using engram::bench::Vectors;
using engram::bench::Visit;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "answer_bench: %s\n", why.c_str());
  std::exit(3);
}

struct Mode {
  RecallMode mode;
  const char* metric;
};
constexpr std::array<Mode, 2> kModes = {
    {{RecallMode::kSimilar, "similar_us"}, {RecallMode::kBlended, "blended_us"}}};

void measure(const Options& options) {
  const uint32_t dimension = options.number("dimension");
  const Vectors base = engram::bench::load(options.text("base"), options.number("count"), dimension);
  const Vectors queries = engram::bench::load(options.text("queries"), options.number("asked"), dimension);
  engram::PosixDisk disk;
  const auto space = engram::bench::remembering(disk, options.text("directory"), base);
  engram::ConsolidationOptions bulk;  // as a bulk load is consolidated: without regard to time
  bulk.cluster.tau_ms = 0;
  if (const auto cycle = space->consolidate(0, bulk, engram::Durability::kAsync); !cycle)
    fail(cycle.error().message);
  const Visit once{"engram", 0, 0};
  once.say("concepts", options.text("count"), "count", static_cast<double>(space->stats().concepts), 1);

  for (uint32_t round = 0; round < options.number("rounds"); ++round)
    for (uint32_t turn = 0; turn < kModes.size(); ++turn) {
      const Mode& one = kModes[round % 2 == 0 ? turn : kModes.size() - 1 - turn];
      const double began = cpuSeconds();
      for (size_t query = 0; query < queries.count(); ++query) {
        const auto answer = space->answer({.vector = queries[query]}, {.mode = one.mode});
        if (!answer) fail(answer.error().message);
        engram::bench::keep(answer->hits);
      }
      const Visit visit{"engram", round, turn};
      visit.say(one.metric, options.text("count"), "µs",
                (cpuSeconds() - began) * 1e6 / static_cast<double>(queries.count()), queries.count());
    }
}

}  // namespace

int main(int count, char** arguments) {
  const Options options(count, arguments,
                        {{"directory", ""},
                         {"base", ""},
                         {"queries", ""},
                         {"dimension", "384"},
                         {"count", "10000"},
                         {"asked", "500"},
                         {"rounds", "6"}});
  return engram::bench::exitCode("answer_bench", [&] { measure(options); });
}
