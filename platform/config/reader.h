#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "platform/config/configuration.h"

namespace luxlane::config {

/// The user's mistake: the text names file, line, column and key, and says what would be right.
struct configuration_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Reads a board description. Every key must be known and every value in range; anything the file
/// does not mention keeps its default. Throws configuration_error.
configuration read_file(const std::filesystem::path& file);

/// The same from text; `name` stands for the file in messages.
configuration read_text(const std::string& text, const std::string& name);

/// Applies `key=value` from the command line.
void override_with(configuration& values, const std::string& assignment);

/// Relations between parameters that no single range can express.
void check(const configuration& values, const std::string& name);

}  // namespace luxlane::config
