#include "check/verdict.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <utility>

#include "backup/backup.h"
#include "check/script.h"
#include "engine/engine.h"

namespace engram {
namespace {

/** Steps after the last one in the ledger that may have begun: the next one with a promise waits for all. */
constexpr uint64_t kBeyond = 8;

constexpr std::array<std::pair<std::string_view, Outcome>, 4> kOutcomes = {{{"ok", Outcome::kKept},
                                                                            {"async", Outcome::kWritten},
                                                                            {"refused", Outcome::kRefused},
                                                                            {"unsure", Outcome::kUnsure}}};

/** How many steps of the ledger must be there. */
size_t must_be_there(const std::vector<Outcome>& ledger, Loss loss) {
  size_t must = ledger.size();
  if (loss == Loss::kPower)
    while (must > 0 && ledger[must - 1] != Outcome::kKept) --must;
  return must;
}

/** Every state of the space from that after its first `must` steps on. */
std::set<Bytes> possible_states(const std::vector<Outcome>& ledger, size_t must) {
  std::vector<Model> models(1);
  std::set<Bytes> texts;
  const auto pass = [&](uint64_t k, Outcome outcome) {
    if (outcome == Outcome::kRefused) return;
    const Step step = script_step(k);
    std::vector<Model> without;
    if (outcome == Outcome::kUnsure) without = models;
    for (Model& model : models) step.change(model);
    models.insert(models.end(), without.begin(), without.end());
    if (without.empty()) return;
    std::set<Bytes> seen;  // most unsure steps change nothing, such as a snapshot
    std::erase_if(models, [&](const Model& model) {
      Bytes whole = model.text();
      for (const Bytes& key : model.keys()) whole.append(" ").append(key);
      return !seen.insert(std::move(whole)).second;
    });
  };
  for (size_t k = 0; k <= ledger.size() + kBeyond; ++k) {
    if (k >= must)
      for (const Model& model : models) texts.insert(model.text());
    if (k < ledger.size()) {
      pass(k, ledger[k]);
      continue;
    }
    // Not in the ledger: it may have been on its way, and no more than one that waits for its promise.
    const bool waits = script_step(k).promise != Durability::kAsync;
    pass(k, Outcome::kKept);
    if (waits) {
      for (const Model& model : models) texts.insert(model.text());
      break;
    }
  }
  return texts;
}

/** For a person: where in its past a wrong state is. */
std::string describe(const Bytes& state, const std::vector<Outcome>& ledger) {
  const std::string among = " of " + std::to_string(ledger.size()) + " steps told";
  Model model;
  for (size_t k = 0; k <= ledger.size() + kBeyond; ++k) {
    if (model.text() == state) return "the state is that after the first " + std::to_string(k) + among;
    if (k >= ledger.size() || ledger[k] != Outcome::kRefused) script_step(k).change(model);
  }
  return "the state is none that ever was," + among;
}

struct Opened {
  std::unique_ptr<Engine> engine;
  std::shared_ptr<Space> space;
};

Result<Opened> open(Disk& disk, const std::string& directory) {
  Opened opened;
  auto engine = Engine::open(disk, directory, 1, kScriptLog);
  ENGRAM_TRY(engine);
  opened.engine = std::move(*engine);
  auto space = opened.engine->space(kScriptSpace, {.dimension = kScriptDimension});
  ENGRAM_TRY(space);
  opened.space = *space;
  return opened;
}

/** A client that did not hear the answers asks once more for all that was acknowledged under a key. */
std::optional<std::string> answers_again(Space& space, const std::vector<Outcome>& ledger, size_t must) {
  const Bytes before = text_of(space);
  for (uint64_t k = 0; k < must; ++k) {
    const Step step = script_step(k);
    if (!step.keyed || ledger[k] != Outcome::kKept) continue;
    if (const Status again = step.apply({space, ""}); !again)
      return "a request under its key is not answered again: " + again.error().message;
  }
  return text_of(space) == before ? std::nullopt
                                  : std::optional<std::string>("a request under its key was done twice");
}

/** The backup is whole, or not there while none was acknowledged; what it holds, its space once was, and no
 * earlier than it was said to. */
void judge_backup(Disk& disk, const std::string& directory, const std::vector<Outcome>& ledger,
                  Verdict& verdict) {
  constexpr const char* kRestored = "restored";
  uint64_t first = 0;
  while (!backs_up(first)) ++first;
  uint64_t last = first;
  bool promised = false;
  for (uint64_t k = first; k < ledger.size(); ++k) {
    if (!backs_up(k) || ledger[k] != Outcome::kKept) continue;
    last = k;
    promised = true;
  }
  const std::string backup = script_backup(directory);
  if (const auto sound = verify_backup(disk, backup); !sound) {
    verdict.told = sound.error().code == Code::kDamaged;  // whether it may be is the caller's to say
    const bool absent = sound.error().code == Code::kNotFound && !promised;
    if (!verdict.told && !absent) verdict.violation = "the backup: " + sound.error().message;
    return;
  }
  auto engine = Engine::open(disk, directory, 1, kScriptLog);
  if (!engine) {
    verdict.violation = "it does not open for a restore: " + engine.error().message;
    return;
  }
  const auto restored = (*engine)->restore(kRestored, backup, {});
  const auto space = (*engine)->space(kRestored, {.dimension = kScriptDimension});
  if (!restored || !space || (*space)->damage() || !(*space)->verify().ok())
    verdict.violation = "the backup is sound and cannot be restored";
  else if (!possible_states(ledger, std::min<size_t>(last, ledger.size()))
                .contains(text_of(**space, Detail::kWithoutConcepts)))
    verdict.violation = "the backup holds a state that its space never was in, or an old one";
}

std::optional<std::string> takes_new_writes(Disk& disk, const std::string& directory) {
  constexpr View kId = "after recovery";
  const Bytes embedding(kScriptDimension * sizeof(float), '\x3F');  // 0.747 each
  {
    auto opened = open(disk, directory);
    if (!opened) return "it does not open a third time: " + opened.error().message;
    const auto stored = opened->space->store(
        {{.id = kId, .embedding = embedding, .content = "new", .attributes = {}}}, Durability::kFsync);
    if (!stored) return "after recovery it takes no writes: " + stored.error().message;
  }
  auto opened = open(disk, directory);
  if (!opened) return "it does not open after a new write: " + opened.error().message;
  return opened->space->get(kId) ? std::nullopt : std::optional<std::string>("a new write is gone");
}

}  // namespace

std::vector<Outcome> read_ledger(std::istream& lines) {
  std::vector<Outcome> ledger;
  bool poisoned = false;
  for (std::string line; std::getline(lines, line);) {
    const std::string word = line.substr(0, line.find(' '));
    const auto known = std::find_if(kOutcomes.begin(), kOutcomes.end(),
                                    [&](const auto& outcome) { return outcome.first == word; });
    Outcome outcome = known == kOutcomes.end() ? Outcome::kUnsure : known->second;
    if (line.ends_with(code_name(Code::kPoisoned))) {
      if (poisoned) outcome = Outcome::kRefused;  // from the first on, nothing is even tried
      poisoned = true;
    }
    ledger.push_back(outcome);
  }
  return ledger;
}

Verdict judge(Disk& disk, const std::string& directory, const std::vector<Outcome>& ledger, Loss loss) {
  Verdict verdict;
  verdict.acknowledged = static_cast<uint64_t>(std::count(ledger.begin(), ledger.end(), Outcome::kKept));
  Bytes first;     // what the steps tell
  Bytes concepts;  // and what consolidation made of it
  {
    auto opened = open(disk, directory);
    if (!opened) {
      verdict.told = opened.error().code == Code::kDamaged;
      if (!verdict.told) verdict.violation = "it does not open: " + opened.error().message;
      return verdict;
    }
    first = text_of(*opened->space, Detail::kWithoutConcepts);
    concepts = text_of(*opened->space);
    verdict.told = opened->space->damage().has_value();
    if (verdict.told) return verdict;
    if (const Status sound = opened->space->verify(); !sound) {
      verdict.violation = sound.error().message;
      return verdict;
    }
  }
  const size_t must = must_be_there(ledger, loss);
  if (!possible_states(ledger, must).contains(first)) {
    verdict.violation = describe(first, ledger);
    return verdict;
  }
  auto again = open(disk, directory);
  if (!again || text_of(*again->space) != concepts) {
    verdict.violation = "a second opening gives another state";
    return verdict;
  }
  verdict.violation = answers_again(*again->space, ledger, must);
  again->space.reset();
  again->engine.reset();
  if (!verdict.violation) judge_backup(disk, directory, ledger, verdict);
  if (verdict.violation || verdict.told) return verdict;
  verdict.violation = takes_new_writes(disk, directory);
  return verdict;
}

}  // namespace engram
