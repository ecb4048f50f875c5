#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "target_fw/protocol/messages.h"

namespace sunfleck {

// Puts the outputs of a run together from the pieces that the board sends.
//
// A result is sent at least once: a power failure before it is committed has it sent again, and
// then its bytes must be the same. Where they are not, a complete output stays as it came first, an
// incomplete one begins anew with the later piece, so that no output is made of two; either way the
// contradiction counts once for each boot that brought one.
class ResultAssembly {
 public:
  // `boot` is the record's; fw_record_read has checked that the piece lies within its output.
  void add(std::uint16_t boot, const fw_result_record& piece);

  // By inference, complete ones only.
  const std::map<std::uint32_t, std::vector<std::uint8_t>>& outputs() const { return outputs_; }
  std::uint32_t contradicting() const { return contradicting_; }

 private:
  struct Partial {
    std::uint16_t total = 0;
    std::map<std::uint16_t, std::vector<std::uint8_t>> pieces;  // by offset
  };

  void contradict(std::uint32_t inference, std::uint16_t boot);
  void complete(std::uint32_t inference, const Partial& partial);

  std::map<std::uint32_t, std::vector<std::uint8_t>> outputs_;
  std::map<std::uint32_t, Partial> partial_;
  std::map<std::uint32_t, std::uint16_t> contradicted_in_;  // boot of the last contradiction
  std::uint32_t contradicting_ = 0;
};

}  // namespace sunfleck
