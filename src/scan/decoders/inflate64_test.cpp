// Deflate64 against zlib: what deflate writes without its longest copy means the same in both. What is different is
// tested on archives that 7-Zip makes (e2e/zip_methods).
#include "scan/decoders/inflate64.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <zlib.h>

#include "base/text.h"

namespace weft::scan {
namespace {

std::string deflated(const std::string& text, int level, int strategy) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, -15, 9, strategy), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data())), stream.avail_in = uInt(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data()), stream.avail_out = uInt(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string words(size_t count) {
  std::mt19937 random(3);
  std::string out;
  for (size_t i = 0; i < count; ++i) out += "word" + std::to_string(random() % 4000) + (random() % 9 ? " " : "\n");
  return out;
}

TEST(Inflate64, ReadsWhatDeflateWrites) {
  std::mt19937 random(4);
  std::string noise(70'000, '\0');
  for (char& c : noise) c = char(random());
  for (const std::string& text :
       {std::string(), std::string("a"), words(100'000), noise, words(500) + noise + words(500)})
    for (const int level : {0, 1, 9})
      for (const int strategy : {Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_FIXED}) {
        const std::string packed = deflated(text, level, strategy);
        const Unpacked unpacked = inflate64(as_bytes(packed + "more"), 1 << 20);
        EXPECT_EQ(unpacked.end, Unpacked::End::whole);
        EXPECT_EQ(as_text(unpacked.bytes), text);
        EXPECT_EQ(unpacked.consumed, packed.size());
      }
}

// The rarest signs have codes of fifteen bits.
TEST(Inflate64, ReadsCodesOfEveryLength) {
  std::string text;
  for (unsigned sign = 0; sign < 18; ++sign) text += std::string(size_t(1) << (17 - sign), char('a' + sign));
  std::shuffle(text.begin(), text.end(), std::mt19937(6));
  const std::string packed = deflated(text, 9, Z_HUFFMAN_ONLY);
  const Unpacked unpacked = inflate64(as_bytes(packed), 1 << 20);
  EXPECT_EQ(unpacked.end, Unpacked::End::whole);
  EXPECT_EQ(as_text(unpacked.bytes), text);
  EXPECT_EQ(unpacked.consumed, packed.size());
}

TEST(Inflate64, EndsWhereItIsDamagedOrCutShort) {
  const std::string text = words(20'000), packed = deflated(text, 6, Z_DEFAULT_STRATEGY);
  const Unpacked cut = inflate64(as_bytes(packed).first(packed.size() / 2), 1 << 20);
  EXPECT_EQ(cut.end, Unpacked::End::cut_short);
  EXPECT_EQ(as_text(cut.bytes), text.substr(0, cut.bytes.size()));
  EXPECT_GT(cut.bytes.size(), text.size() / 3);
  EXPECT_EQ(inflate64(as_bytes(packed), 1000).end, Unpacked::End::full);
  EXPECT_EQ(inflate64(as_bytes(std::string(100, '\xff')), 1000).end, Unpacked::End::corrupt);
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    std::string torn = packed.substr(0, 4000);
    torn[random() % torn.size()] = char(random());
    inflate64(as_bytes(torn), 1 << 20);  // whatever comes of it, it ends
  }
}

}  // namespace
}  // namespace weft::scan
