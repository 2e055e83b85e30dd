// The classes of this environment that JavaScript gets from calls, not by name.
#pragma once

#include <napi.h>

namespace engram {

struct Classes {
  Napi::FunctionReference space;
  Napi::FunctionReference watch;
};

}  // namespace engram
