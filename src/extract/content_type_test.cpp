#include "extract/content_type.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "base/text.h"

namespace weft::extract {
namespace {

std::string_view quick(std::string_view text) {
  return ContentType::quick(as_bytes(text));
}

TEST(content_type, plain_text_is_known_and_what_may_be_more_is_left_to_libmagic) {
  const std::string prose =
      "The lighthouse keeper wrote his report on Monday, and the boat took it along.\nThen it rained.\n";
  EXPECT_EQ(quick(prose), "text/plain");
  EXPECT_EQ(quick("Grüße aus Köln. " + prose), "text/plain");
  EXPECT_EQ(quick(prose.substr(0, 20)), "");
  for (const char* start : {"#!/bin/sh\n", "<?xml version='1.0'?>\n", "From: anna@example.org\n", "{\"a\": 1}\n",
                            "%!PS\n", "a,b,c\n1,2,3\n", "-----BEGIN PGP MESSAGE-----\n", "BEGIN:VCARD\n"})
    EXPECT_EQ(quick(start + prose), "") << start;
  for (const char* line :
       {"#include <stdio.h>", "import os", "def main(x):", ".TH CAT 1", "  var x = 1;", "<a href='x'>"})
    EXPECT_EQ(quick(prose + line + "\n" + prose), "") << line;
  EXPECT_EQ(quick(prose + std::string(1, '\0') + prose), "");
  EXPECT_EQ(quick(prose + "\xff\xfe" + prose), "");
}

// Against libmagic, on whatever documentation this machine has.
TEST(content_type, the_quick_look_says_what_libmagic_says) {
  ContentType slow;
  size_t looked = 0, quickly = 0, differ = 0;
  std::string examples;
  for (const char* folder : {"/usr/share/doc", "/usr/share/man", "/usr/share/perl", "/usr/share/icons"}) {
    std::error_code failed;
    size_t here = 0;
    for (std::filesystem::recursive_directory_iterator it(folder, failed), end; it != end && here < 1500;
         it.increment(failed)) {
      if (!it->is_regular_file(failed) || it->is_symlink(failed)) continue;
      ++here;
      std::ifstream in(it->path(), std::ios::binary);
      std::string head(32 * KiB, '\0');
      in.read(head.data(), std::streamsize(head.size()));
      head.resize(size_t(in.gcount()));
      ++looked;
      const std::string_view type = quick(head);
      if (type.empty()) continue;
      ++quickly;
      if (const std::string other = slow.libmagic(as_bytes(head)); other != type) {
        ++differ;
        examples += it->path().string() + ": " + std::string(type) + ", libmagic " + other + "\n";
      }
    }
  }
  if (looked < 200) GTEST_SKIP() << "SKIPPED: this machine has no documentation to compare on";
  RecordProperty("looked_at", int(looked));
  RecordProperty("quickly", int(quickly));
  EXPECT_GT(quickly, looked / 5);
  EXPECT_LE(differ, quickly / 25) << examples;
}

}  // namespace
}  // namespace weft::extract
