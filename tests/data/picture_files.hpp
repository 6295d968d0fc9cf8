// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <png.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <jpeglib.h>  // after <cstdio>, which it needs

// Small PNG and JPEG files for tests.

/// An 8-bit RGB picture of `height` x `width`, row by row.
inline std::string png(const std::vector<std::uint8_t>& pixels, int height, int width) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.height = static_cast<png_uint_32>(height), image.width = static_cast<png_uint_32>(width);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr);
  std::string bytes(size, '\0');
  png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr);
  bytes.resize(size);
  return bytes;
}

inline std::string jpeg(const std::vector<std::uint8_t>& pixels, int height, int width) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &out, &size);
  info.image_height = static_cast<JDIMENSION>(height), info.image_width = static_cast<JDIMENSION>(width);
  info.input_components = 3, info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 95, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row =
        const_cast<std::uint8_t*>(pixels.data()) + std::size_t{3} * info.image_width * info.next_scanline;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string bytes(reinterpret_cast<char*>(out), size);
  jpeg_destroy_compress(&info);
  std::free(out);
  return bytes;
}

/// One colour.
inline std::vector<std::uint8_t> plain(int height, int width, std::uint8_t red, std::uint8_t green,
                                       std::uint8_t blue) {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < height * width; ++i)
    for (const auto value : {red, green, blue}) pixels.push_back(value);
  return pixels;
}
