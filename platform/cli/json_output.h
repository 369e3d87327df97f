#pragma once

#include <fstream>
#include <string>

namespace luxlane::cli {

/// Where a command's JSON goes: nowhere (empty path), standard output ("-") or a file. The file is
/// opened at once, so that nobody waits for figures that cannot be written.
class json_output {
public:
    /// config::configuration_error if the file cannot be opened.
    explicit json_output(const std::string& path);

    bool wanted() const { return !path_.empty(); }
    /// Then nothing else may be printed there.
    bool takes_stdout() const { return path_ == "-"; }

    /// Writes `text` as it is, if wanted. config::configuration_error if that fails.
    void write(const std::string& text);

private:
    bool to_file() const { return wanted() && !takes_stdout(); }
    void check() const;

    std::string path_;
    std::ofstream out_;
};

}  // namespace luxlane::cli
