/* How much the fast kernels compute at once, which is what their scratch memory is for. The plain
 * ones need none; but host and boards must agree on the size. */
#ifndef FW_PROTOCOL_KERNEL_SCRATCH_H
#define FW_PROTOCOL_KERNEL_SCRATCH_H

#include <stdint.h>

#include "target_fw/protocol/network_image.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The places that a CONV_2D computes at once: 4; 1 where windows have more than 640 taps; 0, for
 * the plain kernel, where they have more than 1536. */
uint32_t fw_conv_places(const struct fw_layer *layer);

/* The inputs that a FULLY_CONNECTED reads at once: a multiple of 8. */
uint32_t fw_fully_connected_stretch(const struct fw_layer *layer);

#ifdef __cplusplus
}
#endif

#endif
