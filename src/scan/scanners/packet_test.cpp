// Packets in the frames of every kind of link: whose hardware addresses they hold, and none where it is not known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "scan/scanners/scanners_harness.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre, ::testing::IsEmpty, ::testing::UnorderedElementsAre;

std::string number(uint64_t value, size_t size, bool is_big) {
  std::string out;
  for (size_t i = 0; i < size; ++i) out += char(uint8_t(value >> (8 * (is_big ? size - 1 - i : i))));
  return out;
}

// A question to a name server.
const std::string question =
    "\x45\x00\x00\x20\x12\x34\x40\x00\x40\x11\xa5\x3d\xc0\xa8\x01\x0a\xc0\xa8\x01\x01\xd0\x03\x00\x35\x00\x0c\x00\x00mail"s;
const std::string question_v6 =
    "\x60\x00\x00\x00\x00\x0c\x11\x40\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0"
    "\x02"
    "\xd0\x03\x00\x35\x00\x0c\xfd\x5amail"s;
const std::string to = "\x02\xaa\x22\x33\x44\x55"s, from = "\x00\x50\x56\x9a\x1b\x2c"s,
                  point = "\x84\x1b\x5e\xaa\x01\x02"s;
constexpr const char *mac_to = "mac 02:aa:22:33:44:55", *mac_from = "mac 00:50:56:9a:1b:2c",
                     *bssid = "bssid 84:1b:5e:aa:01:02";
const std::string snap = "\xaa\xaa\x03\0\0\0"s, v4 = "\x08\x00"s, v6 = "\x86\xdd"s;

std::vector<std::string> addresses(const std::string& bytes) {
  std::vector<std::string> out;
  for (const Feature& one : Direct(packet_scanner).run(bytes))
    if (one.kind != "flow" && one.kind != "capture") out.push_back(one.kind + " " + one.value);
  return out;
}

// In a capture: behind the time and the two sizes.
std::string captured(const std::string& front, bool is_big, const std::string& packet = question) {
  const size_t size = front.size() + packet.size();
  return "behind another packet" + number(1700000000, 4, is_big) + number(0x10203, 4, is_big) +
         number(size, 4, is_big) + number(size, 4, is_big) + front + packet + "and more";
}

// In captures and in memory.
void expect(const std::string& front, const auto& wanted, const std::string& packet = question) {
  EXPECT_THAT(addresses("some memory, and in it " + front + packet), wanted);
  EXPECT_THAT(addresses(captured(front, false, packet)), wanted);
  EXPECT_THAT(addresses(captured(front, true, packet)), wanted);
}

TEST(Packet, hardware_addresses_of_ethernet_with_its_tags) {
  const auto both = ElementsAre(mac_to, mac_from);
  expect(to + from + v4, both);
  expect(to + from + v6, both, question_v6);
  expect(to + from + "\x81\0\0\x05"s + v4, both);
  expect(to + from + "\x81\0\0\x05"s + v6, both, question_v6);
  expect(to + from + "\x88\xa8\0\x07\x81\0\0\x05"s + v4, both);
  expect(to + from + "\x91\0\0\x07\x81\0\0\x05"s + v4, both);
  expect(to + from + "\x88\x64\x11\0\0\x07\0\x22\0\x21"s, both);
  expect(to + from + "\0\x28"s + snap + v4, both);
}

TEST(Packet, hardware_addresses_of_linux_cooked_captures) {
  expect("\0\0\0\1\0\6"s + from + "\0\0"s + v4, ElementsAre(mac_from));
  expect("\0\4\0\1\0\6"s + from + "\x12\x34"s + v4, ElementsAre(mac_from));
  expect("\0\0\0\1\0\6"s + from + "\0\0\x81\0\0\5"s + v4, ElementsAre(mac_from));
  expect("\0\0\xff\xfe\0\0"s + std::string(8, '\0') + v4, IsEmpty());
  expect("\0\4\xff\xfe\0\0"s + "\x02wasleft" + v4, IsEmpty());
  expect("\0\0\x03\x04\0\6"s + std::string(8, '\0') + v4, IsEmpty());
  expect(v4 + "\0\0\0\0\0\1\0\1\0\6"s + from + "\0\0"s, ElementsAre(mac_from));
  expect(v6 + "\0\0\0\0\0\1\0\1\0\6"s + from + "\0\0"s, ElementsAre(mac_from), question_v6);
  expect(v4 + "\0\0\0\0\0\1\xff\xfe\0\0"s + std::string(8, '\0'), IsEmpty());
}

TEST(Packet, hardware_addresses_of_wireless_frames) {
  const auto three = UnorderedElementsAre(mac_to, mac_from, bssid);
  for (const std::string& radiotap : {""s, "\0\0\x0c\0radiotap"s}) {
    expect(radiotap + "\x08\1\0\0"s + point + from + to + "\x10\0"s + snap + v4, three);
    expect(radiotap + "\x08\2\0\0"s + to + point + from + "\x10\0"s + snap + v4, three);
    expect(radiotap + "\x88\2\0\0"s + to + point + from + "\x10\0\0\0"s + snap + v4, three);
    expect(radiotap + "\x08\0\0\0"s + to + from + point + "\x10\0"s + snap + v4, three);
    expect(radiotap + "\x08\3\0\0"s + point + point + to + "\x10\0"s + from + snap + v4,
           UnorderedElementsAre(bssid, bssid, mac_to, mac_from));
  }
  expect("\x09\1\0\0"s + point + from + to + "\x10\0"s + snap + v4, IsEmpty());
}

// The same bytes in front of the packet, which are no frame of Ethernet.
TEST(Packet, no_hardware_address_where_the_frame_is_not_known) {
  const std::string outer = "\x45\0\0\x38\0\0\0\0\x40\x2f\x12\x34\xc0\0\2\1\xc6\x33\x64\x02"s;
  expect(to + from + v4 + outer + "\0\0"s + v4, IsEmpty());  // GRE
  for (const bool is_big : {false, true}) {
    EXPECT_THAT(addresses(captured("\x0f\0"s + v4, is_big)), IsEmpty()) << "Cisco HDLC";
    EXPECT_THAT(addresses(captured("", is_big)), IsEmpty());
    EXPECT_THAT(addresses(captured(to + from + "\x40\0\0\0"s + v4, is_big)), IsEmpty()) << "a switch's tag";
    EXPECT_THAT(addresses(captured("to 8 of from 8 of" + v4, is_big)), IsEmpty()) << "IEEE 1394";
    // What looks like a tag, or like a cooked head, is a part of an address.
    EXPECT_THAT(addresses(captured(to + "\x02\x42\x81\0\0\x05"s + v4, is_big)),
                ElementsAre(mac_to, "mac 02:42:81:00:00:05"));
    EXPECT_THAT(addresses(captured("\x02\0\0\6\0\1"s + from + v4, is_big)),
                ElementsAre("mac 02:00:00:06:00:01", mac_from));
    // A frame within a packet, as VXLAN has them.
    EXPECT_THAT(
        addresses(captured("\x02\0\0\0\0\1\x02\0\0\0\0\2"s + v4 + std::string(36, 'v') + to + from + v4, is_big)),
        ElementsAre(mac_to, mac_from));
  }
}

uint16_t checksum(const std::string& bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); ++i) sum += uint32_t(uint8_t(bytes[i])) << (i % 2 ? 0 : 8);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return uint16_t(~sum);
}
std::string packet_of(uint8_t protocol, const std::string& segment) {
  std::string head = "\x45\0"s + number(20 + segment.size(), 2, true) + "\x12\x34\x40\0\x40"s + char(protocol) +
                     "\0\0"s + "\xc0\xa8\1\x0a\xc0\xa8\1\1"s;
  const std::string sum = number(checksum(head), 2, true);
  return head.replace(10, 2, sum) + segment;
}
std::string datagram(unsigned port, const std::string& payload) {
  return packet_of(
      17, number(50000, 2, true) + number(port, 2, true) + number(8 + payload.size(), 2, true) + "\0\0"s + payload);
}
std::string dns(const std::string& name, const std::string& flags = "\1\0"s) {
  return "\xab\xcd"s + flags + "\0\1\0\0\0\0\0\0"s + name + "\0\1\0\1"s;
}
std::string hello(const std::string& name) {
  const std::string server = "\0\0"s + number(name.size() + 5, 2, true) + number(name.size() + 3, 2, true) + "\0"s +
                             number(name.size(), 2, true) + name;
  const std::string extensions = "\0\x17\0\0"s + server + "\0\x0b\0\2\1\0"s;
  const std::string body = "\3\3"s + std::string(32, 'r') + "\x20"s + std::string(32, 's') + "\0\4\x13\1\x13\2"s +
                           "\1\0"s + number(extensions.size(), 2, true) + extensions;
  return "\x16\3\1"s + number(body.size() + 4, 2, true) + "\1"s + number(body.size(), 3, true) + body;
}
std::string tcp(const std::string& payload) {
  return packet_of(6, number(50000, 2, true) + number(443, 2, true) + "seq!ack!"s + "\x80\x18\1\0\0\0\0\0"s +
                          std::string(12, '\1') + payload);
}

TEST(Packet, names_of_hosts_that_are_asked_for) {
  const std::string name = "\3www\7example\3org\0"s;
  EXPECT_THAT(addresses("memory " + datagram(53, dns(name))), ElementsAre("domain www.example.org"));
  EXPECT_THAT(addresses("memory " + datagram(53, dns("\4mail\7EXAMPLE\2co\2uk\0"s, "\x81\x80"s))),
              ElementsAre("domain mail.example.co.uk"));
  EXPECT_THAT(addresses("memory " + tcp(hello("api.example.net"))), ElementsAre("domain api.example.net"));
  const std::string cut = hello("api.example.net");
  EXPECT_THAT(addresses("memory " + tcp(cut.substr(0, cut.size() - 6))), ElementsAre("domain api.example.net"));
}

TEST(Packet, no_host_where_none_is_asked_for) {
  const std::string name = "\3www\7example\3org\0"s;
  for (const std::string& payload : {dns(name, "\x28\0"s),            // an update
                                     dns("\3www\7example\xc0\x0c"s),  // goes on elsewhere
                                     dns("\7printer\5local\0"s),      // of the local network
                                     dns("\1"
                                         "1\1"
                                         "0\3"
                                         "168\3"
                                         "192\7in-addr\4arpa\0"s),  // which name an address has
                                     dns("\x0c"
                                         "www.example\0org\3net\0"s),
                                     dns("\0"s), dns(name).substr(0, 20), dns(name).substr(0, 29)})
    EXPECT_THAT(addresses("memory " + datagram(53, payload)), IsEmpty()) << payload;
  EXPECT_THAT(addresses("memory " + datagram(5060, dns(name))), IsEmpty());
  for (const std::string& payload : {hello("intranet"), hello("192.0.2.1"), hello("api.example.net").substr(0, 90),
                                     "\x16\3\1 no hello at all, nor anything that would be one"s})
    EXPECT_THAT(addresses("memory " + tcp(payload)), IsEmpty()) << payload;
  const std::string whole = "memory " + tcp(hello("api.example.net")), asked = "memory " + datagram(53, dns(name));
  for (size_t size = 0; size < whole.size(); size += 5) addresses(whole.substr(0, size));
  for (size_t size = 0; size < asked.size(); size += 3) addresses(asked.substr(0, size));
}

TEST(Packet, any_cut_in_front_is_borne) {
  const std::string frame = to + from + "\x88\xa8\0\x07\x81\0\0\x05"s + v4 + question;
  for (size_t at = 0; at < frame.size(); ++at) addresses(frame.substr(at));
}

}  // namespace
}  // namespace weft::scan
