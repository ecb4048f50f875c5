/* The non-volatile memory. A slot holds a sequence number, up to FW_SLOT_PAYLOAD_MAX bytes and a
 * checksum; each record has two, so that a torn write spoils the older one only. */
#ifndef FW_RT_NV_LAYOUT_H
#define FW_RT_NV_LAYOUT_H

#include "target_fw/protocol/run_config.h"

enum {
    FW_SLOT_PAYLOAD_MAX = 24,
    FW_SLOT_STRIDE = FW_SLOT_PAYLOAD_MAX + 8,

    FW_NV_RUN_CONFIG = 0x000, /* struct fw_run_config, written by the host */
    FW_NV_BOOT = 0x040,       /* two slots of struct fw_boot_state */
    FW_NV_PROGRESS = 0x080,   /* two slots of struct fw_progress */
    FW_NV_VERIFY = 0x0C0,     /* two slots of struct fw_verifying */
    FW_NV_LOAD = 0x180,       /* for each object two slots that say how far its load is */
    FW_NV_MEASURE = 0xC00     /* 1 KB that MEASURE and SELF_TEST write */
};

#endif
