#include "drivers/virtual_target/fram.h"

#include <array>
#include <bit>
#include <cassert>
#include <cstring>

namespace sunfleck {

Fram::Fram(std::uint32_t bytes, const FramTruth& truth)
    : bytes_(bytes),
      word_shift_(static_cast<std::uint32_t>(std::countr_zero(truth.word_bytes))),
      line_shift_(static_cast<std::uint32_t>(std::countr_zero(truth.line_bytes))) {
  const auto cost = [](const FramCost& given) {
    return Cost{given.open_cycles, given.word_cycles, to_charge(given.open), to_charge(given.word)};
  };
  read_cost_ = cost(truth.read);
  write_cost_ = cost(truth.write);
}

FramUse Fram::use_of(std::uint32_t offset, std::uint32_t bytes, bool writing) {
  const Cost& cost = writing ? write_cost_ : read_cost_;
  const std::uint32_t words = ((offset + bytes - 1) >> word_shift_) - (offset >> word_shift_) + 1;
  FramUse use{.wait_cycles = words * cost.word_cycles, .charge = words * cost.word};
  const std::uint32_t line = offset >> line_shift_;
  if (line != line_.index || writing != line_.writing) {
    use.wait_cycles += cost.open_cycles;
    use.charge += cost.open;
    ++counts_.lines_opened;
    line_ = {line, writing};
  }
  return use;
}

std::uint32_t Fram::read(std::uint32_t offset, std::uint32_t bytes, FramUse& use) {
  assert(std::uint64_t{offset} + bytes <= bytes_.size());
  use = use_of(offset, bytes, false);
  counts_.bytes_read += bytes;
  if (watcher_ != nullptr) watcher_->on_read(offset, bytes);
  std::uint32_t value = 0;
  std::memcpy(&value, &bytes_[offset], bytes);
  return value;
}

void Fram::write(std::uint32_t offset, std::uint32_t bytes, std::uint32_t value, FramUse& use) {
  assert(std::uint64_t{offset} + bytes <= bytes_.size());
  use = use_of(offset, bytes, true);
  counts_.bytes_written += bytes;
  if (keeps_journal_) {
    Written written{offset, bytes, 0};
    std::memcpy(&written.before, &bytes_[offset], bytes);
    journal_.push_back(written);
  }
  std::array<std::uint8_t, sizeof value> written{};
  std::memcpy(written.data(), &value, sizeof value);
  const std::uint32_t kept =
      watcher_ == nullptr ? bytes : watcher_->on_write(offset, std::span(written).first(bytes));
  std::memcpy(&bytes_[offset], written.data(), kept);
}

void Fram::start_journal() {
  keeps_journal_ = true;
  journal_.clear();
  journal_line_ = line_;
  journal_counts_ = counts_;
}

void Fram::take_back() {
  while (!journal_.empty()) {
    const Written& last = journal_.back();
    std::memcpy(&bytes_[last.offset], &last.before, last.bytes);
    journal_.pop_back();
  }
  line_ = journal_line_;
  counts_ = journal_counts_;
}

}  // namespace sunfleck
