// The oracle's command: many trials, or every mutant that a crash can show until a seed catches it. Exit code
// 0: no violation, and every mutant caught; 1 otherwise, with the seed and the command that repeats it.
//   oracle --recoveries 1000000 [--seed 1]   until so many crashes were recovered from
//   oracle --trials 1 --seed 1629            repeats what a failure printed
//   oracle --mutants [--seed 1]
//   oracle --flips [--seed 1]
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/mutant.h"
#include "oracle/oracle.h"

namespace {

using engram::TrialResult;

constexpr uint64_t kSeedsPerMutant = 20'000;
constexpr uint64_t kRecoveries = 50'000;  // when nobody says how many

/** Alternates among the kinds of trial. */
TrialResult trial(uint64_t seed) {
  if (seed % 8 == 5) return engram::backup_trial(seed);
  return seed % 4 == 3 ? engram::damage_trial(seed) : engram::crash_trial(seed);
}

/** Until both are reached: so many trials, so many recoveries. */
int run_trials(uint64_t first, uint64_t trials, uint64_t recoveries) {
  TrialResult sum;
  uint64_t count = 0;
  for (; count < trials || sum.recoveries < recoveries; ++count) {
    const uint64_t seed = first + count;
    const TrialResult one = trial(seed);
    sum.recoveries += one.recoveries;
    sum.lost_writes += one.lost_writes;
    sum.damages += one.damages;
    sum.harmless += one.harmless;
    if (one.violation) {
      std::printf("{\"seed\":%llu,\"violation\":\"%s\"}\n", static_cast<unsigned long long>(seed),
                  one.violation->c_str());
      std::fprintf(stderr, "repeat: oracle --trials 1 --seed %llu\n", static_cast<unsigned long long>(seed));
      return 1;
    }
  }
  std::printf(
      "{\"trials\":%llu,\"recoveries\":%llu,\"violations\":0,\"unsynced_writes_lost\":%llu,\"damage_told\":%"
      "llu,"
      "\"damage_harmless\":%llu}\n",
      static_cast<unsigned long long>(count), static_cast<unsigned long long>(sum.recoveries),
      static_cast<unsigned long long>(sum.lost_writes), static_cast<unsigned long long>(sum.damages),
      static_cast<unsigned long long>(sum.harmless));
  // A harness whose crashes and flips do no harm would find nothing either way.
  return sum.lost_writes > 0 && sum.damages > 0 ? 0 : 1;
}

int run_mutants(uint64_t first) {
  int missed = 0;
  for (size_t which = 1; which < engram::kFirstOfAnswers; ++which) {
    engram::active_mutant = static_cast<engram::Mutant>(which);
    uint64_t seed = first;
    TrialResult found;
    for (; seed < first + kSeedsPerMutant && !found.violation; ++seed) found = trial(seed);
    const std::string name(engram::kMutantNames[which]);
    if (found.violation)
      std::printf("{\"mutant\":\"%s\",\"caught_by_seed\":%llu,\"violation\":\"%s\"}\n", name.c_str(),
                  static_cast<unsigned long long>(seed - 1), found.violation->c_str());
    else {
      std::printf("{\"mutant\":\"%s\",\"caught_by_seed\":null}\n", name.c_str());
      ++missed;
    }
  }
  engram::active_mutant = engram::Mutant::kNone;
  return missed == 0 ? 0 : 1;
}

int run_flips(uint64_t seed) {
  const TrialResult result = engram::flip_every_byte(seed);
  std::printf("{\"flips\":%llu,\"told\":%llu,\"harmless\":%llu,\"violation\":%s%s%s}\n",
              static_cast<unsigned long long>(result.recoveries),
              static_cast<unsigned long long>(result.damages),
              static_cast<unsigned long long>(result.harmless), result.violation ? "\"" : "",
              result.violation ? result.violation->c_str() : "null", result.violation ? "\"" : "");
  return result.violation || result.damages == 0 ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
  uint64_t seed = 1;
  uint64_t trials = 0;
  uint64_t recoveries = 0;
  bool mutants = false;
  bool flips = false;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (argument == "--mutants")
      mutants = true;
    else if (argument == "--flips")
      flips = true;
    else if (argument == "--seed" && i + 1 < count)
      seed = std::stoull(arguments[++i]);
    else if (argument == "--trials" && i + 1 < count)
      trials = std::stoull(arguments[++i]);
    else if (argument == "--recoveries" && i + 1 < count)
      recoveries = std::stoull(arguments[++i]);
    else {
      std::fprintf(stderr, "oracle --recoveries N | --trials N | --mutants | --flips   [--seed S]\n");
      return 3;
    }
  }
  if (mutants) return run_mutants(seed);
  if (flips) return run_flips(seed);
  return run_trials(seed, trials, trials + recoveries == 0 ? kRecoveries : recoveries);
}
