// The script is what the fault harnesses hurt: it must do what it says, consolidation included.
#include "check/script.h"

#include <gtest/gtest.h>

#include "backup/backup.h"
#include "io/simulated_disk.h"

namespace engram {
namespace {

constexpr uint64_t kSteps = 54;

TEST(Script, EveryStepDoesToTheSpaceWhatItDoesToTheModelAndConceptsAreFormed) {
  SimulatedDisk disk(1);
  ASSERT_TRUE(Space::create(disk, kScriptSpace, {.dimension = kScriptDimension}, {}).ok());
  auto space = Space::open(disk, kScriptSpace, kScriptLog);
  ASSERT_TRUE(space.ok());
  Model model;
  uint64_t concepts = 0;
  for (uint64_t k = 0; k < kSteps; ++k) {
    const Step step = script_step(k);
    const Status done = step.apply({**space, "backup"});
    ASSERT_TRUE(done.ok()) << step.name << ": " << done.error().message;
    step.change(model);
    ASSERT_EQ(text_of(**space, Detail::kWithoutConcepts), model.text())
        << "after step " << k << ", " << step.name;
    concepts = std::max(concepts, (*space)->stats().concepts);
  }
  EXPECT_GT((*space)->stats().idempotency_keys, 0U);
  const auto backup = verify_backup(disk, "backup");
  ASSERT_TRUE(backup.ok()) << backup.error().message;
  EXPECT_GT(backup->sequence, 0U);
  EXPECT_GT(concepts, 0U);
  EXPECT_GT((*space)->stats().bindings, 0U);
}

}  // namespace
}  // namespace engram
