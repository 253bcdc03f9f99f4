#include "link/bundle.h"

#include <gtest/gtest.h>

namespace weft::link {
namespace {

using Numbers = std::vector<uint32_t>;

// Selectors in the making: each has one place on each side.
class Scene {
 public:
  void add(Place a, Place b, std::string_view kind = "email") {
    places_.emplace_back(std::vector{a}, std::vector{b});
    input.selectors.emplace_back().kind = find_kind(kind);
  }
  void more(Place a, Place b) {
    places_.back().first.push_back(a);
    places_.back().second.push_back(b);
  }
  Numbers run() {
    std::vector<Shared> shared;
    for (uint32_t i = 0; i < places_.size(); ++i) shared.push_back({i, places_[i].first, places_[i].second, 0});
    return bundle(shared, input);
  }
  Case input;

 private:
  std::vector<std::pair<std::vector<Place>, std::vector<Place>>> places_;
};

Place at(uint32_t file, uint64_t position, uint32_t content = 0) {
  Place out;
  out.file = file, out.position = position, out.container = content;
  return out;
}
Place in_folder(uint32_t folder, uint32_t file) {
  Place out;
  out.folder = folder, out.file = file;
  return out;
}

TEST(Bundles, OneContentIsOneReason) {
  Scene scene;
  scene.input.file_selectors.assign(100, 1000);
  EXPECT_EQ(scene.run(), Numbers());
  scene.add(at(1, 0, 7), at(2, 0, 7));
  scene.add(at(1, 90000, 7), at(2, 90000, 7));
  scene.add(at(1, 40000, 7), at(3, 40000, 8));
  EXPECT_EQ(scene.run(), (Numbers{0, 0, 1}));
}

TEST(Bundles, NeighboursOnBothSidesAreOneReason) {
  Scene scene;
  scene.input.file_selectors.assign(100, 1000);
  scene.add(at(1, 1000), at(2, 5000));
  scene.add(at(1, 1200), at(2, 5100));   // beside it on both
  scene.add(at(1, 1400), at(2, 90000));  // on one
  scene.add(at(1, 1600), at(2, 5300));   // by way of the second
  EXPECT_EQ(scene.run(), (Numbers{0, 0, 1, 0}));
}

TEST(Bundles, WhatADocumentHasFromItsTemplateIsOneReason) {
  Scene scene;
  scene.input.file_selectors.assign(100, 1000);
  scene.add(at(1, 1000), at(2, 90000), "document_guid");
  scene.add(at(1, 50000), at(2, 1000), "file_sha256");  // a picture inside
  scene.more(in_folder(5, 7), in_folder(6, 8));         // that lies beside it, too
  scene.add(at(1, 70000), at(2, 20000), "email");       // written into both: a reason of its own
  scene.add(at(1, 9000), at(3, 9000), "uuid");          // of another document there
  EXPECT_EQ(scene.run(), (Numbers{0, 0, 1, 2}));
}

// Versions of one document: their signatures, their ids and what is written in both are one reason. In mailboxes only
// what stands beside each other is.
TEST(Bundles, WhatVersionsOfOneTextHoldIsOneReason) {
  for (bool of_document : {true, false}) {
    Scene scene;
    scene.input.file_selectors.assign(100, 1000);
    Place a = at(1, 0), b = at(2, 0), elsewhere = at(3, 0);
    a.of_document = b.of_document = elsewhere.of_document = of_document;
    scene.add(a, b, "document_text");
    scene.add(a, b, "document_text");
    scene.add(at(1, 50000), at(2, 70000), "email");
    scene.add(at(1, 90000), at(3, 90000), "email");  // of another document there
    scene.add(a, elsewhere, "document_text");        // which is like it, too
    EXPECT_EQ(scene.run(), of_document ? (Numbers{0, 0, 0, 1, 1}) : (Numbers{0, 0, 1, 2, 3}));
  }
}

// Letters that two mailboxes share: each with its signatures, a reason of its own.
TEST(Bundles, TextsDoNotMakeTwoMailboxesTwoStates) {
  Scene scene;
  scene.input.file_selectors = {0, 40, 50};
  for (uint32_t letter = 1; letter <= 3; ++letter) {
    for (int i = 0; i < 8; ++i) scene.add(at(1, letter * 3000, letter), at(2, letter * 4000, letter), "document_text");
    scene.add(at(1, letter * 3000 - 300, letter), at(2, letter * 4000 - 300, letter), "message_id");
  }
  Numbers expected(27);
  for (uint32_t i = 0; i < 27; ++i) expected[i] = i / 9;
  EXPECT_EQ(scene.run(), expected);
}

TEST(Bundles, UnallocatedSpaceHoldsThingsTogetherOverFourKiB) {
  Scene scene;
  scene.input.file_selectors.assign(100, 1000);
  scene.add(at(0, 100000), at(0, 700000));
  scene.add(at(0, 103000), at(0, 703000));
  scene.add(at(0, 113000), at(0, 713000));
  EXPECT_EQ(scene.run(), (Numbers{0, 0, 1}));
}

TEST(Bundles, TwoStatesOfOneDocumentAreOneReasonTwoMailboxesAreNot) {
  Scene lists, mailboxes;
  lists.input.file_selectors = {0, 12, 15};
  mailboxes.input.file_selectors = {0, 400, 500};
  for (Scene* scene : {&lists, &mailboxes})
    for (uint64_t i = 0; i < 10; ++i) scene->add(at(1, i * 3000), at(2, i * 4000));
  EXPECT_EQ(lists.run(), Numbers(10, 0));
  EXPECT_EQ(mailboxes.run(), (Numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(Bundles, AnUnpackedArchiveIsOneReason) {
  Scene archive, documents;
  archive.input.folder_files = {0, 5, 6};
  documents.input.folder_files = {0, 50, 60};
  for (Scene* scene : {&archive, &documents})
    for (uint32_t i = 1; i <= 4; ++i) scene->add(in_folder(1, i), in_folder(2, 10 + i));
  EXPECT_EQ(archive.run(), Numbers(4, 0));
  EXPECT_EQ(documents.run(), (Numbers{0, 1, 2, 3}));
}

TEST(Bundles, AChainHoldsTogether) {
  Scene scene;
  scene.input.file_selectors.assign(100, 1000);
  scene.add(at(1, 0, 7), at(2, 0, 7));
  scene.add(at(5, 0), at(50, 0));
  scene.add(at(1, 90000, 7), at(2, 90000, 7));
  scene.more(at(3, 0, 9), at(4, 0, 9));
  scene.add(at(3, 60000, 9), at(4, 60000, 9));
  EXPECT_EQ(scene.run(), (Numbers{0, 1, 0, 0}));
}

}  // namespace
}  // namespace weft::link
