#include "target_fw/protocol/commands.h"

#include <string.h>

_Static_assert(sizeof(struct fw_identity) == 192, "the layout is the protocol's");
_Static_assert(sizeof(struct fw_identity) <= FW_REPLY_BODY_MAX, "an identity fits a reply");
_Static_assert(sizeof(struct fw_work_status) == 28, "the layout is the protocol's");
_Static_assert(sizeof(struct fw_measure) == 12, "the layout is the protocol's");
_Static_assert(sizeof(struct fw_result_piece) + FW_RESULT_PIECE_MAX <= FW_REPLY_BODY_MAX,
               "a piece of a result fits a reply");
_Static_assert(FW_REQUEST_HEADER_BYTES + sizeof(struct fw_load_chunk) + FW_LOAD_CHUNK_MAX <=
                   FW_RECORD_MAX,
               "a chunk fits a frame");

enum { REQUEST = 0x80 };

size_t fw_request_write(uint8_t payload[FW_RECORD_MAX], const struct fw_request *request)
{
    if (request->command >= REQUEST || request->size > FW_RECORD_MAX - FW_REQUEST_HEADER_BYTES)
        return 0;
    payload[0] = (uint8_t)(REQUEST | request->command);
    payload[1] = (uint8_t)(request->number & 0xFF);
    payload[2] = (uint8_t)(request->number >> 8);
    if (request->size != 0)
        memcpy(payload + FW_REQUEST_HEADER_BYTES, request->body, request->size);
    return FW_REQUEST_HEADER_BYTES + request->size;
}

bool fw_request_read(struct fw_request *request, const uint8_t *payload, size_t size)
{
    if (size < FW_REQUEST_HEADER_BYTES || size > FW_RECORD_MAX || payload[0] < REQUEST)
        return false;
    request->command = (uint8_t)(payload[0] & (REQUEST - 1));
    request->number = (uint16_t)(payload[1] | (unsigned)payload[2] << 8);
    request->body = payload + FW_REQUEST_HEADER_BYTES;
    request->size = size - FW_REQUEST_HEADER_BYTES;
    return true;
}
