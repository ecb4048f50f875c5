#include "core/timeline/span_writer.h"

#include <algorithm>

namespace sunfleck {
namespace {

Span span_of(RunTime from, RunTime to, const Label& label) {
  return {
      .from = from,
      .to = to,
      .activity = label.activity,
      .layer = label.layer,
      .inference = label.inference,
      .power_cycle = label.power_cycle};
}

bool says(const Span& span, const Label& label) {
  return span.activity == label.activity && span.layer == label.layer &&
      span.inference == label.inference && span.power_cycle == label.power_cycle;
}

}  // namespace

void SpanWriter::write(RunTime until, const Label& label) {
  if (until <= now_) return;
  append(span_of(now_, until, label));
  now_ = until;
}

RunTime SpanWriter::reclaim(RunTime amount, const Label& from, const Label& to) {
  RunTime left = amount;
  std::vector<Span> rewritten;  // backwards
  while (left > RunTime{} && !spans_.empty()) {
    const Span span = spans_.back();
    const bool is_sending =
        span.activity == Activity::telemetry && span.power_cycle == from.power_cycle;
    if (!is_sending && !says(span, from)) break;
    spans_.pop_back();
    if (is_sending) {
      rewritten.push_back(span);
      continue;
    }
    const RunTime middle = std::max(span.from, span.to - left);
    left -= span.to - middle;
    rewritten.push_back(span_of(middle, span.to, to));
    if (middle > span.from) rewritten.push_back(span_of(span.from, middle, from));
  }
  std::for_each(rewritten.rbegin(), rewritten.rend(), [this](const Span& span) { append(span); });
  return amount - left;
}

void SpanWriter::append(const Span& span) {
  const Label label{
      .activity = span.activity,
      .layer = span.layer,
      .inference = span.inference,
      .power_cycle = span.power_cycle};
  if (!spans_.empty() && says(spans_.back(), label))
    spans_.back().to = span.to;
  else
    spans_.push_back(span);
}

}  // namespace sunfleck
