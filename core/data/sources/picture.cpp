// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/picture.hpp"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>  // after <cstdio>, which it needs

#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr std::uint64_t most_pixels = std::uint64_t{1} << 26;

[[noreturn]] void refuse(const std::string& name, const char* kind, const std::string& reason) {
  throw DataError(
      fmt::format("{}: expected a {} picture, found what its library refuses: {}", name, kind, reason));
}

void check_size(const std::string& name, std::uint64_t height, std::uint64_t width) {
  if (height * width == 0 || height * width > most_pixels)
    throw DataError(
        fmt::format("{}: expected 1 to {} pixels, found {} x {}", name, most_pixels, height, width));
}

Picture parse_png(const std::string& bytes, const std::string& name) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()))
    refuse(name, "PNG", image.message);
  try {
    check_size(name, image.height, image.width);
  } catch (...) {
    png_image_free(&image);
    throw;
  }
  image.format = PNG_FORMAT_RGB;
  Picture picture{static_cast<int>(image.height), static_cast<int>(image.width), {}};
  picture.pixels.resize(PNG_IMAGE_SIZE(image));
  const png_color black{};
  if (!png_image_finish_read(&image, &black, picture.pixels.data(), 0, nullptr))
    refuse(name, "PNG", image.message);
  return picture;
}

/// libjpeg's errors, which must not leave its functions as exceptions.
struct JpegErrors {
  jpeg_error_mgr manager;  // first: libjpeg knows no more of it
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void on_jpeg_error(j_common_ptr info) {
  auto& errors = *reinterpret_cast<JpegErrors*>(info->err);
  info->err->format_message(info, errors.message);
  std::longjmp(errors.back, 1);
}

/// Of its warnings those that mean missing pixels are errors here.
void on_jpeg_message(j_common_ptr info, int level) {
  if (level < 0 && (info->err->msg_code == JWRN_JPEG_EOF || info->err->msg_code == JWRN_HIT_MARKER))
    on_jpeg_error(info);
}

/// Reads the header (pixels: null) or all rows into `pixels`. Nothing in here has a destructor: longjmp would
/// pass it by.
bool run_jpeg(const std::string& bytes, jpeg_decompress_struct& info, JpegErrors& errors,
              std::uint8_t* pixels) {
  info.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = on_jpeg_error;
  errors.manager.emit_message = on_jpeg_message;
  if (setjmp(errors.back)) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  if (pixels) {
    info.out_color_space = JCS_RGB;
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) {
      JSAMPROW row = pixels + std::size_t{3} * info.output_width * info.output_scanline;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
  return true;
}

Picture parse_jpeg(const std::string& bytes, const std::string& name) {
  jpeg_decompress_struct info{};
  JpegErrors errors{};
  if (!run_jpeg(bytes, info, errors, nullptr)) refuse(name, "JPEG", errors.message);
  check_size(name, info.image_height, info.image_width);
  Picture picture{static_cast<int>(info.image_height), static_cast<int>(info.image_width), {}};
  picture.pixels.resize(std::size_t{3} * info.image_height * info.image_width);
  if (!run_jpeg(bytes, info, errors, picture.pixels.data())) refuse(name, "JPEG", errors.message);
  return picture;
}

/// The source pixels of one target pixel along an axis, and their weights.
struct Taps {
  int first = 0;
  std::vector<double> weights;
};

/// Of `to` pixels that show the source's [begin, begin + length).
std::vector<Taps> taps_of(double begin, double length, int from, int to) {
  const double scale = length / to, reach = std::max(1.0, scale);
  std::vector<Taps> all(static_cast<size_t>(to));
  for (int i = 0; i < to; ++i) {
    const double centre = begin + (i + 0.5) * scale;
    auto& taps = all[static_cast<size_t>(i)];
    taps.first = std::clamp(static_cast<int>(std::ceil(centre - reach - 0.5)), 0, from - 1);
    double sum = 0;
    for (int at = taps.first; at < from && at + 0.5 < centre + reach; ++at) {
      taps.weights.push_back(std::max(0.0, 1 - std::abs(at + 0.5 - centre) / reach));
      sum += taps.weights.back();
    }
    if (sum <= 0) taps.weights.assign(1, sum = 1);
    for (double& weight : taps.weights) weight /= sum;
  }
  return all;
}

/// A rectangle of a picture, in pixels.
struct Region {
  double top = 0, left = 0, height = 0, width = 0;
};

Picture resized(const Picture& picture, const Region& region, int height, int width) {
  const auto columns = taps_of(region.left, region.width, picture.width, width);
  const auto rows = taps_of(region.top, region.height, picture.height, height);
  std::vector<double> narrow(std::size_t{3} * static_cast<size_t>(picture.height) * columns.size());
  for (size_t y = 0, out = 0; y < static_cast<size_t>(picture.height); ++y)
    for (const auto& taps : columns)
      for (size_t c = 0; c < 3; ++c, ++out)
        for (size_t k = 0; k < taps.weights.size(); ++k)
          narrow[out] +=
              taps.weights[k] *
              picture
                  .pixels[(y * static_cast<size_t>(picture.width) + static_cast<size_t>(taps.first) + k) * 3 +
                          c];
  Picture result{height, width, {}};
  for (const auto& taps : rows)
    for (size_t column = 0; column < columns.size() * 3; ++column) {
      double sum = 0;
      for (size_t k = 0; k < taps.weights.size(); ++k)
        sum += taps.weights[k] * narrow[(static_cast<size_t>(taps.first) + k) * columns.size() * 3 + column];
      result.pixels.push_back(static_cast<std::uint8_t>(std::clamp(std::nearbyint(sum), 0.0, 255.0)));
    }
  return result;
}

Picture padded(const Picture& picture, int height, int width) {
  const double scale =
      std::min(static_cast<double>(height) / picture.height, static_cast<double>(width) / picture.width);
  const int inner_height = std::clamp(static_cast<int>(std::lround(picture.height * scale)), 1, height),
            inner_width = std::clamp(static_cast<int>(std::lround(picture.width * scale)), 1, width);
  const auto inner =
      resized(picture, {0, 0, static_cast<double>(picture.height), static_cast<double>(picture.width)},
              inner_height, inner_width);
  Picture result{
      height, width,
      std::vector<std::uint8_t>(std::size_t{3} * static_cast<size_t>(height) * static_cast<size_t>(width))};
  const int top = (height - inner_height) / 2, left = (width - inner_width) / 2;
  for (int y = 0; y < inner_height; ++y)
    std::copy_n(inner.pixels.begin() + std::ptrdiff_t{3} * y * inner_width, std::ptrdiff_t{3} * inner_width,
                result.pixels.begin() + std::ptrdiff_t{3} * ((top + y) * width + left));
  return result;
}

}  // namespace

const std::vector<std::string>& picture_endings() {
  static const std::vector<std::string> endings{".png", ".jpg", ".jpeg"};
  return endings;
}

Picture parse_picture(const std::string& bytes, const std::string& name) {
  if (bytes.starts_with("\x89PNG")) return parse_png(bytes, name);
  if (bytes.starts_with("\xff\xd8\xff")) return parse_jpeg(bytes, name);
  std::string found;
  for (const char c : bytes.substr(0, 4)) found += fmt::format("{}{:02x}", found.empty() ? "" : " ", c & 255);
  throw DataError(fmt::format("{}: byte 0: expected 89 50 4e 47 (PNG) or ff d8 ff (JPEG), found {}", name,
                              found.empty() ? "the end" : found));
}

Picture fit_picture(const Picture& picture, int height, int width, PictureFit fit) {
  if (fit == PictureFit::pad) return padded(picture, height, width);
  Region region{0, 0, static_cast<double>(picture.height), static_cast<double>(picture.width)};
  if (fit == PictureFit::crop) {
    const double scale = std::min(region.height / height, region.width / width);
    const double kept_height = height * scale, kept_width = width * scale;
    region = {(region.height - kept_height) / 2, (region.width - kept_width) / 2, kept_height, kept_width};
  }
  return resized(picture, region, height, width);
}

std::vector<std::uint8_t> grey(const Picture& picture) {
  std::vector<std::uint8_t> values;
  for (size_t i = 0; i + 2 < picture.pixels.size(); i += 3)
    values.push_back(static_cast<std::uint8_t>(
        (299 * picture.pixels[i] + 587 * picture.pixels[i + 1] + 114 * picture.pixels[i + 2] + 500) / 1000));
  return values;
}

}  // namespace mho
