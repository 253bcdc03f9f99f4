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

}  // namespace
}  // namespace weft::artefacts
