// CRC32C (Castagnoli, RFC 3720 appendix B.4) behind one seam: the CPU's crc32 instruction where it has one,
// a table otherwise, chosen once at run time. The two agree by test.
#pragma once

#include <cstdint>
#include <string_view>

namespace engram {

/** Extends `crc` (0 to begin with) over `bytes`. */
uint32_t crc32c(uint32_t crc, std::string_view bytes);

/** The portable truth, exported for the test that holds both against each other. */
uint32_t crc32c_table(uint32_t crc, std::string_view bytes);

}  // namespace engram
