// One space on a simulated disk, or its backup, made so that any of their files can be put there by hand.
#pragma once

#include <memory>
#include <string>

#include "io/simulated_disk.h"
#include "log/record.h"
#include "space/space.h"

namespace engram {

inline constexpr uint32_t kFuzzDimension = 3;
inline constexpr SpaceUuid kFuzzUuid = {'f', 'u', 'z', 'z'};
inline constexpr LogOptions kFuzzLog = {.preallocate_bytes = 0};  // nothing but what is written
inline const std::string kFuzzDirectory = "s";
inline const std::string kFuzzBackup = "b";

/** A new space of kFuzzUuid, closed. */
void make_space(SimulatedDisk& disk);
/** Such a space in a backup of three files: a piece of the log, a snapshot, and the piece behind it. */
void make_backup(SimulatedDisk& disk);
void put_file(SimulatedDisk& disk, const std::string& directory, const std::string& name, View bytes);

/** Opens what is there: an error or damage that is told, or a sound space that opens again to the same. */
void open_and_check(SimulatedDisk& disk, const std::string& directory);

}  // namespace engram
