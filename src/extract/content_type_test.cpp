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
  EXPECT_EQ(quick(prose.substr(0, 20)), "text/plain");
  EXPECT_EQ(quick("true\n"), "text/plain");
  for (const char* tiny : {"MZ", "II*", "BM 12", "GIF87"}) EXPECT_EQ(quick(tiny), "") << tiny;
  for (const char* start :
       {"#!/usr/bin/tclsh\n", "<?xml version='1.0'?><svg>\n", "From: anna@example.org\n", "{\"a\": 1}\n", "%!PS\n",
        "a,b,c\n1,2,3\n", "-----BEGIN PGP MESSAGE-----\n", "BEGIN:VCARD\n"})
    EXPECT_EQ(quick(start + prose), "") << start;
  for (const char* line :
       {"#include <stdio.h>", "import {x} from 'y'", "class A {", ".TH CAT 1", "  var x = 1;", "<a href='x'>"})
    EXPECT_EQ(quick(prose + line + "\n" + prose), "") << line;
  EXPECT_EQ(quick("{$mode objfpc}\n" + prose), "text/plain");
  EXPECT_EQ(quick("{ Copyright (c) 1999 }\n" + prose), "text/plain");
  EXPECT_EQ(quick("{\\rtf1 " + prose), "");
  const std::string quoted = "# Heading\n\n" + prose + "```js\nfunction a() {}\n<a href='x'>\n```\n" + prose;
  EXPECT_EQ(quick(quoted), "text/plain");
  EXPECT_EQ(quick("# Heading\n\n" + prose + "function a() {}\n"), "");
  // Words of source code in prose.
  for (const char* line : {"import the module first", "class of 1998", "try it, and", "public opinion", "static noise"})
    EXPECT_EQ(quick(prose + line + "\n" + prose), "text/plain") << line;
  EXPECT_EQ(quick(prose + std::string(1, '\0') + prose), "");
  EXPECT_EQ(quick(prose + "\xff\xfe" + prose), "");
}

TEST(content_type, files_are_known_by_what_they_begin_with) {
  using namespace std::string_view_literals;
  EXPECT_EQ(quick("SQLite format 3\0\x10\0\1\1"sv), "application/vnd.sqlite3");
  EXPECT_EQ(quick("\x37\x7f\x06\x83\0\x2d\xe2\x18\0\0\x10\0"sv), "application/x-sqlite3-wal");
  EXPECT_EQ(quick("\n\r\r\n\x1c\0\0\0\x4d\x3c\x2b\x1a"sv), "application/x-pcapng");
}

TEST(content_type, scripts_and_markup_are_known_by_their_lines) {
  const std::string more(80, '.');
  for (const char* line : {"from os.path import join", "def main(self, x):", "class A(B):", "class A:", "  def f(x):"})
    EXPECT_EQ(quick("# What it does.\n" + more + "\n" + line + "\n"), "text/x-script.python") << line;
  for (const char* line : {"from here we import goods", "def main(x, 1):", "  from a import b"})
    EXPECT_NE(quick("# What it does.\n" + more + "\n" + line + " \"x\"\n"), "text/x-script.python") << line;
  EXPECT_EQ(quick("#!/bin/sh\n" + more), "text/x-shellscript");
  EXPECT_EQ(quick("#!/usr/bin/env python3\n" + more), "text/x-script.python");
  EXPECT_EQ(quick("#!/usr/bin/perl -w\n" + more), "text/x-perl");
  EXPECT_EQ(quick("<?xml version='1.0'?>\n" + more), "text/xml");
  EXPECT_EQ(quick("<?xml version='1.0'?>\n<html>" + more), "text/xml");
  EXPECT_EQ(quick("/* " + more + " */\n#include <stdio.h>\nint main() {}\n"), "text/x-c");
  EXPECT_EQ(quick("#include \"a.h\"\n" + more + "\nint main() {}\n"), "text/x-c");
  EXPECT_EQ(quick("#include <a>\nnamespace b {\n" + more), "");
  EXPECT_EQ(quick("#include <a>\nstruct b {\n public:\n" + more), "");
  EXPECT_EQ(quick("<!DOCTYPE HTML>\n" + more), "text/html");
  EXPECT_EQ(quick("<html>\n" + std::string(1, '\0') + more), "");
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
  EXPECT_LE(differ, quickly / 50) << examples;
}

}  // namespace
}  // namespace weft::extract
