#include "platform/cli/json_output.h"

#include <fmt/format.h>

#include "platform/config/reader.h"

namespace luxlane::cli {

json_output::json_output(const std::string& path) : path_(path) {
    if (to_file()) {
        out_.open(path_);
        check();
    }
}

void json_output::write(const std::string& text) {
    if (takes_stdout()) {
        fmt::print("{}", text);
    } else if (to_file()) {
        out_ << text;
        out_.flush();
        check();
    }
}

void json_output::check() const {
    if (!out_) {
        throw config::configuration_error("--json " + path_ + ": cannot write this file");
    }
}

}  // namespace luxlane::cli
