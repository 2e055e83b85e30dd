// The model test's command: random histories of all operations and questions, with crashes, beside a plain
// model. A history that differs is printed shrunk.
//   histories [--count 100000] [--seed 1]
//   histories --planted                     every planted defect must be found, and shrunk to a few actions
#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutant.h"
#include "check/history.h"
#include "check/player.h"

namespace engram {
namespace {

constexpr uint64_t kCount = 4'000;  // when nobody says how many
constexpr size_t kLength = 60;      // actions of one history
constexpr uint64_t kPlantedSeeds = 2'000;
constexpr size_t kFewActions = 8;

struct Planted {
  Mutant mutant = Mutant::kNone;
  Blind blind = Blind::kNone;

  std::string_view name() const {
    return blind == Blind::kForgets ? "a model that forgets to forget"
                                    : kMutantNames[static_cast<size_t>(mutant)];
  }
};

/** Those that crashes show are the oracle's in the first place: some of each kind will do here. */
std::vector<Planted> all_planted() {
  std::vector<Planted> all = {{Mutant::kSkipSync},         {Mutant::kSkipParentSync},
                              {Mutant::kRenameBeforeSync}, {Mutant::kApplyWithoutLog},
                              {Mutant::kSnapshotOffByOne}, {Mutant::kSplitBatch},
                              {Mutant::kBackupBeforeSync}, {Mutant::kBackupSkipSync},
                              {Mutant::kHalfBoundConcept}, {Mutant::kNone, Blind::kForgets}};
  for (size_t which = kFirstOfAnswers; which < kMutantNames.size(); ++which)
    all.push_back({static_cast<Mutant>(which)});
  return all;
}

/** What a crash leaves depends on the disk's seed, too: the first of a few with which the history fails. */
std::optional<uint64_t> failing_seed(const History& history, uint64_t seed, Blind blind) {
  constexpr uint64_t kTries = 24;
  for (uint64_t one = seed; one < seed + kTries; ++one)
    if (play(history, one, blind).violation) return one;
  return std::nullopt;
}

History shrink(const History& history, uint64_t seed, Blind blind) {
  return shrink(history, [&](const History& part) { return failing_seed(part, seed, blind).has_value(); });
}

void print_shrunk(const History& history, uint64_t seed, Blind blind) {
  const History small = shrink(history, seed, blind);
  const uint64_t disk = failing_seed(small, seed, blind).value_or(seed);
  std::fprintf(stderr, "disk %llu, %zu actions left: %s\n%s", static_cast<unsigned long long>(disk),
               small.size(), play(small, disk, blind).violation.value_or("").c_str(),
               describe(small).c_str());
}

struct Count {
  const char* name;
  uint64_t Played::*count;
};
/** What every run must have met: a history in which nothing happens finds nothing. */
constexpr std::array kCounts = {
    Count{"questions", &Played::questions}, Count{"failures", &Played::failures},
    Count{"concepts", &Played::concepts},   Count{"repetitions", &Played::repetitions},
    Count{"conflicts", &Played::conflicts}, Count{"changes", &Played::changes},
    Count{"restores", &Played::restores},   Count{"damages_told", &Played::damages}};

int run(uint64_t first, uint64_t count) {
  Played sum;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const History history = make_history(seed, kLength);
    const Played one = play(history, seed);
    for (const Count& met : kCounts) sum.*met.count += one.*met.count;
    if (!one.violation) continue;
    std::printf("{\"seed\":%llu,\"violation\":\"%s\"}\n", static_cast<unsigned long long>(seed),
                one.violation->c_str());
    print_shrunk(history, seed, Blind::kNone);
    return 1;
  }
  std::printf("{\"histories\":%llu,\"actions\":%llu", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(count * kLength));
  for (const Count& met : kCounts)
    std::printf(",\"%s\":%llu", met.name, static_cast<unsigned long long>(sum.*met.count));
  std::printf(",\"violations\":0}\n");
  return std::all_of(kCounts.begin(), kCounts.end(), [&](const Count& met) { return sum.*met.count > 0; })
             ? 0
             : 1;
}

int run_planted(uint64_t first) {
  int missed = 0;
  for (const Planted& planted : all_planted()) {
    active_mutant = planted.mutant;
    uint64_t seed = first;
    while (seed < first + kPlantedSeeds && !play(make_history(seed, kLength), seed, planted.blind).violation)
      ++seed;
    const History small = shrink(make_history(seed, kLength), seed, planted.blind);
    const bool few = failing_seed(small, seed, planted.blind) && small.size() <= kFewActions;
    std::string actions = describe(small);
    std::replace(actions.begin(), actions.end(), '\n', ';');
    std::printf(
        "{\"planted\":\"%s\",\"caught_by_seed\":%llu,\"shrunk_to\":%zu,\"actions\":\"%s\",\"caught\":%s}\n",
        std::string(planted.name()).c_str(), static_cast<unsigned long long>(seed), small.size(),
        actions.c_str(), few ? "true" : "false");
    missed += few ? 0 : 1;
  }
  active_mutant = Mutant::kNone;
  return missed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace engram

int main(int count, char** arguments) {
  uint64_t seed = 1;
  uint64_t histories = engram::kCount;
  bool planted = false;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (argument == "--planted")
      planted = true;
    else if (argument == "--seed" && i + 1 < count)
      seed = std::stoull(arguments[++i]);
    else if (argument == "--count" && i + 1 < count)
      histories = std::stoull(arguments[++i]);
    else {
      std::fprintf(stderr, "histories [--count N | --planted] [--seed S]\n");
      return 3;
    }
  }
  return planted ? engram::run_planted(seed) : engram::run(seed, histories);
}
