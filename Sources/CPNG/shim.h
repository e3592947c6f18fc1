// libpng for Swift, which cannot be jumped out of: errors end in these functions by longjmp and
// come out of them as a zero and a text.
#ifndef ATHANOR_CPNG_H
#define ATHANOR_CPNG_H

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <png.h>

/// A PNG file in memory being read. Filled with zeros before it is opened.
typedef struct {
  const unsigned char *bytes;
  size_t count;
  size_t position;
  png_structp png;
  png_infop info;
  unsigned width, height;
  /// Bits a sample in the file, and libpng's PNG_COLOR_TYPE_….
  int depth, color;
  /// What went wrong.
  char message[160];
} picture_reader;

/// A PNG file in memory being written; `bytes` is from malloc.
typedef struct {
  unsigned char *bytes;
  size_t count, capacity;
  char message[160];
} picture_writer;

static inline void picture_note(char *message, const char *text) {
  strncpy(message, text, 159);
  message[159] = 0;
}

static inline void picture_read_error(png_structp png, png_const_charp text) {
  picture_note(((picture_reader *)png_get_error_ptr(png))->message, text);
  png_longjmp(png, 1);
}

static inline void picture_write_error(png_structp png, png_const_charp text) {
  picture_note(((picture_writer *)png_get_error_ptr(png))->message, text);
  png_longjmp(png, 1);
}

static inline void picture_ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static inline void picture_take(png_structp png, png_bytep target, size_t count) {
  picture_reader *reader = (picture_reader *)png_get_io_ptr(png);
  if (count > reader->count - reader->position) png_error(png, "the file ends too early");
  memcpy(target, reader->bytes + reader->position, count);
  reader->position += count;
}

static inline void picture_close(picture_reader *reader) {
  if (reader->png) png_destroy_read_struct(&reader->png, &reader->info, NULL);
}

/// Reads what stands before the pixels. Chunks that say nothing of the pixels are not unpacked: a
/// few bytes of text could become gigabytes.
static inline int picture_open(picture_reader *reader, const unsigned char *bytes, size_t count,
                               unsigned longest) {
  static const unsigned char passed[] =
      "acTL\0bKGD\0cHRM\0cICP\0eXIf\0fcTL\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0"
      "sCAL\0sPLT\0sRGB\0sTER\0tEXt\0tIME\0zTXt";
  reader->bytes = bytes;
  reader->count = count;
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, picture_read_error,
                                       picture_ignore);
  if (!reader->png) return 0;
  reader->info = png_create_info_struct(reader->png);
  if (!reader->info) return 0;
  if (setjmp(png_jmpbuf(reader->png))) return 0;
  png_set_read_fn(reader->png, reader, picture_take);
  png_set_user_limits(reader->png, longest, longest);
  png_set_chunk_malloc_max(reader->png, 1 << 20);
  png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
  png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, passed,
                              (int)(sizeof passed / 5));
  png_read_info(reader->png, reader->info);
  reader->width = png_get_image_width(reader->png, reader->info);
  reader->height = png_get_image_height(reader->png, reader->info);
  reader->depth = png_get_bit_depth(reader->png, reader->info);
  reader->color = png_get_color_type(reader->png, reader->info);
  return 1;
}

/// Reads the pixels, row by row, each of `stride` bytes.
///
/// With `raw`, samples stay what they are, one a byte, or two bytes of 16 bits in this machine's
/// order; else all become 8 bits, palettes their colours. Transparency stays where `alpha` is set.
static inline int picture_decode(picture_reader *reader, int raw, int alpha,
                                 unsigned char *pixels, size_t stride) {
  png_structp png = reader->png;
  if (setjmp(png_jmpbuf(png))) return 0;
  if (raw) {
    const unsigned short probe = 1;
    if (reader->depth < 8) png_set_packing(png);
    if (reader->depth == 16 && *(const unsigned char *)&probe) png_set_swap(png);
  } else {
    if (alpha) {
      png_set_expand(png);
    } else {
      if (reader->color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
      if (reader->color == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
      png_set_strip_alpha(png);
    }
    if (reader->depth == 16) png_set_scale_16(png);
  }
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader->info);
  if (png_get_rowbytes(png, reader->info) != stride) png_error(png, "rows of another length");
  for (int pass = 0; pass < passes; pass++)
    for (unsigned row = 0; row < reader->height; row++)
      png_read_row(png, pixels + row * stride, NULL);
  return 1;
}

/// Whether the file says which colour or place of the palette is transparent.
static inline int picture_has_transparency(const picture_reader *reader) {
  return png_get_valid(reader->png, reader->info, PNG_INFO_tRNS) != 0;
}

static inline void picture_put(png_structp png, png_bytep bytes, size_t count) {
  picture_writer *writer = (picture_writer *)png_get_io_ptr(png);
  if (writer->capacity - writer->count < count) {
    const size_t wanted = 2 * (writer->count + count);
    unsigned char *grown = (unsigned char *)realloc(writer->bytes, wanted);
    if (!grown) png_error(png, "no memory");
    writer->bytes = grown;
    writer->capacity = wanted;
  }
  memcpy(writer->bytes + writer->count, bytes, count);
  writer->count += count;
}

static inline void picture_flush(png_structp png) { (void)png; }

/// Writes a file of rows of `stride` bytes; samples of 16 bits are in this machine's order.
static inline int picture_encode(picture_writer *writer, unsigned width, unsigned height,
                                 int depth, int color, const unsigned char *pixels,
                                 size_t stride) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, picture_write_error,
                                            picture_ignore);
  if (!png) return 0;
  png_infop info = png_create_info_struct(png);
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    return 0;
  }
  png_set_write_fn(png, writer, picture_put, picture_flush);
  png_set_IHDR(png, info, width, height, depth, color, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  const unsigned short probe = 1;
  if (depth == 16 && *(const unsigned char *)&probe) png_set_swap(png);
  for (unsigned row = 0; row < height; row++) png_write_row(png, pixels + row * stride);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return 1;
}

#endif
