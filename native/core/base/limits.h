// Every limit of the engine as a named constant, units last.
#pragma once

#include <cstddef>
#include <cstdint>

namespace engram {

inline constexpr uint32_t kDimensionMin = 2;
inline constexpr uint32_t kDimensionMax = 4096;
constexpr bool is_dimension(uint32_t value) { return value >= kDimensionMin && value <= kDimensionMax; }
inline constexpr size_t kSpaceIdMaxBytes = 64;
inline constexpr size_t kIdMaxBytes = 255;
inline constexpr size_t kRelationMaxBytes = 64;
inline constexpr size_t kContentMaxBytes = 1 << 20;
inline constexpr size_t kAttributesMaxCount = 64;
inline constexpr size_t kAttributeKeyMaxBytes = 255;
inline constexpr size_t kAttributesMaxBytes = 64 << 10;
inline constexpr size_t kBatchMaxItems = 1 << 20;
inline constexpr size_t kRecordMaxBytes = size_t{256} << 20;  // one operation, batch or not
inline constexpr uint32_t kNodesMax = 0xFFFF'FFF0;
inline constexpr uint32_t kRecallMaxK = 10'000;
inline constexpr uint32_t kBlendedMaxK = 256;  // its cost grows with the square of its candidates
inline constexpr size_t kFilterMaxDepth = 8;
inline constexpr size_t kFilterMaxParts = 1'024;
inline constexpr uint32_t kReachMaxHops = 3;
inline constexpr uint32_t kSpreadMaxDepth = 4;
inline constexpr size_t kSeedsMaxCount = 10'000;
inline constexpr size_t kCalibrationKnotsMax = 4'096;
inline constexpr double kTimeMaxMs = 8.64e15;  // the range of an ECMAScript Date

}  // namespace engram
