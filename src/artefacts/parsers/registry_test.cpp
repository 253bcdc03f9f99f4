// What real hives must give. The expectations were compared with what hivexget and hivexsh read.
#include <gtest/gtest.h>

#include "artefacts/testing.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

// Whether the value's text lies at its address, as Latin-1 or UTF-16LE.
bool lies_there(const std::string& content, const FeatureRow& row) {
  std::string_view there = std::string_view(content).substr(row.offset);
  std::string wide;
  for (char c : row.value) wide += c, wide += '\0';
  return lower_ascii(there.substr(0, row.value.size())) == lower_ascii(row.value) ||
         lower_ascii(there.substr(0, wide.size())) == lower_ascii(wide);
}

TEST(registry, tells_the_machine_and_its_devices) {
  auto hive = evidence("windows/registry/regipy/SYSTEM");
  if (!hive) GTEST_SKIP() << "no real hive: set WEFT_EVIDENCE";
  Rows rows = run(parser_named("registry"), "SYSTEM", *hive);
  EXPECT_TRUE(has(rows, "machine_name", "wks-win732bita", "machine")) << listing(rows);
  EXPECT_TRUE(has(rows, "usb_serial", "AA951D0000007252", "device"));
  EXPECT_TRUE(has(rows, "usb_device_id", "03f0:3207:AA951D0000007252", "device"));
  EXPECT_TRUE(has(rows, "disk_signature", "5cbea03e", "device"));
  EXPECT_TRUE(rows.problems().empty()) << listing(rows);
  const auto& devices = records<DeviceRow>(rows);
  auto stick =
      std::find_if(devices.begin(), devices.end(), [](const DeviceRow& row) { return row.product == "v100w"; });
  ASSERT_NE(stick, devices.end());
  EXPECT_EQ(stick->vendor, "HP");
  EXPECT_EQ(stick->device_id, "03f0:3207");
  EXPECT_EQ(stick->name, "HP v100w USB Device");
  ASSERT_TRUE(stick->first_seen);
  EXPECT_EQ(to_text(*stick->first_seen), "2011-04-01T04:52:38.686Z");
  // Devices without a serial of their own are recorded, and are no selectors.
  EXPECT_GE(devices.size(), 10u);
  size_t checked = 0;
  for (const FeatureRow& row : rows.selectors())
    if (row.kind == "usb_serial" || row.kind == "volume_guid" || row.kind == "machine_name") {
      EXPECT_TRUE(lies_there(*hive, row)) << row.kind << " " << row.value << " at " << row.offset;
      ++checked;
    }
  EXPECT_GE(checked, 10u);
}

TEST(registry, tells_accounts_and_the_machines_sid) {
  auto hive = evidence("windows/registry/SAM");
  if (!hive) GTEST_SKIP() << "no real hive: set WEFT_EVIDENCE";
  Rows rows = run(parser_named("registry"), "SAM", *hive);
  EXPECT_TRUE(has(rows, "sid", "S-1-5-21-4070822719-3404542230-2541167049", "machine")) << listing(rows);
  EXPECT_TRUE(has(rows, "os_user", "gold_administrator", "account"));
  EXPECT_EQ(records<AccountRow>(rows).size(), 3u);
  for (const FeatureRow& row : rows.selectors())
    if (row.kind == "os_user") {
      EXPECT_TRUE(lies_there(*hive, row)) << row.value;
    }
}

TEST(registry, tells_a_users_volumes_and_shares) {
  auto hive = evidence("windows/registry/NTUSER-WIN7.DAT");
  if (!hive) GTEST_SKIP() << "no real hive: set WEFT_EVIDENCE";
  Rows rows = run(parser_named("registry"), "NTUSER.DAT", *hive);
  EXPECT_TRUE(has(rows, "volume_guid", "d38a501b-ecfc-11df-a2d7-806e6f6e6963", "device")) << listing(rows);
  const auto& devices = records<DeviceRow>(rows);
  EXPECT_TRUE(std::any_of(devices.begin(), devices.end(),
                          [](const DeviceRow& row) { return row.name == "\\\\controller\\home\\nfury"; }));
}

TEST(registry, says_when_a_hive_was_not_written_out) {
  auto hive = evidence("windows/registry/regipy/transactions_NTUSER.DAT");
  if (!hive) GTEST_SKIP() << "no real hive: set WEFT_EVIDENCE";
  Rows rows = run(parser_named("registry"), "NTUSER.DAT", *hive);
  ASSERT_EQ(rows.problems().size(), 1u);
  EXPECT_NE(rows.problems()[0].what.find("log files"), std::string::npos);
}

// A hive of cells that may be named by any number of lists.
class KnottedHive {
 public:
  KnottedHive() : content_("regf" + number(1) + number(1)) { content_.resize(4096), content_ += "hbin"; }

  uint32_t cell(std::string bytes) {
    while (content_.size() % 8 != 0) content_ += '\0';
    const uint32_t at = uint32_t(content_.size() - 4096);
    content_ += number(uint32_t(-int32_t(bytes.size() + 4))) + bytes;
    return at;
  }
  uint32_t key(std::string_view name, const std::vector<uint32_t>& below, const std::vector<uint32_t>& values = {}) {
    const uint32_t none = UINT32_MAX,
                   keys = below.empty() ? none : cell("li" + number(uint32_t(below.size()), 2) + list(below));
    const uint32_t list_of_values = values.empty() ? none : cell(list(values));
    return cell("nk" + number(0x20, 2) + std::string(16, '\0') + number(uint32_t(below.size())) + number(0) +
                number(keys) + number(none) + number(uint32_t(values.size())) + number(list_of_values) +
                std::string(28, '\0') + number(uint32_t(name.size()), 2) + number(0, 2) + std::string(name));
  }
  uint32_t path(const std::vector<std::string>& names, std::vector<uint32_t> below) {
    for (size_t i = names.size(); i-- > 0;) below = {key(names[i], below)};
    return below[0];
  }
  uint32_t value(std::string_view name, const std::string& data) {
    const uint32_t at = cell(data);
    return cell("vk" + number(uint32_t(name.size()), 2) + number(uint32_t(data.size())) + number(at) + number(1) +
                number(1, 2) + number(0, 2) + std::string(name));
  }
  std::string content(uint32_t root, size_t more = 0) {
    return content_.replace(36, 4, number(root)) + std::string(more, '\0');
  }

 private:
  static std::string number(uint32_t value, unsigned width = 4) {
    std::string out;
    for (unsigned i = 0; i < width; ++i) out += char(value >> (8 * i));
    return out;
  }
  static std::string list(const std::vector<uint32_t>& cells) {
    std::string out;
    for (uint32_t one : cells) out += number(one);
    return out;
  }
  std::string content_;
};

TEST(registry, a_long_name_that_a_list_names_over_and_over) {
  KnottedHive hive;
  const uint32_t key = hive.key("ControlSet001" + std::string(65'000, 'n'), {});
  const std::string content = hive.content(hive.key("r", std::vector<uint32_t>(65'535, key)));
  const Seconds seconds;
  Rows rows = run(parser_named("registry"), "SYSTEM", content);
  EXPECT_LE(seconds.passed(), 2);
  ASSERT_EQ(rows.problems().size(), 1u);
  EXPECT_NE(rows.problems()[0].what.find("tied in knots"), std::string::npos);
}

// The kind's name was kept for each of them.
TEST(registry, a_long_name_above_many_devices) {
  KnottedHive hive;
  std::vector<uint32_t> instances;
  for (int i = 0; i < 20'000; ++i) instances.push_back(hive.key(fmt::format("{:08x}&0", i), {}));
  const uint32_t kind = hive.key("Disk&Ven_" + std::string(65'000, 'n'), instances);
  const std::string content = hive.content(hive.path({"r", "ControlSet001", "Enum", "USBSTOR"}, {kind}));
  const Seconds seconds;
  Rows rows = run(parser_named("registry"), "SYSTEM", content);
  EXPECT_LE(seconds.passed(), 2);
  EXPECT_EQ(records<DeviceRow>(rows).size(), instances.size());
  EXPECT_LE(text_in(rows), 16 * MiB);
  EXPECT_EQ(rows.problems().size(), 1u);  // no key has such a name
}

// Each of the profiles was given all gateways.
TEST(registry, a_network_that_lists_name_over_and_over) {
  constexpr size_t times = 5000;
  const auto wide = [](std::string_view text) {
    std::string out;
    for (char c : text) out += c, out += '\0';
    return out;
  };
  const std::string guid = "{3f2504e0-4f89-11d3-9a0c-0305e82c3301}";
  KnottedHive hive;
  const uint32_t signature = hive.key("s", {},
                                      {hive.value("ProfileGuid", wide(guid)),
                                       hive.value("DefaultGatewayMac", std::string("\0\x11\x22\x33\x44\x55", 6))});
  const uint32_t all = hive.path({"Signatures", "Unmanaged"}, std::vector<uint32_t>(times, signature));
  const uint32_t profiles = hive.key("Profiles", std::vector<uint32_t>(times, hive.key(guid, {})));
  const uint32_t root = hive.path({"r", "Microsoft", "Windows NT", "CurrentVersion", "NetworkList"}, {all, profiles});
  Rows rows = run(parser_named("registry"), "SOFTWARE", hive.content(root, 3 * MiB));
  EXPECT_TRUE(has(rows, "mac", "00:11:22:33:44:55", "network")) << listing(rows);
  EXPECT_EQ(records<NetworkRow>(rows).size(), times);
  EXPECT_EQ(rows.selectors().size(), 2 * times);
  EXPECT_LE(text_in(rows), 4 * MiB);
}

}  // namespace
}  // namespace weft::artefacts
