// A space that was told vectors: what a benchmark of the store begins with.
#pragma once

#include <memory>
#include <string>

#include "io/disk.h"
#include "space/space.h"
#include "vectors.h"

namespace engram::bench {

/** A new space in `directory` with an episode for each row, named after it: "memory-0", "memory-1", … Throws
 * std::runtime_error. */
std::unique_ptr<Space> remembering(Disk& disk, const std::string& directory, const Vectors& vectors);

}  // namespace engram::bench
