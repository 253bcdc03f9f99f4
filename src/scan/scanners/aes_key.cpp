// Keys of AES, by their key schedules in memory, page files and hibernation files: what a program that enciphers a
// volume, a connection or a message keeps beside it. A key alone is noise; its schedule (FIPS 197 §5.2) is 44, 52 or 60
// words of four bytes, each made of two before it:
//     w[i] = w[i-N] ^ t,  N = 4, 6, 8 words of the key;
//     t = w[i-1], but every N-th time its bytes are turned by one, put through the S-box, and a constant added;
//     with N = 8, in the middle between two such, they are put through the S-box only.
//
// The search makes use of that most words are a plain sum, and that the schedule is long: of any sixteen bytes in it
// (the first N words and the last few left out) twelve are such sums, wherever the words begin. So one place in 128
// bytes is looked at; where it does not hold, no schedule is around. The rest is judged word by word.
//
// The value is the key in hex: it is what opens the volume, and what other tools print (docs/decisions/0008). Some
// programs keep the words as numbers of the machine, their bytes turned round; the value is the same.
//
// False positives: none by accident, forty words must hold. Keys of a quarter or fewer different bytes (filler, the
// zero key of a self-test) are passed over, as bulk_extractor does; the keys of published test vectors are keys.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <string>
#include <utility>

#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr size_t stride = 128;

// The inverse in GF(2^8), and an affine map: FIPS 197 §5.1.1. Three generates all but zero, and 0xf6 is its inverse.
constexpr std::array<uint8_t, 256> make_s_box() {
  std::array<uint8_t, 256> box{};
  uint8_t value = 1, inverse = 1;
  do {
    value = uint8_t(value ^ (value << 1) ^ (value & 0x80 ? 0x1b : 0));
    inverse = uint8_t(inverse ^ (inverse << 1));
    inverse = uint8_t(inverse ^ (inverse << 2));
    inverse = uint8_t(inverse ^ (inverse << 4));
    if (inverse & 0x80) inverse ^= 0x09;
    box[value] = uint8_t(inverse ^ std::rotl(inverse, 1) ^ std::rotl(inverse, 2) ^ std::rotl(inverse, 3) ^
                         std::rotl(inverse, 4) ^ 0x63);
  } while (value != 1);
  box[0] = 0x63;
  return box;
}
constexpr std::array<uint8_t, 256> s_box = make_s_box();
static_assert(s_box[0x53] == 0xed && s_box[0xff] == 0x16);

uint32_t substituted(uint32_t word) {
  return s_box[word & 0xff] | uint32_t(s_box[word >> 8 & 0xff]) << 8 | uint32_t(s_box[word >> 16 & 0xff]) << 16 |
         uint32_t(s_box[word >> 24]) << 24;
}

uint32_t word_at(const char* at) {
  uint32_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Words of the key, words of its schedule.
struct Size {
  size_t key, schedule;
};
constexpr std::array sizes{Size{4, 44}, Size{6, 52}, Size{8, 60}};

// Whether the word is such a sum. Zeros would be one everywhere.
template <size_t key>
bool is_sum(const char* at) {
  const uint32_t before = word_at(at), last = word_at(at + 4 * key - 4), here = word_at(at + 4 * key);
  return (before ^ last ^ here) == 0 && before != 0 && last != 0 && here != 0;
}
// Of sixteen bytes of which four in a row, or at both ends, are no sums, the first or third word is one.
template <size_t key>
bool may_lie_around(const char* at) {
  return is_sum<key>(at) || is_sum<key>(at + 8);
}

constexpr uint32_t turned_round(uint32_t word) {
  return word >> 24 | (word >> 8 & 0xff00) | (word << 8 & 0xff0000) | word << 24;
}

// FIPS 197 §5.2 with the first byte of a word as its lowest. `turned`: the bytes of each word stand the other way
// round.
bool is_schedule(const char* at, Size size, bool turned) {
  auto word = [&](size_t i) { return turned ? turned_round(word_at(at + 4 * i)) : word_at(at + 4 * i); };
  // Holds at few places, and does not depend on how the words are read.
  if (word_at(at + 4 * (size.key + 1)) != (word_at(at + 4) ^ word_at(at + 4 * size.key))) return false;
  uint32_t constant = 1;
  for (size_t i = size.key; i < size.schedule; ++i) {
    uint32_t sum = word(i - 1);
    if (i % size.key == 0) {
      sum = substituted(std::rotr(sum, 8)) ^ constant;
      constant = constant << 1 ^ (constant & 0x80 ? 0x11b : 0);
    } else if (size.key == 8 && i % 8 == 4) {
      sum = substituted(sum);
    }
    if (word(i) != (word(i - size.key) ^ sum)) return false;
  }
  return true;
}

bool is_filler(std::string_view key) {
  std::array<bool, 256> seen{};
  size_t different = 0;
  for (char c : key) different += !std::exchange(seen[uint8_t(c)], true);
  return different <= key.size() / 4;
}

// All schedules of that size that hold the place; returns where the last one ends.
size_t search(std::string_view text, size_t first, size_t last, Size size, Sink& sink) {
  size_t behind = 0;
  for (size_t begin = first; begin <= last && begin + 4 * size.schedule <= text.size(); ++begin)
    for (bool turned : {false, true}) {
      if (!is_schedule(text.data() + begin, size, turned)) continue;
      behind = begin + 4 * size.schedule;
      const std::string_view key = text.substr(begin, 4 * size.key);
      if (is_filler(key)) continue;
      std::string value;
      for (size_t i = 0; i < key.size(); ++i) value += fmt::format("{:02x}", uint8_t(key[turned ? i ^ 3 : i]));
      sink.feature("aes_key", std::move(value), begin, begin + key.size());
    }
  return behind;
}

void on_text(std::string_view text, size_t begin, size_t end, Sink& sink) {
  if (begin >= end) return;
  std::array<size_t, sizes.size()> from{begin, begin, begin};
  for (size_t at = begin; at + 4 * sizes[0].key + 16 <= text.size() && at < end + 4 * sizes[2].schedule; at += stride) {
    const char* here = text.data() + at;
    const size_t room = text.size() - at;
    const std::array found{may_lie_around<4>(here), room >= 40 && may_lie_around<6>(here),
                           room >= 48 && may_lie_around<8>(here)};
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (!found[i]) continue;
      const size_t back = 4 * (sizes[i].schedule - sizes[i].key) - 16;
      const size_t first = std::max(from[i], at - std::min(at, back));
      from[i] = std::max(from[i], search(text, first, std::min(at, end - 1), sizes[i], sink));
    }
  }
}

constexpr std::array<std::string_view, 1> kinds{"aes_key"};

using namespace std::string_view_literals;
// The keys of FIPS 197, appendices A.1 to A.3 and C.1.
constexpr std::array examples{
    Example{"+~\x15\x16(\xae\xd2\xa6\xab\xf7\x15\x88\x09\xcfO<\xa0\xfa\xfe\x17\x88T,\xb1#\xa3\x39\x39*lv\x05"
            "\xf2\xc2\x95\xf2z\x96\xb9\x43Y5\x80zsY\xf6\x7f=\x80G}G\x16\xfe>\x1e#~Dmz\x88;\xef\x44\xa5\x41\xa8R"
            "[\x7f\xb6q%;\xdb\x0b\xad\x00\xd4\xd1\xc6\xf8|\x83\x9d\x87\xca\xf2\xb8\xbc\x11\xf9\x15\xbcm\x88\xa3"
            "z\x11\x0b>\xfd\xdb\xf9\x86\x41\xca\x00\x93\xfdNT\xf7\x0e__\xc9\xf3\x84\xa6O\xb2N\xa6\xdcO\xea\xd2s"
            "!\xb5\x8d\xba\xd2\x31+\xf5`\x7f\x8d)/\xacwf\xf3\x19\xfa\xdc!(\xd1)AW\x5c\x00n\xd0\x14\xf9\xa8\xc9"
            "\xee%\x89\xe1\x3f\x0c\xc8\xb6\x63\x0c\xa6"sv,
            "aes_key", "2b7e151628aed2a6abf7158809cf4f3c"},
    Example{"\x8es\xb0\xf7\xda\x0e\x64R\xc8\x10\xf3+\x80\x90y\xe5\x62\xf8\xea\xd2R,k{\xfe\x0c\x91\xf7$\x02\xf5"
            "\xa5\xec\x12\x06\x8el\x82\x7fk\x0ez\x95\xb9\x5cV\xfe\xc2M\xb7\xb4\xbdi\xb5\x41\x18\x85\xa7G\x96"
            "\xe9%8\xfd\xe7_\xad\x44\xbb\x09S\x86HZ\xf0W!\xef\xb1O\xa4H\xf6\xd9Mm\xce$\xaa\x32\x63`\x11;0\xe6"
            "\xa2^~\xd5\x83\xb1\xcf\x9a'\xf9\x39\x43j\x94\xf7g\xc0\xa6\x94\x07\xd1\x9d\xa4\xe1\xec\x17\x86\xebo"
            "\xa6IqH_p2\x22\xcb\x87U\xe2m\x13R3\xf0\xb7\xb3@\xbe\xeb(/\x18\xa2YgG\xd2kE\x8cU>\xa7\xe1\x46l\x94"
            "\x11\xf1\xdf\x82\x1fu\x0a\xad\x07\xd7S\xca@\x05\x38\x8f\xccP\x06(-\x16j\xbc<\xe7\xb5\xe9\x8b\xa0oD"
            "\x8cw<\x8e\xccr\x04\x01\x00\x22\x02"sv,
            "aes_key", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"},
    Example{"`=\xeb\x10\x15\xcaq\xbe+s\xae\xf0\x85}w\x81\x1f\x35,\x07;a\x08\xd7-\x98\x10\xa3\x09\x14\xdf\xf4"
            "\x9b\xa3T\x11\x8ei%\xaf\xa5\x1a\x8b_\x20g\xfc\xde\xa8\xb0\x9c\x1a\x93\xd1\x94\xcd\xbeI\x84n\xb7]["
            "\x9a\xd5\x9a\xec\xb8[\xf3\xc9\x17\xfe\xe9\x42H\xde\x8e\xbe\x96\xb5\xa9\x32\x8a&x\xa6G\x98\x31\x22)"
            "/ly\xb3\x81,\x81\xad\xda\xdfH\xba$6\x0a\xf2\xfa\xb8\xb4\x64\x98\xc5\xbf\xc9\xbe\xbd\x19\x8e&\x8c;"
            "\xa7\x09\xe0\x42\x14h\x00{\xac\xb2\xdf\x33\x16\x96\xe9\x39\xe4lQ\x8d\x80\xc8\x14\xe2\x04v\xa9\xfb"
            "\x8aP%\xc0-Y\xc5\x82\x39\xde\x13igl\xccZq\xfa%c\x95\x96t\xee\x15X\x86\xca]./1\xd7~\x0a\xf1\xfa'"
            "\xcfs\xc3t\x9cG\xab\x18P\x1d\xda\xe2u~Ot\x01\x90Z\xca\xfa\xaa\xe3\xe4\xd5\x9b\x34\x9a\xdfj\xce\xbd"
            "\x10\x19\x0d\xfeH\x90\xd1\xe6\x18\x8d\x0b\x04m\xf3\x44plc\x1e"sv,
            "aes_key", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"},
    // The words turned round, as machines that count in them keep it.
    Example{"\x03\x02\x01\x00\x07\x06\x05\x04\x0b\x0a\x09\x08\x0f\x0e\x0d\x0c\xfdt\xaa\xd6\xfar\xaf\xd2\xf1x"
            "\xa6\xda\xfev\xab\xd6\x0b\xcf\x92\xb6\xf1\xbd=d\x00\xc5\x9b\xbe\xfe\xb3\x30hNt\xff\xb6\xbf\xc9\xc2"
            "\xd2\xbf\x0cYlA\xbfi\x04\xbc\xf7\xf7G\x03>5\x95\xbc\x32l\xf9\xfd\x8d\x05\xfd\xe8\xa3\xaa<\xeb\x9d"
            "\x9f\xa9W\xaf\xf3P\xaa\x22\xf6\xad}\x0f\x39^\x96\x92\xa6\xf7\xc1=U\xa7k\x1f\xa3\x0a\x1ap\xf9\x14"
            "\x8c\xe2_\xe3M\xdf\x0a\x44&\xc0\xa9N5\x87\x43G\xb9\x65\x1c\xa4\xf4\xba\x16\xe0\xd2z\xbf\xae\xd1"
            "\x32\x99ThW\x85\xf0\x9c\xed\x93\x10N\x97,\xbe\x7f\x1d\x11\x13\x17J\x94\xe3\x8b\xa7\x07\xf3\xc5\x30"
            "+M"sv,
            "aes_key", "000102030405060708090a0b0c0d0e0f"},
    // One bit differs near the end; a key of zeros.
    Example{"+~\x15\x16(\xae\xd2\xa6\xab\xf7\x15\x88\x09\xcfO<\xa0\xfa\xfe\x17\x88T,\xb1#\xa3\x39\x39*lv\x05"
            "\xf2\xc2\x95\xf2z\x96\xb9\x43Y5\x80zsY\xf6\x7f=\x80G}G\x16\xfe>\x1e#~Dmz\x88;\xef\x44\xa5\x41\xa8R"
            "[\x7f\xb6q%;\xdb\x0b\xad\x00\xd4\xd1\xc6\xf8|\x83\x9d\x87\xca\xf2\xb8\xbc\x11\xf9\x15\xbcm\x88\xa3"
            "z\x11\x0b>\xfd\xdb\xf9\x86\x41\xca\x00\x93\xfdNT\xf7\x0e__\xc9\xf3\x84\xa6O\xb2N\xa6\xdcO\xea\xd2s"
            "!\xb5\x8d\xba\xd2\x31+\xf5`\x7f\x8d)/\xacwf\xf3\x19\xfa\xdc!(\xd1)AW\x5c\x00n\xd0\x14\xf9\xa8\xc9"
            "\xee%\x89\xe1\x3f\x0d\xc8\xb6\x63\x0c\xa6"sv,
            "aes_key", ""},
    Example{"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x62\x63\x63\x63\x62\x63\x63\x63"
            "\x62\x63\x63\x63\x62\x63\x63\x63\x9b\x98\x98\xc9\xf9\xfb\xfb\xaa\x9b\x98\x98\xc9\xf9\xfb\xfb\xaa"
            "\x90\x97\x34Pil\xcf\xfa\xf2\xf4W3\x0b\x0f\xac\x99\xee\x06\xda{\x87j\x15\x81u\x9e\x42\xb2~\x91\xee+"
            "\x7f.+\x88\xf8\x44>\x09\x8d\xda|\xbb\xf3K\x92\x90\xec\x61K\x85\x14%u\x8c\x99\xff\x09\x37j\xb4\x9b"
            "\xa7!u\x17\x87\x35Pb\x0b\xac\xafk<\xc6\x1b\xf0\x9b\x0e\xf9\x03\x33;\xa9\x61\x38\x97\x06\x0a\x04Q"
            "\x1d\xfa\x9f\xb1\xd4\xd8\xe2\x8a}\xb9\xda\x1d{\xb3\xdeLfIA\xb4\xef[\xcb>\x92\xe2\x11#\xe9Q\xcfo"
            "\x8f\x18\x8e"sv,
            "aes_key", ""},
};

}  // namespace

extern const Scanner aes_key_scanner;
const Scanner aes_key_scanner{
    "aes_key", "aes_key: keys of AES, by their key schedules in memory", kinds, {}, nullptr, examples, 0, 0, on_text};

}  // namespace weft::scan
