// Streams that are unpacked as they are read, as their own tools write them: whole, cut, damaged, too much.
#include "scan/long_stream.h"

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "base/file.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using ::testing::HasSubstr, ::testing::StartsWith;

std::string packed_by(const std::string& command, const std::string& text) {
  std::string name = (std::filesystem::temp_directory_path() / "weft_long.XXXXXX").string();
  check(mkdtemp(name.data()) != nullptr, "a scratch folder");
  write_file(name + "/text", text);
  const bool made = std::system(fmt::format("{} < {}/text > {}/packed 2>/dev/null", command, name, name).c_str()) == 0;
  std::string out = made ? read_file(name + "/packed") : std::string();
  std::filesystem::remove_all(name);
  return out;
}

MemorySource source_of(std::string_view text) {
  return MemorySource(std::vector<uint8_t>(text.begin(), text.end()));
}

std::string all_of(LongStream& stream) {
  std::string out;
  std::vector<uint8_t> some(100'003);
  while (const size_t got = stream.read(some)) out += as_text(Bytes(some).first(got));
  return out;
}

std::string prose(size_t size) {
  std::mt19937 random(3);
  std::string out;
  while (out.size() < size) out += fmt::format("word{} ", random() % 5000);
  return out;
}

TEST(LongStream, IsWhatTheToolsPacked) {
  const std::string text = prose(3'000'000);
  size_t tried = 0;
  for (const auto& [layer, command] : std::initializer_list<std::pair<const char*, const char*>>{
           {"GZIP", "gzip -c"},
           {"BZIP2", "bzip2 -c"},
           {"XZ", "xz -c -1"},
           {"LZMA", "xz -c -1 --format=lzma"},
           {"ZSTD", "zstd -q -c"},
           {"LZIP", "lzip -c -1"},
           {"LZ4", "lz4 -q -c"},
           {"ZIP",
            "python3 -c 'import sys, zipfile; out = zipfile.ZipFile(sys.stdout.buffer, \"w\", zipfile.ZIP_DEFLATED); "
            "out.writestr(\"name\", sys.stdin.buffer.read()); out.close()'"}}) {
    const std::string packed = packed_by(command, text);
    if (packed.empty()) continue;
    ++tried;
    MemorySource source = source_of("in front" + packed + "behind");
    LongStream stream(source, 8, layer, {});
    EXPECT_TRUE(all_of(stream) == text) << layer;
    EXPECT_EQ(stream.problem(), "") << layer;
    EXPECT_LE(stream.packed(), packed.size()) << layer;
    EXPECT_GE(stream.packed() + 200, packed.size()) << layer;  // behind a zip's member its directory follows
    EXPECT_EQ(stream.unpacked(), text.size());
    // From the middle on.
    LongStream again(source, 8, layer, {});
    again.skip(2'000'000);
    EXPECT_TRUE(all_of(again) == text.substr(2'000'000)) << layer;
    // Without its end.
    MemorySource cut = source_of(packed.substr(0, packed.size() / 2));
    LongStream half(cut, 0, layer, {});
    EXPECT_TRUE(text.starts_with(all_of(half)));
    EXPECT_THAT(half.problem(), StartsWith(fmt::format("{} stream is cut short after ", layer)));
    // With another's bytes in the middle.
    std::string bent = packed;
    bent.replace(bent.size() / 2, 4096, std::string(4096, '\xa5'));
    MemorySource damaged = source_of(bent);
    LongStream broken(damaged, 0, layer, {});
    EXPECT_LT(all_of(broken).size(), text.size() + 65536);
    // What a member of a zip is checked by stands behind it, or in front: the stream itself has no checksum.
    if (std::string_view(layer) != "ZIP") {
      EXPECT_THAT(broken.problem(), HasSubstr("is damaged")) << layer;
    }
  }
  if (tried == 0) GTEST_SKIP() << "no packer could be run: install gzip, bzip2, xz-utils, lzip, zstd, lz4";
}

TEST(LongStream, EndsAtTheLimit) {
  const std::string packed = deflated(std::string(60'000'000, '\0'), 31);
  MemorySource source = source_of(packed);
  Limits limits;
  limits.decoded_page = MiB;
  LongStream stream(source, 0, "GZIP", limits);
  const size_t size = all_of(stream).size();
  EXPECT_GT(size, MiB);
  EXPECT_LT(size, 20'000'000u);
  EXPECT_THAT(stream.problem(), HasSubstr("unpacks to more than the limit: left off after"));
}

TEST(LongStream, IsForLayersOfOneStream) {
  for (const char* layer : {"GZIP", "BZIP2", "XZ", "LZMA", "LZIP", "ZSTD", "LZ4", "ZIP"})
    EXPECT_TRUE(LongStream::is_one(layer)) << layer;
  for (const char* layer : {"ZLIB", "BASE64", "", "gzip"}) EXPECT_FALSE(LongStream::is_one(layer)) << layer;
}

// The scan leaves off nothing: what begins the page and goes on is not scanned in part.
TEST(LongStream, IsLeftToWhoReadsOn) {
  const std::string text = prose(300'000) + " anna@example.com ", packed = deflated(text, 31);
  Limits limits;
  limits.decoded_branch = 64 * KiB;
  Scan scan(all_rules(), limits);
  NoWatch watch;
  for (const bool reads_on : {false, true})
    for (const size_t front : {size_t(0), size_t(7)}) {
      const std::string bytes = std::string(front, 'x') + packed;
      Results results;
      scan.page({as_bytes(bytes), 0, bytes.size(), 0, reads_on ? reads_on_all : nullptr}, {}, watch, results);
      ASSERT_EQ(scan.goes_on().size(), 1u);
      EXPECT_EQ(results.problems.empty(), reads_on);
      if (!reads_on) continue;
      EXPECT_EQ(scan.goes_on()[0].layer, "GZIP");
      EXPECT_EQ(scan.goes_on()[0].offset, front);
    }
  Limits enough;
  Scan whole(all_rules(), enough);
  Results results;
  whole.page({as_bytes(packed), 0, packed.size(), 0, reads_on_all}, {}, watch, results);
  EXPECT_TRUE(whole.goes_on().empty());
  EXPECT_EQ(std::count_if(results.features.begin(), results.features.end(),
                          [](const Found& found) { return found.value == "anna@example.com"; }),
            1);
}

}  // namespace
}  // namespace weft::scan
