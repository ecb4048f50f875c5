/* The network image: what the host compiles a network into and the firmware executes.
 *
 * All numbers are little-endian and every structure is aligned to 4 bytes, so that a target reads
 * the image where it lies in flash. Offsets named `*_offset` count bytes from the image's first
 * byte; offsets of tensors count bytes from the start of the activation arena, which lies in
 * non-volatile memory (or, for the strategy `restart`, in RAM). */
#ifndef FW_PROTOCOL_NETWORK_IMAGE_H
#define FW_PROTOCOL_NETWORK_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { FW_IMAGE_MAGIC = 0x494E4653, FW_IMAGE_VERSION = 2, FW_IMAGE_NAME_MAX = 32 }; /* "SFNI" */
/* Limits of an image that passes the check; tiles and output bytes are 16 bits wide in records. */
enum { FW_IMAGE_LAYERS_MAX = 256, FW_IMAGE_TILES_MAX = 65535, FW_IMAGE_OUTPUT_MAX = 65535 };
/* Of arena and scratch memory, in bytes: what a tile needs of them together stays in 32 bits. */
enum { FW_IMAGE_ARENA_MAX = 1 << 28 };

enum fw_operator {
    FW_OP_CONV_2D = 1,
    FW_OP_DEPTHWISE_CONV_2D = 2,
    FW_OP_FULLY_CONNECTED = 3,
    FW_OP_AVERAGE_POOL_2D = 4,
    FW_OP_RESHAPE = 5, /* shares its input's place in the arena: nothing moves */
    FW_OP_SOFTMAX = 6,
    FW_OP_ADD = 7, /* of input and input2, which have the output's shape */
    FW_OP_MAX_POOL_2D = 8,
    FW_OP_QUANTIZE = 9 /* the same real values in another scale, zero point or element size */
};

/* The host may start with this and fill it; sizes are checked by fw_image_check(). */
struct fw_image_header {
    uint32_t magic;
    uint16_t version;
    uint16_t layer_count;
    uint32_t size;          /* of the whole image, in bytes */
    uint32_t crc32;         /* of bytes [16, size); IEEE 802.3 */
    uint32_t layers_offset; /* of struct fw_layer[layer_count] */
    uint32_t arena_bytes;   /* activations of all layers, lifetimes overlapping where they may */
    uint32_t working_bytes; /* the most that a tile takes: input patches, output, scratch memory */
    uint32_t input_offset;  /* in the arena */
    uint32_t input_bytes;
    uint32_t output_offset; /* in the arena */
    uint32_t output_bytes;
    uint32_t scratch_bytes; /* the most that fw_scratch_bytes() says of a layer */
    /* An output quantum is worth output_multiplier * 2^(output_shift - 31); the multiplier has its
     * highest bit at 2^30, the shift is -31 to 30. The quantum of real 0 is the zero_point of the
     * last layer's output. */
    int32_t output_multiplier;
    int32_t output_shift;
    char name[FW_IMAGE_NAME_MAX]; /* zero-terminated */
};

/* A tensor in NHWC order with batch 1. Tensors of lower rank have height and width 1. */
struct fw_tensor {
    uint32_t offset; /* in the arena; a multiple of 4 */
    uint16_t height;
    uint16_t width;
    uint32_t channels;
    int32_t zero_point;     /* 0 when elements are int16 */
    uint16_t element_bytes; /* 1: int8; 2: int16 */
    uint16_t reserved;
};

/* Input and output have elements of the same size but for QUANTIZE. Weights of 4 bits are packed
 * two a byte, the first in the low half, each output channel's filter beginning at a byte. */
struct fw_layer {
    uint16_t op;         /* enum fw_operator */
    uint8_t weight_bits; /* 8, or 4 for CONV_2D and FULLY_CONNECTED; 0 where there are no weights */
    uint8_t reserved;
    struct fw_tensor input;
    struct fw_tensor input2; /* ADD only; else zero */
    struct fw_tensor output;
    uint16_t kernel_height; /* of the filter or the pool; 1 where there is none */
    uint16_t kernel_width;
    uint16_t stride_height;
    uint16_t stride_width;
    uint16_t pad_top;
    uint16_t pad_left;
    uint16_t depth_multiplier; /* depthwise: output channels per input channel */
    uint16_t left_shift;       /* ADD: of both inputs before they are scaled: 20, or 15 for int16 */
    int32_t activation_min;    /* clamp of the output, in output quanta */
    int32_t activation_max;
    /* At least 7 bytes of the image follow; conv [Co][Kh][Kw][Ci], depthwise [Kh][Kw][Co], fc
     * [Co][all elements of the input] */
    uint32_t weights_offset;
    uint32_t bias_offset; /* [Co]: int32, or int64 (in two words) when elements are int16 */
    /* Q31 multipliers, and shifts, positive to the left; int32 each. [Co], or of ADD [3]: input,
     * input2, output; or of QUANTIZE [1]. */
    uint32_t multiplier_offset;
    uint32_t shift_offset;
    int32_t softmax_multiplier; /* softmax only: as TFLite-Micro prepares them */
    int32_t softmax_shift;
    int32_t softmax_diff_min;
    uint16_t tile_height; /* a tile of the output; the last ones of a row or column are smaller */
    uint16_t tile_width;
    uint32_t tile_channels;
    uint32_t tile_count;
    uint32_t tiles_per_commit; /* the plan's quanta fusion: 1 or more tiles between two commits */
};

/* What a tile writes and what it reads. Output ranges are half-open; the input patch is what lies
 * inside the input tensor (padding is not part of it) and holds all channels of the input, but for
 * DEPTHWISE_CONV_2D, the pools, ADD and QUANTIZE, which need only those that the output channels
 * come from. The patch of ADD's second input has the same extents. */
struct fw_tile {
    uint32_t out_y, out_y_end;
    uint32_t out_x, out_x_end;
    uint32_t out_c, out_c_end;
    uint32_t in_y, in_y_end;
    uint32_t in_x, in_x_end;
    uint32_t in_c, in_c_end;
};

/* The extent of tile `index` < tile_count; channels run fastest, then columns, then rows. */
struct fw_tile fw_tile_of(const struct fw_layer *layer, uint32_t index);
/* The tile that is the whole layer, with the whole input, so that it works in the arena as it lies.
 */
struct fw_tile fw_whole_layer(const struct fw_layer *layer);
/* Bytes of an input patch and of the output tile, each not rounded. */
uint32_t fw_tile_input_bytes(const struct fw_layer *layer, const struct fw_tile *tile);
uint32_t fw_tile_output_bytes(const struct fw_layer *layer, const struct fw_tile *tile);
/* Memory that the kernels may use to compute any tile of the layer, besides patches and output; a
 * multiple of 4. */
uint32_t fw_scratch_bytes(const struct fw_layer *layer);
/* Working memory of a tile: patches, output and scratch memory, each rounded to 4. */
uint32_t fw_tile_working_bytes(const struct fw_layer *layer, const struct fw_tile *tile);

enum fw_image_fault {
    FW_IMAGE_OK = 0,
    FW_IMAGE_NO_MAGIC,
    FW_IMAGE_BAD_VERSION,
    FW_IMAGE_BAD_SIZE,
    FW_IMAGE_BAD_CRC,
    FW_IMAGE_BAD_LAYER /* a field out of range, or an offset out of the image or the arena */
};

/* Whether `size` bytes at `image` (4-aligned) are an image that can be executed without reading or
 * writing outside image and arena. `size` is the room there is; the image may be shorter. */
enum fw_image_fault fw_image_check(const void *image, uint32_t size);
/* Its parts but for the checksum, whose time grows with the image: first that header and layer
 * table lie in the room there is; then, of an image whose checksum is right, that the fields make
 * sense. */
enum fw_image_fault fw_image_check_size(const void *image, uint32_t size);
enum fw_image_fault fw_image_check_fields(const void *image);
/* Layer `index` < layer_count of an image that passed the check. */
const struct fw_layer *fw_image_layer(const void *image, uint32_t index);

/* The inputs a run works through, beside the image in flash: this header, then count * bytes_each.
 */
enum { FW_INPUTS_MAGIC = 0x4E494653 }; /* "SFIN" */
struct fw_inputs_header {
    uint32_t magic;
    uint32_t count;
    uint32_t bytes_each;
    uint32_t crc32; /* of the bytes after this header */
};

/* CRC-32 of IEEE 802.3, start value 0; `crc` continues an earlier call. */
uint32_t fw_crc32(uint32_t crc, const void *bytes, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif
