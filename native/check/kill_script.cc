// A process to hurt: runs the script on the real disk and tells its parent, line by line on descriptor 3,
// what became of each step; or judges what such a process left, by the lines it told.
//   kill_script run DIRECTORY STEPS [--acknowledge-early] [--mutant NAME]     3>ledger
//   kill_script open DIRECTORY
//   kill_script judge DIRECTORY [--power] [--may-tell]                        <ledger
// STEPS endless: until an error. --acknowledge-early tells of a step before it is done, --mutant switches a
// planted defect on (kill_script_planted only): faults that the judge must find. Exit code of judge: 0 all is
// well, 1 a violation; of run: 0, 1 when it could not open.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "base/mutant.h"
#include "base/phases.h"
#include "check/script.h"
#include "check/verdict.h"
#include "engine/engine.h"
#include "io/posix_disk.h"

namespace engram {
namespace {

constexpr int kLedger = 3;
constexpr uint64_t kEndless = UINT64_MAX;

/** One write call a line: a parent sees whole lines or none. */
void tell(const std::string& line) {
  if (::write(kLedger, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::exit(2);
}

/** Codes that promise that nothing of the operation was kept. */
bool refuses(Code code) {
  constexpr std::array kRefusals = {Code::kDiskFull, Code::kInvalidArgument, Code::kNotFound,
                                    Code::kTooLarge};
  return std::find(kRefusals.begin(), kRefusals.end(), code) != kRefusals.end();
}

void tell(uint64_t k, const Step& step, const Status& status) {
  const std::string number = std::to_string(k) + " " + std::to_string(monotonic_ns());
  if (status.ok())
    tell((step.promise == Durability::kAsync ? "async " : "ok ") + number + "\n");
  else
    tell((refuses(status.error().code) ? "refused " : "unsure ") + number + " " +
         std::string(code_name(status.error().code)) + "\n");
}

/** Tells of the error; the exit code says whether it is one that a user can act on. */
int fail(const Error& error) {
  std::fprintf(stderr, "%s: %s\n", std::string(code_name(error.code)).c_str(), error.message.c_str());
  return error.code == Code::kInternal || error.message.empty() || error.remedy.empty() ? 2 : 1;
}

/** STEPS steps; none only opens, as far as the engine's own life goes. */
int run(const std::string& directory, uint64_t steps, bool early) {
  PosixDisk disk;
  auto engine = Engine::open(disk, directory, 1, kScriptLog);
  if (!engine) return fail(engine.error());
  auto space = (*engine)->space(kScriptSpace, {.dimension = kScriptDimension});
  if (!space) return fail(space.error());
  for (uint64_t k = 0; k < steps; ++k) {
    const Step step = script_step(k);
    if (early) tell(k, step, {});
    const Status status = step.apply({**space, script_backup(directory)});
    if (!early) tell(k, step, status);
    if (!status && status.error().code == Code::kInternal) return fail(status.error());
    if (!status && steps == kEndless) return fail(status.error());
  }
  const Status closed = (*engine)->close();
  return closed.ok() ? 0 : fail(closed.error());
}

int judge(const std::string& directory, Loss loss, bool may_tell) {
  PosixDisk disk;
  Verdict verdict = judge(disk, directory, read_ledger(std::cin), loss);
  if (verdict.told && !may_tell) verdict.violation = "what was done to it was taken for damage";
  std::printf("{\"acknowledged\":%llu,\"told\":%s,\"violation\":%s%s%s}\n",
              static_cast<unsigned long long>(verdict.acknowledged), verdict.told ? "true" : "false",
              verdict.violation ? "\"" : "", verdict.violation ? verdict.violation->c_str() : "null",
              verdict.violation ? "\"" : "");
  return verdict.violation ? 1 : 0;
}

bool switch_on([[maybe_unused]] const std::string& name) {
#if defined(ENGRAM_MUTANTS)
  const auto found = std::find(kMutantNames.begin(), kMutantNames.end(), name);
  if (found == kMutantNames.end()) return false;
  active_mutant = static_cast<Mutant>(found - kMutantNames.begin());
  return true;
#else
  return false;
#endif
}

int main(const std::vector<std::string>& arguments) {
  const auto has = [&](const char* flag) {
    return std::find(arguments.begin(), arguments.end(), flag) != arguments.end();
  };
  if (const auto named = std::find(arguments.begin(), arguments.end(), "--mutant");
      named != arguments.end() && (named + 1 == arguments.end() || !switch_on(*(named + 1))))
    return 3;
  if (arguments.size() >= 3 && arguments[0] == "run")
    return run(arguments[1], arguments[2] == "endless" ? kEndless : std::stoull(arguments[2]),
               has("--acknowledge-early"));
  if (arguments.size() >= 2 && arguments[0] == "open") return run(arguments[1], 0, false);
  if (arguments.size() >= 2 && arguments[0] == "judge")
    return judge(arguments[1], has("--power") ? Loss::kPower : Loss::kProcess, has("--may-tell"));
  std::fprintf(stderr, "kill_script run DIRECTORY STEPS | judge DIRECTORY   (see the head of its source)\n");
  return 3;
}

}  // namespace
}  // namespace engram

int main(int count, char** arguments) { return engram::main({arguments + 1, arguments + count}); }
