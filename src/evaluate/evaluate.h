// How good the links of a case are, measured against a truth file: does the order hold, does the stated weight mean
// what it says, do the addresses lead to the bytes. Reads packs and link tables; changes nothing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "evaluate/baselines.h"
#include "evaluate/metrics.h"
#include "evaluate/truth.h"

namespace weft::evaluate {

// What a look at the evidence says about an address: the value stands there; it stands in the record that begins there
// (parsers give the address of the line or row that a value is part of); or it does not.
enum class Held { no, in_record, there };
// How far a record may reach from its address.
inline constexpr uint64_t record = 4096;

struct Options {
  std::string truth;                                           // file
  std::string links;                                           // folder of the link tables
  std::vector<std::pair<std::string, std::string>> ablations;  // name, folder of other link tables over the same packs
  std::vector<std::string> packs;                              // folders, in order of label
  std::vector<std::string> labels;                             // of those packs
  std::string temporary;
  uint64_t memory = 0;
  uint64_t samples = 500;  // evidence rows read again at most
  bool with_baselines = true;
  // Reads the evidence at an address again; may be empty, then nothing is.
  std::function<Held(const std::string& exhibit, const std::string& path, const std::string& kind,
                     const std::string& value)>
      holds;
};

struct Ranking {
  std::string method;
  double average_precision = 0;
  Interval interval;                            // 90 %, bootstrap over owners
  double precision_10 = 0, precision_true = 0;  // among the first 10, and among as many as there are true pairs
};

// Of some pairs or items: how many there are, and how far each got.
struct Recall {
  std::string of;
  uint64_t total = 0;
  uint64_t shown = 0;   // pairs: in the link table; items: among the evidence of a link
  uint64_t first = 0;   // within the first as many ranks as there are true pairs
  uint64_t stated = 0;  // the link is stated
};

struct FalseLinks {
  std::string of;  // all, decoy class, what is left, or the acquainted, who are neither linked nor unrelated
  uint64_t pairs = 0, stated = 0;
  Interval per_thousand;  // 95 %
};

struct Offsets {
  uint64_t sides = 0, there = 0, in_record = 0;  // evidence addresses read again, and what was found
  std::vector<std::string> wrong;                // some where the value is not
  // Sides of planted things in evidence: at the planted byte, at a record that holds it, or at another place.
  uint64_t planted = 0, exact = 0, before = 0, elsewhere = 0;
};

struct Calibration {
  double cllr = 0, least = 0;                           // cllr - least is what calibration loses
  Interval of_cllr, of_least, of_loss;                  // 90 %, bootstrap over owners
  double absent = 0;                                    // log10 LR taken for pairs that the table does not have
  double misleading_linked = 0, misleading_others = 0;  // shares with log10 LR < 0 and > 0
  Line fit;                                             // what would fit these pairs best
  uint64_t unsaid = 0;                                  // pairs without a weight: not enough background
};

struct Evaluation {
  size_t exhibits = 0, pairs = 0, linked = 0;
  bool states = false;  // the link table has statements; otherwise as many first ranks as there are true pairs stand in
  std::vector<Ranking> rankings;  // Weft, ablations, baselines
  std::vector<Recall> by_strength, by_link, by_kind, by_layer, by_cell;
  std::vector<FalseLinks> false_links;
  std::optional<Calibration> calibration;
  uint64_t owners = 0, owners_right = 0;
  std::vector<std::string> owners_wrong;
  Offsets offsets;
};

// Error when the truth speaks of exhibits that the case does not have.
Evaluation evaluate(const Options& options);

std::string as_text(const Evaluation& evaluation);
std::string as_json(const Evaluation& evaluation);

}  // namespace weft::evaluate
