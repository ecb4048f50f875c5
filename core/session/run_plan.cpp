#include "core/session/run_plan.h"

#include <cstring>

#include "target_fw/protocol/network_image.h"

namespace sunfleck {
namespace {

Status check_inputs(const Workload& workload) {
  fw_image_header header;
  if (workload.network.size() < sizeof header)
    return fail(
        Errc::invalid_argument, "plan: workload.network: wanted an image, which has a header of ",
        sizeof header, " bytes, and got ", workload.network.size(), " bytes");
  std::memcpy(&header, workload.network.data(), sizeof header);
  if (header.magic != FW_IMAGE_MAGIC)
    return fail(Errc::invalid_argument, "plan: workload.network: this is no network image");
  if (workload.inputs.empty())
    return fail(
        Errc::invalid_argument, "plan: workload.inputs: wanted one input or more, got none");
  if (header.input_bytes == 0 || workload.inputs.size() % header.input_bytes != 0)
    return fail(
        Errc::invalid_argument, "plan: workload.inputs: wanted a whole number of inputs of ",
        header.input_bytes, " bytes, got ", workload.inputs.size(), " bytes");
  return ok;
}

}  // namespace

Status check(const RunPlan& plan) {
  const Workload& workload = plan.workload;
  if (workload.network.empty() != plan.firmware_alone)
    return fail(
        Errc::invalid_argument, "plan: workload.network: ",
        plan.firmware_alone ? "the firmware takes none" : "there is nothing to execute");
  if (!plan.firmware_alone) TRY(check_inputs(workload));
  if (workload.attempts == 0)
    return fail(
        Errc::invalid_argument, "plan: workload.attempts: wanted 1 or more power cycles, got 0");
  if (plan.stop.max_time < RunTime{})
    return fail(
        Errc::invalid_argument, "plan: stop.max_time: wanted 0 or more, got ",
        to_seconds(plan.stop.max_time));
  return ok;
}

}  // namespace sunfleck
