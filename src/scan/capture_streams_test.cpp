// Connections out of captures, and bodies in chunks. Captures of real programs are read by the tests of the whole
// program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using ::testing::Contains, ::testing::ElementsAre, ::testing::HasSubstr, ::testing::IsEmpty, ::testing::Not;

constexpr uint32_t data = 0x18, syn = 2;

std::string tcp(uint32_t number, const std::string& content, uint32_t flags = data, unsigned port = 4711) {
  return big(port, 2) + big(25, 2) + big(number, 4) + big(0, 4) + "\x50" + big(flags, 1) + big(1000, 2) + big(0, 4) +
         content;
}
std::string ipv4(const std::string& content) {
  return "\x45\0"s + big(20 + content.size(), 2) + "\0\0\0\0\x40\x06\0\0"s + "\x0a\0\0\1\x0a\0\0\2"s + content;
}
std::string ipv6(const std::string& content) {
  return "\x60\0\0\0"s + big(8 + content.size(), 2) + "\0\x40"s + std::string(15, '\1') + "\2" + std::string(15, '\1') +
         "\3" + "\x06\0\1\4\0\0\0\0"s + content;  // with options of a hop
}
std::string ethernet(const std::string& content, unsigned type = 0x0800) {
  return "to a macfrom it"s.substr(0, 12) + big(type, 2) + content;
}

std::string pcap(const std::vector<std::string>& packets, uint32_t link = 1, bool is_big = false) {
  const auto put = [&](uint64_t value, size_t size) { return is_big ? big(value, size) : little(value, size); };
  std::string out = put(0xa1b2c3d4, 4) + put(2, 2) + put(4, 2) + put(0, 8) + put(65535, 4) + put(link, 4);
  for (const std::string& one : packets) out += put(1700000000, 8) + put(one.size(), 4) + put(one.size(), 4) + one;
  return out;
}
std::string block(uint32_t type, std::string content) {
  content.resize((content.size() + 3) / 4 * 4);
  const uint64_t size = 12 + content.size();
  return little(type, 4) + little(size, 4) + content + little(size, 4);
}
std::string pcapng(const std::vector<std::string>& packets) {
  std::string out = block(0x0a0d0d0a, little(0x1a2b3c4d, 4) + little(1, 4) + std::string(8, '\xff')) +
                    block(1, little(113, 4) + little(0, 4)) + block(1, little(1, 4) + little(0, 4));
  for (const std::string& one : packets)
    out += block(6, little(1, 4) + little(0, 8) + little(one.size(), 4) + little(one.size(), 4) + one);
  return out;
}

const std::vector<std::string> cut = {"write to anna.sch", "mitt@mail.exa", "mple.com and to ",
                                      "bert@mail.example.net, best before Monday"};

// The pieces as packets of one connection.
std::vector<std::string> packets(const std::vector<std::string>& pieces, uint32_t number = 1000) {
  std::vector<std::string> out = {ethernet(ipv4(tcp(number - 1, "", syn)))};
  for (const std::string& one : pieces) {
    out.push_back(ethernet(ipv4(tcp(number, one))));
    number += uint32_t(one.size());
  }
  return out;
}

std::vector<std::string> emails(const std::string& source, const std::string& layer = "-TCP-") {
  std::vector<std::string> out;
  for (const Found& one : scan_all(source).features)
    if (one.kind == "email" && one.layers.find(layer) != std::string::npos) out.push_back(one.value);
  return out;
}
std::vector<std::string> problems(const std::string& source) {
  std::vector<std::string> out;
  for (const ScanProblem& one : scan_all(source).problems) out.push_back(one.what);
  return out;
}
const auto both = ElementsAre("anna.schmitt@mail.example.com", "bert@mail.example.net");

TEST(CaptureStreams, values_over_the_seams_of_packets_are_found_once) {
  const std::string source = pcap(packets(cut));
  EXPECT_THAT(emails(source), both);
  EXPECT_THAT(emails(source, ""), both) << "and nothing in pieces";
  EXPECT_THAT(problems(source), IsEmpty());
  EXPECT_THAT(emails(pcap(packets(cut), 1, true)), both);
  EXPECT_THAT(emails(pcapng(packets(cut))), both);
  for (const Found& one : scan_all("before it " + source).features) {
    if (one.kind != "email") continue;
    const Layer layer = unpack(as_bytes(source), one.layers, {});
    EXPECT_EQ(as_text(layer.bytes).substr(layer.offset, one.value.size()), one.value);
  }
}

TEST(CaptureStreams, packets_may_be_sent_twice_in_another_order_and_over_the_end_of_the_numbers) {
  for (const uint32_t number : {1000u, uint32_t(-20)}) {
    auto sent = packets(cut, number);
    std::swap(sent[2], sent[3]);
    sent.push_back(sent[1]);
    // Sent again from the middle of the second on.
    sent.push_back(ethernet(ipv4(tcp(number + 17 + 5, "mail.example.com and to "))));
    EXPECT_THAT(emails(pcap(sent)), both) << number;
  }
}

TEST(CaptureStreams, what_is_missing_joins_nothing) {
  auto sent = packets({"write to anna", "@somewhere.example.org or to ", "bert", "@mail.example.net"});
  sent.erase(sent.begin() + 2);
  EXPECT_THAT(emails(pcap(sent), ""), Contains("bert@mail.example.net"));
  EXPECT_THAT(emails(pcap(sent), ""), Not(Contains(HasSubstr("annabert"))));
}

TEST(CaptureStreams, a_connection_between_the_same_ports_is_another) {
  auto sent = packets(cut);
  for (const std::string& one : packets({"now write to carl@mail.exa", "mple.org instead"}, 500)) sent.push_back(one);
  EXPECT_THAT(emails(pcap(sent)),
              ElementsAre("anna.schmitt@mail.example.com", "bert@mail.example.net", "carl@mail.example.org"));
}

// Of what was sent twice, and differs, the layer has one: the other is told where it lies.
TEST(CaptureStreams, what_is_sent_again_otherwise_is_not_lost) {
  auto sent = packets({std::string(60, 'x'), "and so on"});
  sent.push_back(ethernet(ipv4(tcp(1010, " hidden.person@mail.example.org "))));
  EXPECT_THAT(emails(pcap(sent), ""), ElementsAre("hidden.person@mail.example.org"));
}

// Captures that were put one behind the other.
TEST(CaptureStreams, each_section_is_told_once) {
  const std::string source = pcapng(packets(cut)) + pcapng(packets(cut, 70000));
  EXPECT_THAT(emails(source, ""), ElementsAre("anna.schmitt@mail.example.com", "bert@mail.example.net",
                                              "anna.schmitt@mail.example.com", "bert@mail.example.net"));
}

TEST(CaptureStreams, of_every_link_they_are_read) {
  const auto sent = [](const std::string& front, auto ip, const std::string& behind = "") {
    std::vector<std::string> out;
    uint32_t number = 1000;
    for (const std::string& one : cut)
      out.push_back(front + ip(tcp(number, one)) + behind), number += uint32_t(one.size());
    return out;
  };
  const std::string snap = "\xaa\xaa\3\0\0\0"s, to_from = "to a macfrom "s.substr(0, 12);
  struct Link {
    uint32_t number;
    std::string front, behind;
  };
  for (const Link& link :
       std::vector<Link>{{0, "\2\0\0\0"s, ""},
                         {1, to_from + "\x08\0"s, "padding"},
                         {1, to_from + "\x81\0\0\7\x08\0"s, ""},
                         {1, to_from + "\x88\xa8\0\7\x81\0\0\7\x08\0"s, ""},
                         {1, to_from + "\x91\0\0\7\x81\0\0\7\x08\0"s, ""},
                         {1, to_from + "\x88\x64\x11\0\0\7\0\0\0\x21"s, ""},
                         {101, "", ""},
                         {105, "\x08\1"s + std::string(22, 'w') + snap + "\x08\0"s, "sum."},
                         {105, "\x88\1"s + std::string(24, 'w') + snap + "\x08\0"s, "sum."},
                         {113, std::string(14, '\0') + "\x08\0"s, ""},
                         {127, "\0\0\x0c\0radiotap\x08\1"s + std::string(22, 'w') + snap + "\x08\0"s, ""},
                         {113, std::string(14, '\0') + "\x81\0\0\7\x08\0"s, ""},
                         {276, "\x08\0"s + std::string(18, '\0'), ""}})
    EXPECT_THAT(emails(pcap(sent(link.front, ipv4, link.behind), link.number)), both) << link.number;
  EXPECT_THAT(emails(pcap(sent("", ipv6), 101)), both);
  EXPECT_THAT(emails(pcap(sent("\x08\x41"s + std::string(22, 'w') + snap + "\x08\0"s, ipv4), 105)), IsEmpty())
      << "enciphered";
}

TEST(CaptureStreams, a_capture_that_is_cut_is_told_and_read_as_far_as_it_goes) {
  const std::string source = pcap(packets(cut));
  EXPECT_THAT(problems(source.substr(0, source.size() - 3)), ElementsAre(HasSubstr("cut short")));
  EXPECT_THAT(emails(source.substr(0, source.size() - 3), ""), Contains("anna.schmitt@mail.example.com"));
  EXPECT_THAT(problems(source + std::string(4096, '\0')), IsEmpty());
}

TEST(CaptureStreams, any_byte_may_be_wrong) {
  for (const std::string& right :
       {pcap(packets(cut)), pcapng(packets(cut)), pcap({ipv6(tcp(1, "abc")), ipv6(tcp(4, "def"))}, 101)})
    for (size_t at = 0; at < right.size(); ++at)
      for (const char with : {'\0', '\x7f', '\xff'}) {
        std::string wrong = right;
        wrong[at] = with;
        scan_all(wrong.substr(0, wrong.size() - at % 90));
      }
}

// Heads one behind the other, each of which leads through all packets behind it.
TEST(CaptureStreams, captures_within_captures_cost_no_more_than_other_bytes) {
  const std::string head = pcap({});
  std::string all;
  while (all.size() < 8 * MiB) {
    const std::string packet = ethernet(ipv4(tcp(uint32_t(all.size()), head + std::string(16, 'x'))));
    all += head + little(0, 8) + little(packet.size(), 4) + little(packet.size(), 4) + packet;
  }
  EXPECT_GT(scan_all(all).features.size(), 0u);
}

std::string chunked(const std::vector<std::string>& chunks, const std::string& end = "0\r\n\r\n") {
  std::string out = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nServer: x\r\n\r\n";
  for (const std::string& one : chunks) out += fmt::format("{:x};name=value\r\n{}\r\n", one.size(), one);
  return out + end;
}

TEST(Chunked, values_over_the_seams_of_chunks_are_found_once) {
  EXPECT_THAT(emails(chunked(cut), "-CHUNKED-"), both);
  EXPECT_THAT(emails(chunked(cut), ""), both);
  EXPECT_THAT(problems(chunked(cut)), IsEmpty());
  EXPECT_THAT(emails(chunked({cut[0] + cut[1] + cut[2] + cut[3]}), "-CHUNKED-"), IsEmpty()) << "it is in one piece";
  const std::string packed = deflated("packed: carl@mail.example.org and others", 31);
  EXPECT_THAT(emails(chunked({packed.substr(0, 15), packed.substr(15)}), "-CHUNKED-0-GZIP-"),
              ElementsAre("carl@mail.example.org"));
}

// Most bodies are one chunk.
TEST(Chunked, bodies_of_one_chunk_are_no_work_in_vain) {
  Limits limits;
  limits.decoded_vain = 64 * KiB;
  std::string source;
  for (int i = 0; i < 300; ++i) source += chunked({std::string(800, 'x')});
  const Results results = scan_all(source + chunked(cut), limits);
  EXPECT_THAT(results.problems, IsEmpty()) << described(results);
  EXPECT_THAT(results.features, Contains(::testing::Field(&Found::value, "anna.schmitt@mail.example.com")));
}

TEST(Chunked, a_size_that_leads_elsewhere_ends_it) {
  const std::string source =
      chunked(cut, "20\r\nsome more\r\n and dora@mail.example.com behind it, and text for a while");
  EXPECT_THAT(emails(source, "-CHUNKED-"), both);
  EXPECT_THAT(emails(source, ""), Contains("dora@mail.example.com"));
  EXPECT_THAT(problems(source), ElementsAre(HasSubstr("middle of its chunks")));
  EXPECT_THAT(problems(chunked(cut).substr(0, 150)), ElementsAre(HasSubstr("middle of its chunks")));
  for (size_t size = 0; size < source.size(); ++size) scan_all(source.substr(0, size));
}

}  // namespace
}  // namespace weft::scan
