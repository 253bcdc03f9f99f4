// Packed streams and archives: addresses planted in each come out, whole, nested, torn and bent; made by the libraries
// and, to have a second opinion, by Debian's own tools.
#include <algorithm>
#include <bzlib.h>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <random>
#include <set>
#include <zstd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using ::testing::HasSubstr, ::testing::StartsWith, ::testing::IsEmpty;

std::set<std::string> emails(const Results& results, std::string_view layers) {
  std::set<std::string> out;
  for (const Found& f : results.features)
    if (f.kind == "email" && f.layers.starts_with(layers)) out.insert(f.value);
  return out;
}

// --- What is planted -------------------------------------------------------------------------------------------------

std::string utf16le(std::string_view text) {
  std::string out;
  for (char c : text) out += c, out += '\0';
  return out;
}

// Letters to a hundred people, plain, and to a few as UTF-16.
constexpr size_t people = 100;
std::string letters() {
  std::mt19937_64 random(4);
  std::string out = "{";  // as JSON begins
  for (size_t i = 0; i < people; ++i) {
    out += fmt::format("Dear number {}, write to planted.{}@example.com before {}.\n", random() % 1000, i, random());
    if (i % 25 == 0) out += utf16le(fmt::format(" and to wide.{}@example.org in haste ", i)) + std::string(2, '\0');
  }
  return out;
}
std::set<std::string> planted() {
  std::set<std::string> out;
  for (size_t i = 0; i < people; ++i) {
    out.insert(fmt::format("planted.{}@example.com", i));
    if (i % 25 == 0) out.insert(fmt::format("wide.{}@example.org", i));
  }
  return out;
}

std::string bzip2(std::string_view text) {
  std::string out(text.size() * 2 + 1024, '\0');
  auto size = unsigned(out.size());
  check(BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()), unsigned(text.size()), 9, 0, 0) ==
            BZ_OK,
        "bzip2");
  return out.substr(0, size);
}
std::string xz(std::string_view text) {
  std::string out(text.size() * 2 + 1024, '\0');
  size_t size = 0;
  check(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr, as_bytes(text).data(), text.size(),
                                reinterpret_cast<uint8_t*>(out.data()), &size, out.size()) == LZMA_OK,
        "xz");
  return out.substr(0, size);
}
std::string lzma(std::string_view text) {
  lzma_options_lzma options;
  lzma_lzma_preset(&options, 6);
  lzma_stream z = LZMA_STREAM_INIT;
  check(lzma_alone_encoder(&z, &options) == LZMA_OK, "lzma");
  std::string out(text.size() * 2 + 1024, '\0');
  z.next_in = as_bytes(text).data(), z.avail_in = text.size();
  z.next_out = reinterpret_cast<uint8_t*>(out.data()), z.avail_out = out.size();
  check(lzma_code(&z, LZMA_FINISH) == LZMA_STREAM_END, "lzma");
  out.resize(z.total_out);
  lzma_end(&z);
  return out;
}
// The same stream between lzip's header and checksum.
std::string lzip(std::string_view text) {
  const std::string stream = lzma(text).substr(13);
  std::string out = "LZIP\1\x17"s + stream;  // a window of 8 MiB
  const uint32_t crc = lzma_crc32(as_bytes(text).data(), text.size(), 0);
  const uint64_t size = text.size(), all = out.size() + 20;
  for (unsigned i = 0; i < 4; ++i) out += char(uint8_t(crc >> (8 * i)));
  for (unsigned i = 0; i < 8; ++i) out += char(uint8_t(size >> (8 * i)));
  for (unsigned i = 0; i < 8; ++i) out += char(uint8_t(all >> (8 * i)));
  return out;
}
std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}
std::string lz4(std::string_view text) {
  std::string out(LZ4F_compressFrameBound(text.size(), nullptr), '\0');
  out.resize(LZ4F_compressFrame(out.data(), out.size(), text.data(), text.size(), nullptr));
  return out;
}
std::string mozlz4(std::string_view text) {
  std::string out(size_t(LZ4_compressBound(int(text.size()))), '\0');
  out.resize(size_t(LZ4_compress_default(text.data(), out.data(), int(text.size()), int(out.size()))));
  std::string head = "mozLz40"s + '\0';
  for (unsigned i = 0; i < 4; ++i) head += char(uint8_t(text.size() >> (8 * i)));
  return head + out;
}

std::string legacy_lz4(std::string_view text) {
  constexpr size_t block = 8 * MiB;
  std::string out = "\x02\x21\x4c\x18";
  for (size_t at = 0; at < text.size(); at += block) {
    const std::string packed = mozlz4(text.substr(at, block)).substr(12);
    for (unsigned i = 0; i < 4; ++i) out += char(uint8_t(packed.size() >> (8 * i)));
    out += packed;
  }
  return out;
}

struct Packer {
  const char* layers;  // the step it makes
  std::string (*pack)(std::string_view);
  bool whole_blocks;  // of a torn stream comes nothing but whole blocks
};
constexpr Packer packers[] = {{"-BZIP2-", bzip2, true}, {"-XZ-", xz, false},         {"-LZMA-", lzma, false},
                              {"-LZIP-", lzip, false},  {"-ZSTD-", zstd, true},      {"-LZ4-", lz4, true},
                              {"-LZ4-", mozlz4, false}, {"-LZ4-", legacy_lz4, false}};

std::string noise(size_t size, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string out(size, '\0');
  for (char& c : out) c = char(uint8_t(random() >> 56));
  return out;
}

// --- Streams ---------------------------------------------------------------------------------------------------------

TEST(Streams, GiveWhatIsInThemAndUnpackLeadsBack) {
  const std::string text = letters();
  for (const Packer& packer : packers) {
    SCOPED_TRACE(packer.layers);
    const std::string source = noise(777, 1) + packer.pack(text) + noise(777, 2);
    const Results results = scan_all(source);
    EXPECT_EQ(emails(results, packer.layers), planted());
    EXPECT_THAT(results.problems, IsEmpty()) << described(results);
    for (const Found& found : results.features) {
      if (found.layers.empty()) continue;  // what lz4 could not shorten stands there plainly
      EXPECT_EQ(found.offset, 777u);
      ASSERT_THAT(found.layers, StartsWith(packer.layers));
      EXPECT_EQ(as_text(unpack(as_bytes(source).subspan(777), found.layers, {}).bytes), text);
    }
  }
}

// Literals of lz4 and zstd stand there as they are, and break off where the packer found something to repeat.
TEST(Streams, PiecesOfWhatAStreamGivesAreLeftOut) {
  std::string text;
  for (int i = 0; i < 400; ++i)
    text += fmt::format("{{\"mail\":\"lucy{}lisa@kestrel{}mail.de\"}},\n", i * 7919, i * 31 % 97);
  for (auto* pack : {lz4, mozlz4, legacy_lz4, zstd}) {
    const std::string packed = pack('[' + text);
    const Results results = scan_all(noise(100, 3) + packed + noise(100, 4));
    EXPECT_GE(results.features.size(), 400u);
    for (const Found& found : results.features) EXPECT_FALSE(found.layers.empty()) << found.value;
  }
}

TEST(Streams, NestInEachOther) {
  for (const Packer& outer : packers)
    for (const Packer& inner : packers) {
      const Results results = scan_all("in front " + outer.pack("{ between " + inner.pack(letters()) + " behind"));
      EXPECT_EQ(emails(results, fmt::format("{}10{}", outer.layers, inner.layers)), planted()) << described(results);
    }
}

TEST(Streams, FollowEachOther) {
  for (const Packer& packer : packers) {
    const std::string first =
                          packer.pack("{a letter to first@example.com, which is long enough for everyone to see it."),
                      second = packer.pack("{a letter to second@example.com, which is long enough as well, and that.");
    const Results results = scan_all(first + second);
    EXPECT_EQ(emails(results, packer.layers), (std::set<std::string>{"first@example.com", "second@example.com"}))
        << packer.layers << described(results);
  }
}

// As in what is deleted: a stream of which the end was overwritten by the begin of another.
TEST(Streams, BeginInWhatIsLeftOfATornOne) {
  std::vector<Packer> all(std::begin(packers), std::end(packers));
  all.push_back({"-GZIP-", [](std::string_view text) { return deflated(text, 31); }, false});
  all.push_back({"-ZLIB-", [](std::string_view text) { return deflated(text, 15); }, false});
  std::string text;
  for (int i = 0; i < 10; ++i) text += letters();
  for (const Packer& packer : all) {
    SCOPED_TRACE(packer.layers);
    const std::string first = packer.pack(text),
                      second = packer.pack("{a letter to second@example.com, which is long enough as well, and that.");
    for (size_t size = first.size() / 2; size < first.size() * 7 / 8; size += first.size() / 16)
      EXPECT_EQ(emails(scan_all(first.substr(0, size) + second + noise(5000, size)), packer.layers)
                    .count("second@example.com"),
                1u)
          << size;
  }
}

TEST(Streams, TornAtAnyLengthGiveWhatTheyHoldAndSaySo) {
  std::string text;
  for (int i = 0; i < 3; ++i) text += letters();
  for (const Packer& packer : packers) {
    SCOPED_TRACE(packer.layers);
    const std::string whole = packer.pack(text);
    size_t most = 0, last = 0;
    for (size_t size = 0; size < whole.size(); size += 1 + size / 40) {
      const Results results = scan_all(std::string_view(whole).substr(0, size));
      last = emails(results, packer.layers).size();
      most = std::max(most, last);
      EXPECT_LE(results.problems.size(), 1u) << size;
      if (last > 0 && size + 16 < whole.size()) {
        ASSERT_EQ(results.problems.size(), 1u) << size;
        EXPECT_THAT(results.problems[0].what, HasSubstr("cut short"));
      }
    }
    if (!packer.whole_blocks) {
      EXPECT_GT(most, planted().size() / 2);
    }
  }
}

TEST(Streams, BlocksInFrontOfATearAreKept) {
  std::string text = "{";
  for (int i = 0; text.size() < 1280 * KiB; ++i) text += fmt::format("user{}@example.com {}\n", i, i * 7919);
  for (const Packer& packer : packers) {
    const std::string whole = packer.pack(text);
    const Results results = scan_all(std::string_view(whole).substr(0, whole.size() * 3 / 4));
    EXPECT_GT(emails(results, packer.layers).size(), 10'000u) << packer.layers;
    ASSERT_EQ(results.problems.size(), 1u) << packer.layers << results.problems.size();
    EXPECT_THAT(results.problems[0].what, HasSubstr("cut short")) << packer.layers;
  }
}

TEST(Streams, BentAnywhereTheyDoNoHarm) {
  for (const Packer& packer : packers) {
    const std::string whole = packer.pack(letters());
    for (size_t at = 0; at < whole.size(); at += 1 + at / 64) {
      std::string bent = whole;
      bent[at] = char(uint8_t(bent[at]) ^ (1u << at % 8));
      const Results results = scan_all(bent);
      EXPECT_LE(results.problems.size(), 2u) << described(results);
    }
  }
}

TEST(Streams, BombsAreBounded) {
  Limits limits;
  limits.decoded_branch = 2 * MiB;
  limits.decoded_page = 6 * MiB;
  const std::string bomb(8 * MiB, '{');
  for (const Packer& packer : packers) {
    const std::string one = packer.pack(bomb);
    std::string source;
    for (int i = 0; i < 8; ++i) source += one;
    const std::clock_t start = std::clock();
    const Results results = scan_all(source, limits);
    EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 10) << packer.layers;
    ASSERT_FALSE(results.problems.empty()) << packer.layers;
    EXPECT_LE(results.problems.size(), 8u);
    for (const ScanProblem& problem : results.problems) EXPECT_THAT(problem.what, HasSubstr("limit"));
  }
}

TEST(Streams, MagicsAloneAreNothing) {
  for (std::string_view magic :
       {"BZh91AY&SY"sv, "\xfd\x37zXZ\0\0\4"sv, "\x28\xb5\x2f\xfd"sv, "\4\x22\x4d\x18\x64\x40"sv, "mozLz40\0"sv,
        "7z\xbc\xaf\x27\x1c\0\4"sv, "Rar!\x1a\7\0"sv, "Rar!\x1a\7\1\0"sv, "MSCF\0\0\0\0"sv,
        "]\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0"sv}) {
    std::string page;
    while (page.size() < 64 * KiB) page += magic;
    const Results results = scan_all(page + noise(64 * KiB, 9) + std::string(magic) + noise(KiB, 10));
    EXPECT_THAT(results.problems, IsEmpty()) << printable(magic) << described(results);
  }
}

// A window of 128 MiB is not had for what a small one is enough for.
TEST(Streams, OfZstdUnpackWhateverTheirWindow) {
  for (const size_t size : {64 * KiB, 128 * KiB, 128 * KiB + 1, 600 * KiB})
    for (const bool is_known : {false, true}) {
      std::string text = letters() + noise(size, 3);
      text.resize(size - 20);
      text += " last@example.com. .";
      ZSTD_CCtx* state = ZSTD_createCCtx();
      ZSTD_CCtx_setParameter(state, ZSTD_c_windowLog, 27);
      ZSTD_CCtx_setParameter(state, ZSTD_c_checksumFlag, 1);
      if (is_known) ZSTD_CCtx_setPledgedSrcSize(state, text.size());
      std::string packed(ZSTD_compressBound(text.size()) + KiB, '\0');
      ZSTD_outBuffer out{packed.data(), packed.size(), 0};
      for (const size_t end : {text.size() / 2, text.size()}) {
        ZSTD_inBuffer in{text.data(), end, end == text.size() ? end / 2 : 0};
        while (ZSTD_compressStream2(state, &out, &in, end == text.size() ? ZSTD_e_end : ZSTD_e_flush) > 0) continue;
      }
      ZSTD_freeCCtx(state);
      packed.resize(out.pos);
      const Results results = scan_all(packed);
      EXPECT_EQ(emails(results, "-ZSTD-").count("last@example.com"), 1u) << size << described(results);
      EXPECT_EQ(emails(results, "-ZSTD-").size(), people + people / 25 + 1) << size;
      EXPECT_THAT(results.problems, IsEmpty()) << size << described(results);
      packed.back() ^= 1;  // its checksum
      EXPECT_THAT(described(scan_all(packed)), HasSubstr("zstd frame is damaged")) << size;
    }
}

// A page may be full of what only begins like a stream. That is told, and what stands alone is still unpacked.
TEST(Streams, LikenessesBeyondTheLimitAreLeftOff) {
  std::string likenesses;
  while (likenesses.size() < 256 * KiB) likenesses += "]\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0"sv;
  const std::string source = likenesses + noise(16 * KiB, 11) + lzma(letters());
  const Results all = scan_all(source);
  EXPECT_EQ(emails(all, "-LZMA-"), planted());
  EXPECT_THAT(all.problems, IsEmpty()) << described(all);
  Limits limits;
  limits.decoded_vain = 64 * KiB;
  const Results some = scan_all(source, limits);
  EXPECT_EQ(emails(some, "-LZMA-"), planted());
  ASSERT_EQ(some.problems.size(), 1u) << described(some);
  EXPECT_THAT(some.problems[0].what, HasSubstr("likenesses of LZMA streams were left off"));
  EXPECT_LT(some.problems[0].offset, likenesses.size());
  EXPECT_EQ(described(scan_all(source, limits)), described(some));
}

TEST(Streams, SayWhatTheyCannotUnpack) {
  // A zstd frame that names its dictionary, and an xz stream that wants a window of 1.5 GiB.
  EXPECT_THAT(described(scan_all("\x28\xb5\x2f\xfd\x23\x2a\0\0\0\x10\x85\0\0 and so on"sv)),
              HasSubstr("dictionary 42"));
  lzma_options_lzma options;
  lzma_lzma_preset(&options, 0);
  options.dict_size = 1536 * MiB;
  const lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  std::string out(64 * KiB, '\0');
  size_t size = 0;
  lzma_filter copy[] = {filters[0], filters[1]};
  const std::string text = letters();
  // The encoder would need that window too: write the size into the block's header of a small one.
  options.dict_size = 64 * KiB;
  ASSERT_EQ(lzma_stream_buffer_encode(copy, LZMA_CHECK_NONE, nullptr, as_bytes(text).data(), text.size(),
                                      reinterpret_cast<uint8_t*>(out.data()), &size, out.size()),
            LZMA_OK);
  out.resize(size);
  const size_t header_size = (uint8_t(out[12]) + 1u) * 4;
  const size_t dictionary = out.find("\x21\x01"sv, 12) + 2;
  out[dictionary] = 37;  // 1.5 GiB
  const uint32_t crc = lzma_crc32(as_bytes(out).data() + 12, header_size - 4, 0);
  for (size_t i = 0; i < 4; ++i) out[12 + header_size - 4 + i] = char(uint8_t(crc >> (8 * i)));
  EXPECT_THAT(described(scan_all(out)), HasSubstr("asks for more memory"));
}

// --- Debian's tools --------------------------------------------------------------------------------------------------

// A folder of its own, gone afterwards.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "weft_scan.XXXXXX").string();
    check(mkdtemp(name.data()) != nullptr, "a scratch folder");
    path_ = name;
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

// What the command writes to its standard output; nothing when it is not there.
std::optional<std::string> output_of(const Scratch& scratch, const std::string& command) {
  const std::string to = scratch / "output";
  const std::string all = fmt::format("cd '{}' && command -v {} >/dev/null && ({}) > '{}' 2>/dev/null", scratch / ".",
                                      command.substr(0, command.find(' ')), command, to);
  if (std::system(all.c_str()) != 0) return std::nullopt;
  return read_file(to);
}

TEST(Tools, WriteWhatTheStreamsRead) {
  const Scratch scratch;
  std::string text;
  for (int i = 0; i < 30; ++i) text += letters();
  write_file(scratch / "letters", text);
  size_t tried = 0;
  for (const auto& [command, layers] : std::initializer_list<std::pair<std::string, std::string>>{
           {"bzip2 -1 -c letters", "-BZIP2-"},
           {"xz -c letters", "-XZ-"},
           {"xz --block-size=10000 -T2 -C sha256 -c letters", "-XZ-"},
           {"xz --x86 --lzma2=preset=9 -c letters", "-XZ-"},
           {"xz --format=lzma -c letters", "-LZMA-"},
           {"zstd -19 -c letters", "-ZSTD-"},
           {"zstd --ultra -22 --no-check -c < letters", "-ZSTD-"},
           {"lz4 -9 -c letters", "-LZ4-"},
           {"lz4 -BD -B4 -BX --content-size -c letters", "-LZ4-"}}) {
    const auto packed = output_of(scratch, command);
    if (!packed) continue;
    ++tried;
    const Results results = scan_all("in front" + *packed + "behind");
    EXPECT_EQ(emails(results, layers), planted()) << command;
    EXPECT_THAT(results.problems, IsEmpty()) << command << described(results);
    for (const Found& found : results.features)
      if (found.layers.rfind(layers, 0) == 0) {
        EXPECT_EQ(as_text(unpack(as_bytes(*packed), found.layers, {}).bytes).substr(0, text.size()), text);
        break;
      }
  }
  if (tried < 9) GTEST_SKIP() << "only " << tried << " of 9 commands could be run: install bzip2 xz-utils zstd lz4";
}

TEST(Tools, WriteArchivesThatAreRead) {
  const Scratch scratch;
  write_file(scratch / "letters.txt", letters());
  write_file(scratch / "more.txt", "one more to last@example.net" + noise(3000, 3));
  size_t tried = 0;
  std::set<std::string> all = planted();
  all.insert("last@example.net");
  for (const auto& [command, layers] : std::initializer_list<std::pair<std::string, std::string>>{
           {"7z a -t7z x.7z letters.txt more.txt", "-7Z-"},
           {"7z a -t7z -m0=ppmd x.7z letters.txt more.txt", "-7Z-"},
           {"7z a -t7z -m0=bzip2 x.7z letters.txt more.txt", "-7Z-"},
           {"7z a -t7z -m0=deflate -ms=off x.7z letters.txt more.txt", "-7Z-"},
           {"7z a -tzip -mm=bzip2 x.7z letters.txt", "-BZIP2-"},
           {"7z a -tzip -mm=lzma x.7z letters.txt", "-ZIP-"},
           {"7z a -tzip -mm=deflate x.7z letters.txt", "-ZIP-"},
           {"7z a -tzip -mm=ppmd x.7z letters.txt", "-ZIP-"},
           {"7z a -tzip -mm=xz x.7z letters.txt", "-XZ-"}}) {
    const auto packed = output_of(scratch, command + " >&2 && cat x.7z && rm x.7z");
    if (!packed) continue;
    ++tried;
    const std::string source = "in front" + *packed + "behind";
    const Results results = scan_all(source);
    EXPECT_EQ(emails(results, layers), layers == "-7Z-" ? all : planted()) << command;
    EXPECT_THAT(results.problems, IsEmpty()) << command << described(results);
    for (const Found& found : results.features) {
      if (found.value != "planted.0@example.com" || !found.layers.starts_with(layers)) continue;
      const Layer layer = unpack(as_bytes(source).subspan(found.offset), found.layers, {});
      EXPECT_THAT(std::string(as_text(layer.bytes).substr(layer.offset)), StartsWith(found.value));
      if (layers == "-7Z-") {
        EXPECT_THAT(std::string(as_text(layer.bytes)), HasSubstr("letters.txt\0{Dear"s));
      }
    }
    // Torn and bent: a problem or nothing, no harm.
    for (size_t size = 8; size < packed->size(); size += 1 + size / 10) {
      scan_all(std::string_view(*packed).substr(0, size));
      std::string bent = *packed;
      bent[size] = char(~bent[size]);
      scan_all(bent);
    }
    EXPECT_FALSE(scan_all(std::string_view(*packed).substr(0, packed->size() / 2)).problems.empty()) << command;
  }
  if (tried < 8) GTEST_SKIP() << "only " << tried << " of 8 commands could be run: install p7zip-full";
}

TEST(Tools, WriteEncryptedArchivesThatAreTold) {
  const Scratch scratch;
  write_file(scratch / "letters.txt", letters());
  size_t tried = 0;
  for (const auto& [command, told] : std::initializer_list<std::pair<std::string, std::string>>{
           {"7z a -t7z -psecret x.7z letters.txt", "7Z member letters.txt is encrypted"},
           {"7z a -t7z -psecret -mhe=on x.7z letters.txt", "7Z archive is encrypted"},
           {"7z a -tzip -psecret x.7z letters.txt", "zip member letters.txt is encrypted"},
           {"7z a -tzip -mem=AES256 -psecret x.7z letters.txt", "zip member letters.txt is encrypted"}}) {
    const auto packed = output_of(scratch, command + " >&2 && cat x.7z && rm x.7z");
    if (!packed) continue;
    ++tried;
    const Results results = scan_all(*packed);
    EXPECT_EQ(emails(results, ""), std::set<std::string>());
    ASSERT_EQ(results.problems.size(), 1u) << command << described(results);
    EXPECT_EQ(results.problems[0].what, told);
  }
  if (tried < 4) GTEST_SKIP() << "only " << tried << " of 4 commands could be run: install p7zip-full";
}

// --- Caches of browsers ----------------------------------------------------------------------------------------------

// A page of 272 bytes as `brotli -q 11 -w 22` packs it.
constexpr std::string_view brotli_hex =
    "1b1801608cc43816f28f62134ad6ce69bd9dbe87c15332ad5f0cbf4851d24d814edd1672ff3e06c726220862305a8a8874438daa9ecf396649"
    "6d"
    "c1d106178700b6b964d2461cc8a7c305df8eafd4dea5b6122e658edcb032a80dd2220c73ec39ac479dfa71599018c2a14426844c3e9d35260d"
    "72"
    "7d2ab4d69b8d599817e6af960883364db8cf3d5e4dc5f504851601";
std::string brotli_body() {
  std::string out;
  for (size_t i = 0; i < brotli_hex.size(); i += 2)
    out += char(std::stoi(std::string(brotli_hex.substr(i, 2)), nullptr, 16));
  return out;
}
std::string simple_entry(const std::string& body) {
  const std::string key = "1/0/_dk_https://example.org https://example.org https://example.org/orders";
  return "\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc\5\0\0\0"s + char(key.size()) + "\0\0\0hash\0\0\0\0"s + key + body +
         "\xd8\x41\x0d\x97\x45\x6f\xfa\xf4\1\0\0\0crc3"s + std::string(8, '\0') +
         "HTTP/1.1 200\0content-encoding: br\0"s;
}
std::string firefox_entry(const std::string& body) {
  const std::string key = "O^partitionKey=%28https%2Cexample.org%29,:https://example.org/orders";
  return body + "hash" + "h1" + big(3, 4) + std::string(20, '\0') + big(key.size(), 4) + big(0, 4) + key + '\0' +
         "response-head\0HTTP/2 200 OK\r\ncontent-encoding: br\r\n\0"s + big(body.size(), 4);
}
const std::set<std::string> cached = {"anna.cached@example.org", "service.cached@example.net"};

TEST(Brotli, IsReadInTheCachesOfBrowsers) {
  const std::string body = brotli_body();
  for (const std::string& file : {simple_entry(body), firefox_entry(body), body}) {
    const Results results = scan_all(file);
    EXPECT_EQ(emails(results, "-BROTLI-"), cached) << described(results);
    EXPECT_THAT(results.problems, IsEmpty()) << described(results);
    const Layer layer = unpack(as_bytes(file), "-BROTLI-15", {});
    EXPECT_EQ(as_text(layer.bytes).substr(15, 15), "<title>Orders</");
    // Whoever follows a path may see more than the file.
    EXPECT_EQ(unpack(as_bytes(file + noise(99, 1)), "-BROTLI-15", {}).bytes, layer.bytes);
  }
  // Entries lie anywhere; a body alone is told by where it begins and ends.
  EXPECT_EQ(emails(scan_all(noise(777, 1) + simple_entry(body) + noise(99, 2)), "-BROTLI-"), cached);
  for (const std::string& file : {noise(777, 1) + body, body + "x", body.substr(0, body.size() - 1),
                                  simple_entry(body + "x"), firefox_entry(body + "x")}) {
    const Results results = scan_all(file);
    EXPECT_THAT(emails(results, "-BROTLI-"), IsEmpty()) << described(results);
    EXPECT_THAT(results.problems, IsEmpty()) << described(results);
  }
}

// --- Real evidence ---------------------------------------------------------------------------------------------------

// The text of the only layer, by way of an address in it.
std::string first_layer(const std::string& file, const std::string& step) {
  return std::string(as_text(unpack(as_bytes(file), fmt::format("-{}-0", step), {}).bytes));
}

TEST(ArchiveEvidence, IsUnpacked) {
  if (evidence("archives/syslog.xz").empty()) GTEST_SKIP() << "no evidence: set WEFT_EVIDENCE";
  const std::string plain = first_layer(evidence("archives/syslog.gz"), "GZIP");
  ASSERT_GT(plain.size(), 1000u);
  EXPECT_EQ(first_layer(evidence("archives/syslog.bz2"), "BZIP2"), plain);
  EXPECT_EQ(first_layer(evidence("archives/syslog.xz"), "XZ"), plain);
  EXPECT_EQ(first_layer(evidence("archives/syslog.lzma"), "LZMA"), plain);
  EXPECT_THAT(first_layer(evidence("archives/test_read_format_rar.rar"), "RAR"), HasSubstr("test.txt\0"s));
  EXPECT_THAT(first_layer(evidence("archives/test_read_format_rar5_blake2.rar"), "RAR"), HasSubstr(".txt\0"s));
  EXPECT_GT(first_layer(evidence("archives/jpegs.rar"), "RAR").size(), 10'000u);
  EXPECT_GT(first_layer(evidence("archives/test_read_format_7zip_lzma2.7z"), "7Z").size(), 1000u);
  EXPECT_GT(first_layer(evidence("archives/test_read_format_7zip_ppmd.7z"), "7Z").size(), 10'000u);
  EXPECT_THAT(first_layer(evidence("archives/test_read_format_cab_1.cab"), "CAB"), HasSubstr("\0"s));
}

TEST(ArchiveEvidence, SaysWhatIsNotRead) {
  if (evidence("archives/syslog.xz").empty()) GTEST_SKIP() << "no evidence: set WEFT_EVIDENCE";
  EXPECT_THAT(described(scan_all(evidence("archives/test_read_format_7zip_encryption.7z"))), HasSubstr("is encrypted"));
  EXPECT_THAT(described(scan_all(evidence("archives/test_read_format_zip_winzip_aes256.zip"))),
              HasSubstr("is encrypted"));
  EXPECT_THAT(described(scan_all(evidence("archives/test_rar_multivolume_single_file.part1.rar"))),
              HasSubstr("PROBLEM RAR"));
}

}  // namespace
}  // namespace weft::scan
