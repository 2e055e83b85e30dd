#include "base/chunked.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace engram {
namespace {

struct Element {
  std::string name = "none";
  int number = 0;
};

constexpr size_t kSome = 5 * Chunked<Element>::kChunkElements / 2;

TEST(Chunked, NothingMovesWhenItGrows) {
  Chunked<Element> elements;
  std::vector<const Element*> places;
  for (size_t at = 0; at < kSome; ++at) {
    Element& element = elements.emplace_back();
    element.name = std::to_string(at);
    places.push_back(&element);
  }
  elements.resize(2 * kSome);
  for (size_t at = 0; at < kSome; ++at) {
    ASSERT_EQ(&elements[at], places[at]);
    ASSERT_EQ(elements[at].name, std::to_string(at));
  }
}

TEST(Chunked, WhatIsNewIsAsByDefault) {
  Chunked<Element> elements;
  EXPECT_EQ(elements.size(), 0U);
  elements.resize(1);
  elements[0].number = 7;
  elements.resize(kSome);
  elements.resize(kSome);
  EXPECT_EQ(elements.size(), kSome);
  EXPECT_EQ(elements[0].number, 7);
  for (size_t at = 1; at < kSome; ++at) {
    ASSERT_EQ(elements[at].name, "none");
    ASSERT_EQ(elements[at].number, 0);
  }
  EXPECT_EQ(elements.emplace_back().name, "none");
  EXPECT_EQ(elements.size(), kSome + 1);
}

TEST(Chunked, IsReadInOrderToo) {
  Chunked<size_t> numbers;
  for (size_t at = 0; at < kSome; ++at) numbers.emplace_back() = at;
  const Chunked<size_t>& same = numbers;
  for (size_t at = 0; at < same.size(); ++at) ASSERT_EQ(same[at], at);
}

}  // namespace
}  // namespace engram
