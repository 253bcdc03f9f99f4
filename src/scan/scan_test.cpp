// What holds for all scanners and decoders, whatever they find: each example of each scanner is shown in every
// disguise.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <set>
#include <sys/mman.h>
#include <zlib.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "scan/engine.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using Clock = std::chrono::steady_clock;

// --- Disguises -------------------------------------------------------------------------------------------------------

std::string gzipped(std::string_view text) {
  return deflated(text, 31);
}
// One member; sizes behind the data (bit 3), as streaming writers do, or in front.
std::string zipped(std::string_view text, bool sizes_behind = false, uint16_t flags = 0, uint16_t method = 8) {
  const std::string packed = deflated(text, -15), name = "word/document.xml";
  const uint64_t crc = crc32(0, as_bytes(text).data(), unsigned(text.size()));
  const std::string sizes = little(crc, 4) + little(packed.size(), 4) + little(text.size(), 4);
  std::string out =
      "PK\x03\x04" + little(20, 2) + little(flags | (sizes_behind ? 8 : 0), 2) + little(method, 2) + little(0, 4);
  out += sizes_behind ? std::string(12, '\0') : sizes;
  out += little(name.size(), 2) + little(0, 2) + name + packed;
  if (sizes_behind) out += "PK\x07\x08" + sizes;
  return out + "PK\x01\x02 central directory";
}

std::string base64(std::string_view text, size_t line = 76, std::string_view line_break = "\r\n") {
  constexpr std::string_view signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  size_t column = 0;
  for (size_t i = 0; i < text.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (i + k < text.size() ? uint8_t(text[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += i + k > text.size() ? '=' : signs[bits >> (18 - 6 * k) & 63];
    if ((column += 4) >= line) out += line_break, column = 0;
  }
  return out;
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  size_t column = 0;
  for (char c : text) {
    if (c == '\n') {
      out += "\r\n", column = 0;
      continue;
    }
    const std::string piece =
        c == '=' || uint8_t(c) >= 0x7f || (uint8_t(c) < 0x20) ? fmt::format("={:02X}", uint8_t(c)) : std::string(1, c);
    if (column + piece.size() > 75) out += "=\r\n", column = 0;
    out += piece, column += piece.size();
  }
  return out;
}

// A page description that shows the text in pieces of three signs, as typesetters do for kerning.
std::string pdf(std::string_view text) {
  std::string content = "BT /F1 12 Tf 72 720 Td\n[";
  for (size_t i = 0; i < text.size(); i += 3) {
    content += '(';
    for (char c : text.substr(i, 3))
      content += c == '(' || c == ')' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    content += i % 2 ? ") -12 " : ") 8 ";
  }
  content += "] TJ\n0 -14 Td (next line) Tj ET\n";
  const std::string packed = zlibbed(content);
  return fmt::format("%PDF-1.4\n4 0 obj\n<< /Length {} /Filter /FlateDecode >>\nstream\n", packed.size()) + packed +
         "\nendstream\nendobj\n";
}

// UTF-16 of UTF-8 text; nothing when it is no UTF-8.
std::optional<std::string> utf16(std::string_view text, bool big_endian) {
  if (!is_utf8(text)) return std::nullopt;
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const auto lead = uint8_t(text[i]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (size == 4) return std::nullopt;
    unsigned unit = size == 1 ? lead : lead & (0xffu >> (size + 1));
    for (size_t k = 1; k < size; ++k) unit = unit << 6 | (uint8_t(text[i + k]) & 0x3f);
    out += big_endian ? std::string{char(uint8_t(unit >> 8)), char(uint8_t(unit))} : little(unit, 2);
    i += size;
  }
  return out;
}

// Letters beyond U+06FF end a run of UTF-16 (utf16.cpp says why): such values are not looked for.
bool in_utf16_reach(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) { return uint8_t(c) >= 0xdc; });
}

std::string noise(size_t size, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string out(size, '\0');
  for (char& c : out) c = char(uint8_t(random() >> 56));
  return out;
}

// --- Scanning --------------------------------------------------------------------------------------------------------

Results scan_page(std::string_view bytes, size_t begin, size_t end, uint64_t offset, Limits limits = {},
                  const Rules& rules = all_rules()) {
  Scan scan(rules, limits);
  NoWatch watch;
  Results results;
  scan.page({as_bytes(bytes), begin, end, offset}, {}, watch, results);
  return results;
}
// A whole source in pages of the size, with the margins of the limits.
Results scan_pages(std::string_view bytes, size_t page, Limits limits = {}) {
  Scan scan(all_rules(), limits);
  NoWatch watch;
  Results results;
  for (size_t begin = 0; begin < bytes.size(); begin += page) {
    const size_t end = std::min(bytes.size(), begin + page);
    const size_t first = begin - std::min<size_t>(begin, limits.margin_before),
                 last = std::min<size_t>(bytes.size(), end + limits.margin_after);
    scan.page({as_bytes(bytes.substr(first, last - first)), begin - first, end - first, first}, {}, watch, results);
  }
  return results;
}

// The same in portions, as they come.
std::vector<Results> scan_portions(std::string_view bytes) {
  Scan scan(all_rules(), {});
  NoWatch watch;
  std::vector<Results> portions;
  scan.page({as_bytes(bytes), 0, bytes.size(), 0}, {}, watch,
            [&](Results& results) { portions.push_back(std::move(results)); });
  return portions;
}

bool is(const Found& found, const Example& example) {
  return found.kind == example.kind && found.value == example.value;
}

size_t count(const Results& results, const Example& example) {
  return size_t(
      std::count_if(results.features.begin(), results.features.end(), [&](const Found& f) { return is(f, example); }));
}
// Not in any layer: an example may itself be something to decode.
size_t count_plain(const Results& results, const Example& example) {
  return size_t(std::count_if(results.features.begin(), results.features.end(),
                              [&](const Found& f) { return is(f, example) && f.layers.empty(); }));
}

// Calls with every example that must be found.
void each_example(const std::function<void(const Scanner&, const Example&)>& test) {
  for (const Scanner* scanner : scanners())
    for (const Example& example : scanner->examples) {
      if (example.value.empty()) continue;
      SCOPED_TRACE(fmt::format("scanner {}: {}", scanner->name, example.text));
      test(*scanner, example);
    }
}

const std::string filler = "\nThe quick brown fox jumps over the lazy dog and runs away from here.\n";

// --- All scanners ----------------------------------------------------------------------------------------------------

TEST(AllScanners, FindTheirExamples) {
  each_example([](const Scanner&, const Example& example) {
    const Results results = scan_all(example.text);
    EXPECT_EQ(count_plain(results, example), 1u) << described(results);
  });
}

TEST(AllScanners, KeepQuietWhereTheySay) {
  for (const Scanner* scanner : scanners())
    for (const Example& example : scanner->examples) {
      if (!example.value.empty()) continue;
      for (const Found& found : scan_all(example.text).features)
        EXPECT_FALSE(found.kind == example.kind && found.scanner == scanner->name)
            << example.text << ": " << found.value;
    }
}

TEST(AllScanners, FindOnceWhateverThePageBoundary) {
  Scan scan(all_rules(), {});
  NoWatch watch;
  each_example([&](const Scanner&, const Example& example) {
    const std::string source = filler + std::string(example.text) + filler;
    const size_t whole = count(scan_all(source), example);
    for (size_t cut = filler.size(); cut <= filler.size() + example.text.size(); ++cut) {
      Results results;
      scan.page({as_bytes(source), 0, cut, 0}, {}, watch, results);
      scan.page({as_bytes(source), cut, source.size(), 0}, {}, watch, results);
      ASSERT_EQ(count(results, example), whole) << "cut at " << cut << "\n" << described(results);
    }
  });
}

TEST(AllScanners, FindInNoise) {
  const std::string bytes = noise(MiB, 1);
  each_example([&](const Scanner&, const Example& example) {
    std::string source = bytes;
    const std::string shown = "\n" + std::string(example.text) + "\n";
    source.replace(777'777, shown.size(), shown);
    EXPECT_GE(count(scan_all(source), example), 1u);
  });
}

TEST(AllScanners, FindTheUtf16Twin) {
  each_example([](const Scanner&, const Example& example) {
    for (bool big_endian : {false, true}) {
      const auto twin = utf16(example.text, big_endian);
      if (!twin || !in_utf16_reach(example.value)) continue;
      for (size_t before : {0u, 64u, 65u}) {
        // Zeros around, noise around, nothing around.
        const Results results = scan_all(std::string(before, '\0') + *twin + std::string(before, '\0'));
        EXPECT_EQ(count(results, example), 1u) << (big_endian ? "big" : "little") << " endian at " << before << "\n"
                                               << described(results);
        for (const Found& found : results.features)
          if (before < 65 && found.value == example.value) {
            EXPECT_EQ(found.encoding, big_endian ? "utf-16be" : "utf-16le");
          }
      }
    }
  });
}

struct Disguise {
  const char* name;
  std::function<std::string(std::string_view)> wear;
  const char* layers;
};

const std::vector<Disguise>& disguises() {
  static const std::vector<Disguise> all = {
      {"gzip", gzipped, "-GZIP-"},
      {"zip", [](std::string_view text) { return zipped(text); }, "-ZIP-"},
      {"zip with sizes behind", [](std::string_view text) { return zipped(text, true); }, "-ZIP-"},
      {"gzip in zip", [](std::string_view text) { return zipped(gzipped(text)); }, "-ZIP-0-GZIP-"},
      {"zip in zip", [](std::string_view text) { return zipped(zipped(text)); }, "-ZIP-0-ZIP-"},
      {"zlib", zlibbed, "-ZLIB-"},
      {"base64 lines", [](std::string_view text) { return base64(text); }, "-BASE64-"},
      {"base64 line", [](std::string_view text) { return base64(text, size_t(-1)); }, "-BASE64-"},
      {"gzip in base64", [](std::string_view text) { return base64(gzipped(text)); }, "-BASE64-0-GZIP-"},
  };
  return all;
}

// Base64 by itself is unpacked where it gives text, or something with a known start; not where it gives any bytes.
bool is_plain_text(std::string_view text) {
  return is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) { return uint8_t(c) < 9; });
}

TEST(AllScanners, FindInLayersAndUnpackLeadsBack) {
  each_example([](const Scanner&, const Example& example) {
    const std::string text = filler + std::string(example.text) + filler;
    const size_t plain = count_plain(scan_all(text), example);
    for (const Disguise& disguise : disguises()) {
      if (std::string_view(disguise.layers) == "-BASE64-" && !is_plain_text(example.text)) continue;
      const std::string source = "in front\n" + disguise.wear(text) + "\nbehind";
      const Results results = scan_all(source);
      size_t found = 0;
      for (const Found& f : results.features) {
        if (!is(f, example) || !f.layers.starts_with(disguise.layers)) continue;
        // What the example itself unpacks to lies deeper still.
        if (f.layers.find('-', std::string_view(disguise.layers).size()) != std::string::npos) continue;
        ++found;
        EXPECT_EQ(f.offset, 9u);
        const Layer layer = unpack(as_bytes(source).subspan(f.offset), f.layers, {});
        const std::string_view unpacked = as_text(layer.bytes);
        EXPECT_EQ(unpacked, text);
        EXPECT_NE(text.find(example.text), std::string::npos);
        EXPECT_GE(layer.offset, filler.size());
      }
      EXPECT_EQ(found, plain) << disguise.name << "\n" << described(results);
    }
  });
}

TEST(AllScanners, FindInQuotedPrintable) {
  each_example([](const Scanner&, const Example& example) {
    if (!is_utf8(example.text) || example.text.find('\r') != std::string_view::npos ||
        example.text.find('\0') != std::string_view::npos)
      return;
    // Fill the line so that every sign of the example is once where the soft break falls.
    for (size_t before : {20u, 50u, 60u, 66u, 70u, 74u}) {
      const std::string text = std::string(before, 'x') + " " + std::string(example.text) + "\n";
      if (count(scan_all(text), example) == 0) continue;  // the words in front changed what it is
      const Results results = scan_all(quoted_printable(text));
      EXPECT_GE(count(results, example), 1u) << quoted_printable(text) << "\n" << described(results);
    }
  });
}

TEST(AllScanners, FindInPdfText) {
  each_example([](const Scanner&, const Example& example) {
    if (std::any_of(example.text.begin(), example.text.end(),
                    [](char c) { return uint8_t(c) < 0x20 || uint8_t(c) >= 0x7f; }))
      return;
    const Results results = scan_all(pdf(example.text));
    EXPECT_GE(count(results, example), 1u) << described(results);
  });
}

// --- The engine ------------------------------------------------------------------------------------------------------

// Every example in every disguise, between stretches of noise, text and zeros.
std::string mixture() {
  std::string out;
  uint64_t seed = 7;
  each_example([&](const Scanner&, const Example& example) {
    const std::string text = filler + std::string(example.text) + filler;
    out += text + noise(1500, ++seed);
    for (const Disguise& disguise : disguises()) out += disguise.wear(text) + "\n" + std::string(seed % 700, '\0');
    out += quoted_printable(text) + pdf(example.text) + noise(300, ++seed);
    for (bool big_endian : {false, true})
      if (auto twin = utf16(text, big_endian)) out += *twin + noise(200, ++seed);
  });
  return out;
}

TEST(Engine, PagesOfAnySizeGiveTheSame) {
  const std::string source = mixture();
  ASSERT_GT(source.size(), 256 * KiB);
  const std::string whole = described(scan_pages(source, 16 * MiB));
  for (size_t page : {64 * KiB, 100'001ul, MiB}) {
    const std::string paged = described(scan_pages(source, page));
    if (paged == whole) continue;
    // Say what differs, not all of it.
    std::set<std::string> a, b;
    auto lines = [](const std::string& text, std::set<std::string>& set) {
      for (size_t i = 0, j; (j = text.find('\n', i)) != std::string::npos; i = j + 1) set.insert(text.substr(i, j - i));
    };
    lines(whole, a), lines(paged, b);
    for (const auto& line : a) EXPECT_TRUE(b.count(line)) << "only whole: " << line;
    for (const auto& line : b) EXPECT_TRUE(a.count(line)) << "only in pages of " << page << ": " << line;
  }
}

TEST(Engine, SurvivesNoiseAndMutations) {
  std::mt19937_64 random(3);
  const std::string source = mixture();
  Scan scan(all_rules(), {});
  NoWatch watch;
  const auto start = Clock::now();
  for (int round = 0; round < 40; ++round) {
    std::string mutant = source;
    for (size_t i = 0; i < mutant.size() / 50; ++i) mutant[random() % mutant.size()] = char(uint8_t(random()));
    Results results;
    scan.page({as_bytes(mutant), 0, mutant.size(), 0}, {}, watch, results);
  }
  for (int round = 0; round < 8; ++round) {
    const std::string bytes = noise(MiB, uint64_t(round));
    Results results;
    scan.page({as_bytes(bytes), 0, bytes.size(), 0}, {}, watch, results);
  }
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(120));
}

// A text that ends, or begins, where memory does: nothing beside it is read. Which of its engines Hyperscan takes
// depends on the patterns, so each scanner stands alone; on processors with AVX512-VBMI it reads too far.
TEST(Engine, ReadsNothingBesideATextAtTheEndOfMemory) {
  constexpr size_t page = 4096, room = 16 * page;
  struct Memory {
    char* all = static_cast<char*>(
        ::mmap(nullptr, room + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    char* begin = all + page;
    Memory() { ::mprotect(all, page, PROT_NONE), ::mprotect(begin + room, page, PROT_NONE); }
    ~Memory() { ::munmap(all, room + 2 * page); }
  } memory;
  ASSERT_NE(static_cast<void*>(memory.all), MAP_FAILED);
  const auto found_in = [](const Rules& rules, std::string_view text) {
    Scan scan(rules, {});
    NoWatch watch;
    Results results;
    scan.page({as_bytes(text), 0, text.size(), 0}, {}, watch, results);
    return results.features.size();
  };
  for (const Scanner* scanner : scanners()) {
    const std::vector<const Scanner*> alone = {scanner};
    const Rules rules(alone, {}, Lists());
    for (const Scanner* other : scanners())
      for (const Example& example : other->examples) {
        const std::string_view whole = std::string_view(example.text).substr(0, room);
        for (size_t cut = 0; cut < std::min<size_t>(whole.size(), 70); cut += 3) {
          const std::string_view text = whole.substr(cut);
          const size_t expected = found_in(rules, text);
          for (char* at : {memory.begin + room - text.size(), memory.begin}) {
            std::copy(text.begin(), text.end(), at);
            ASSERT_EQ(found_in(rules, {at, text.size()}), expected) << scanner->name << ": " << printable(text);
          }
        }
      }
  }
}

// A scanner is shown a run of UTF-16 by itself: what matched across the NUL between two of them is not its.
TEST(Engine, NoMatchSpansTwoRunsOfUtf16) {
  // The head of a TIFF structure, "MM\0*", of which the scanner of Exif would look at the begin.
  const std::string source =
      *utf16(std::string(filler) + "MM", false) + "\xff\xff\xff" + *utf16("* to anna@example.com.", false);
  EXPECT_NE(described(scan_pages(source, MiB)).find("anna@example.com"), std::string::npos);
}

TEST(Engine, BombsAreBounded) {
  Limits limits;
  limits.decoded_branch = 4 * MiB;
  limits.decoded_page = 12 * MiB;
  const std::string bomb = gzipped(std::string(64 * MiB, 'a'));
  std::string source;
  for (int i = 0; i < 8; ++i) source += bomb;
  const auto start = Clock::now();
  const Results results = scan_all(source, limits);
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(20));
  EXPECT_FALSE(results.problems.empty());
  EXPECT_LE(results.problems.size(), 8u);
  for (const ScanProblem& problem : results.problems) EXPECT_THAT(problem.what, ::testing::HasSubstr("limit"));
}

TEST(Engine, NestingIsBounded) {
  std::string source = "deep@example.com is inside" + filler;
  for (int i = 0; i < 12; ++i) source = gzipped(source);
  const Results results = scan_all(source);
  ASSERT_EQ(results.problems.size(), 1u) << described(results);
  EXPECT_THAT(results.problems[0].what, ::testing::HasSubstr("deeper than 8"));
  EXPECT_EQ(results.problems[0].layers.substr(0, 14), "-GZIP-0-GZIP-0");
}

class Recording final : public Watch {
 public:
  bool enter(std::string_view item) override {
    items.emplace_back(item);
    return item != aside;
  }
  std::vector<std::string> items;
  std::string aside;
};

TEST(Engine, AnnouncesWhatItTouches) {
  const std::string source = "mail anna@example.com " + gzipped("bert@example.org" + filler);
  for (std::string aside : {"", "page 0", "22-GZIP-0", "page 0 scanner email"}) {
    Scan scan(all_rules(), {});
    Recording watch;
    watch.aside = aside.empty() ? "nothing" : "file 12 " + aside;
    Results results;
    scan.page({as_bytes(source), 0, source.size(), 0}, "file 12 ", watch, results);
    if (aside.empty()) {
      EXPECT_THAT(watch.items, ::testing::IsSupersetOf({"file 12 page 0", "file 12 page 0 scanner email",
                                                        "file 12 22-GZIP-0", "file 12 22-GZIP-0 scanner email"}));
      EXPECT_TRUE(results.problems.empty());
      EXPECT_EQ(results.features.size(), 2u) << described(results);
    } else {
      ASSERT_EQ(results.problems.size(), 1u) << aside;
      EXPECT_THAT(results.problems[0].what, ::testing::HasSubstr("set aside"));
      EXPECT_EQ(results.features.size(), aside == "page 0" ? 0u : 1u) << described(results);
    }
  }
}

TEST(Engine, RefusesPatternsItCannotRun) {
  static constexpr Pattern unbounded[] = {{"a.*b", dotall, 0}}, broken[] = {{"a(", 0, 0}};
  Scanner scanner{"x", "", {}, unbounded, nullptr, {}};
  const Scanner* const one = &scanner;
  EXPECT_THROW(Rules(std::span(&one, 1), {}), Error);
  scanner.patterns = broken;
  EXPECT_THROW(Rules(std::span(&one, 1), {}), Error);
}

TEST(Engine, HidesSecretsInContext) {
  for (const Found& found : scan_all(" card 4111 1111 1111 1111 or 5500005555555559 ").features) {
    if (found.secret.empty()) continue;
    EXPECT_TRUE(std::none_of(found.context.begin(), found.context.end(), [](char c) { return is_digit(c); }))
        << found.context;
  }
}

TEST(Engine, HidesSecretsInTheContextOfTheirNeighbours) {
  for (bool wide : {false, true}) {
    const std::string narrow = "pay anna@example.com 4111 1111 1111 1111 bert@example.org now";
    const std::string source = wide ? *utf16(narrow, false) : narrow;
    const Results results = scan_all(source);
    EXPECT_EQ(results.features.size(), 3u) << described(results);
    for (const Found& found : results.features)
      EXPECT_EQ(found.context.find("111"), std::string::npos) << found.context;
    // Seen from the page before, the card lies in the margin.
    const size_t cut = source.find('4');
    for (const Found& found : scan_page(source, 0, cut, 0).features)
      EXPECT_EQ(found.context.find("111"), std::string::npos) << found.context;
    for (const Found& found : scan_all(gzipped(source)).features)
      EXPECT_EQ(found.context.find("111"), std::string::npos) << found.context;
  }
}

TEST(Engine, TellsWhenAStreamRunsOutOfThePage) {
  std::string text;
  for (int i = 0; text.size() < 80 * KiB; ++i)
    text += fmt::format("line {} of a long letter to anna{}@example.com\n", i * 7919, i);
  Limits limits;
  limits.margin_after = 64 * KiB;
  const std::string source = "in front\n" + base64(text);
  ASSERT_GT(source.size(), 96 * KiB);
  const std::string_view page = std::string_view(source).substr(0, 16 * KiB + limits.margin_after);
  const Results cut = scan_page(page, 0, 16 * KiB, 0, limits);
  ASSERT_EQ(cut.problems.size(), 1u) << described(cut);
  EXPECT_THAT(cut.problems[0].what, ::testing::HasSubstr("BASE64 reaches 64.0 KiB behind its page"));
  EXPECT_EQ(cut.problems[0].offset, 9u);
  EXPECT_TRUE(scan_all(source, limits).problems.empty());
  // A gzip stream says so itself, and once.
  const std::string packed = gzipped(noise(96 * KiB, 5));
  const Results torn =
      scan_page(std::string_view(packed).substr(0, 16 * KiB + limits.margin_after), 0, 16 * KiB, 0, limits);
  ASSERT_EQ(torn.problems.size(), 1u) << described(torn);
  EXPECT_THAT(torn.problems[0].what,
              ::testing::HasSubstr("goes on more than 64.0 KiB behind its page, where it is left off"));
}

// --- Decoders --------------------------------------------------------------------------------------------------------

TEST(Decoders, BrokenStreamsGiveWhatTheyHoldAndAProblem) {
  std::string text;
  for (int i = 0; i < 4000; ++i) text += fmt::format("user{}@example.com wrote {}\n", i, i * 7919);
  for (const auto& wear : {std::function<std::string(std::string_view)>(gzipped), {zlibbed}, {[](std::string_view t) {
                             return zipped(t);
                           }}}) {
    const std::string whole = wear(text), torn = whole.substr(0, whole.size() / 2);
    const Results results = scan_all(torn);
    EXPECT_GT(results.features.size(), 1000u);
    ASSERT_EQ(results.problems.size(), 1u) << described(results);
    EXPECT_THAT(results.problems[0].what, ::testing::HasSubstr("cut short"));
  }
}

TEST(Decoders, ZipSaysWhatItCannotOpen) {
  const std::string text = "anna@example.com" + filler;
  EXPECT_THAT(described(scan_all(zipped(text, false, 1))), ::testing::HasSubstr("word/document.xml is encrypted"));
  EXPECT_THAT(described(scan_all(zipped(text, false, 0, 6))), ::testing::HasSubstr("implode"));
}

TEST(Decoders, OneStreamIsOneLayer) {
  const std::string source = pdf("anna@example.com");
  for (const Found& found : scan_all(source).features)
    if (found.kind == "email") {
      EXPECT_THAT(found.layers, ::testing::StartsWith("-PDF-"));
    }
}

// More than a portion in the page itself, as UTF-16, and in layers; cards among them, whose neighbours are masked.
TEST(Portions, HoldWhatOnePieceHolds) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) {
    text += fmt::format("user{}@example.com ", i);
    if (i % 7 == 0) text += "4111111111111111 ";
    if (i % 50 == 0) text += '\n';
  }
  const std::string source =
      text + std::string(64, '\0') + *utf16(text, false) + std::string(64, '\0') + gzipped(text + gzipped(text)) + text;
  auto line = [](const Found& f) {
    return fmt::format("{}{} {} {} {} {} {}", f.offset, f.layers, f.kind, f.value, f.encoding, f.secret, f.context);
  };
  std::multiset<std::string> whole, joined;
  for (const Found& found : scan_all(source).features) whole.insert(line(found));
  size_t largest = 0;
  for (const Results& portion : scan_portions(source)) {
    largest = std::max(largest, portion.features.size());
    for (const Found& found : portion.features) joined.insert(line(found));
  }
  EXPECT_GT(whole.size(), 5 * 60'000u);
  EXPECT_TRUE(whole == joined) << whole.size() << " " << joined.size();
  EXPECT_LT(largest, whole.size() / 4);
  for (const std::string& one : joined)
    EXPECT_EQ(one.substr(one.rfind(".com")).find("411111"), std::string::npos) << one;
}

// A PNG's stream goes on in the next IDAT chunk: cut here, it is not damaged. The same bytes behind anything else are.
TEST(Decoders, PngPixelsAreLeftAlone) {
  std::string pixels;
  std::mt19937 random(3);
  while (pixels.size() < 200'000) pixels += char('a' + random() % 16);
  const std::string cut = zlibbed(pixels).substr(0, 80'000);
  EXPECT_EQ(described(scan_all("\x89PNG\r\n....IDAT" + cut + "....IDAT")), "");
  EXPECT_EQ(scan_all("\x89PNG\r\n....DATA" + cut + "....DATA").problems.size(), 1u);
}

TEST(Decoders, Base64IsNotSeenInIdentifiers) {
  for (std::string_view text : {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                                "/usr/share/doc/libsomething/examples/subfolder/another/readme/text",
                                "thisIsAVeryLongIdentifierThatSomebodyWroteInJavaCodeForReasonsUnknown",
                                "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ"})
    EXPECT_EQ(described(scan_all(text)), "") << text;
}

// --- Real evidence ---------------------------------------------------------------------------------------------------

TEST(Evidence, NpsEmailsImage) {
  const std::string image = evidence("images/bulk_extractor/nps-2010-emails.100k.raw");
  if (image.empty()) GTEST_SKIP() << "no evidence: set WEFT_EVIDENCE";
  const Results results = scan_all(image);
  std::set<std::pair<uint64_t, std::string>> found;
  for (const Found& f : results.features)
    if (f.kind == "email") found.insert({f.offset, f.value});
  // As bulk_extractor's own tests have it; in PDFs the offset is where the document begins, not its stream.
  EXPECT_TRUE(found.count({80896, "plain_text@textedit.com"})) << described(results);
  EXPECT_TRUE(found.count({70656, "plain_text_pdf@textedit.com"})) << described(results);
  EXPECT_TRUE(found.count({81920, "rtf_text_pdf@textedit.com"})) << described(results);
  EXPECT_TRUE(found.count({92160, "plain_utf16_pdf@textedit.com"})) << described(results);
  for (const Found& f : results.features)
    if (!f.layers.empty()) {
      EXPECT_NO_THROW(unpack(as_bytes(image).subspan(f.offset), f.layers, {})) << f.offset << f.layers;
    }
}

// What the engine keeps of one text must not be taken for the next one's.
TEST(Engine, FindsTheSameWhateverWasScannedBefore) {
  constexpr std::string_view number = "4111111111111111";
  std::mt19937 random(9);
  Scan scan(all_rules(), {});
  NoWatch watch;
  for (int page = 0; page < 4000; ++page) {
    // Pages of ever other sizes, some with a layer of ever other sizes in front of the number.
    std::string bytes;
    if (random() % 4 == 0) bytes = deflated(std::string(random() % 200, ' ') + std::string(number), 31);
    bytes.append(random() % 300, ' ').append(number).append(random() % 200, ' ');
    Results results;
    scan.page({as_bytes(bytes), 0, bytes.size(), 0}, {}, watch, results);
    ASSERT_EQ(described(results), described(scan_all(bytes))) << page;
    ASSERT_FALSE(results.features.empty()) << page;
  }
}

}  // namespace
}  // namespace weft::scan
