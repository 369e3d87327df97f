#pragma once

#include <sys/types.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace luxlane::test {

/// A fresh directory for one test's files, removed with everything in it at the end.
class scratch_directory {
public:
    scratch_directory();
    ~scratch_directory();
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;

    const std::filesystem::path& path() const { return path_; }

    /// The absolute name of `name` in here.
    std::string file(const std::string& name) const { return path_ / name; }

    /// Writes `name` with this content and returns its absolute name.
    std::string write(const std::string& name, const std::string& content) const;

private:
    std::filesystem::path path_;
};

/// How a program ended and what it printed.
struct program_result {
    int status = -1;  ///< exit status, 128 + N after signal N
    bool timed_out = false;
    double wall_s = 0.0;
    std::string out;
    std::string err;
};

/// A program that runs in `directory` with its output in files there, and is killed by the
/// destructor if it still runs.
class running_program {
public:
    /// `arguments[0]` is the program. std::runtime_error if it cannot be started.
    running_program(const std::vector<std::string>& arguments, const scratch_directory& directory);
    ~running_program();
    running_program(const running_program&) = delete;
    running_program& operator=(const running_program&) = delete;

    void send_signal(int number) const;

    /// Waits for the end; after `limit_s` of real time the program is killed.
    program_result wait(double limit_s);

private:
    pid_t process_ = -1;
    std::string out_file_, err_file_;
};

/// Longest that a test waits for one program: a hang ends there, a busy machine does not get there.
inline constexpr double LIMIT_S = 150.0;

/// Runs any program to its end.
program_result run_program(const std::vector<std::string>& arguments,
                           const scratch_directory& directory, double limit_s = LIMIT_S);

/// Runs the installed command of this build: `luxlane` with these arguments.
program_result luxlane(const std::vector<std::string>& arguments,
                       const scratch_directory& directory, double limit_s = LIMIT_S);

/// A run of `luxlane run` that also wrote its report.
struct reported_run {
    program_result program;
    std::string text;       ///< the JSON file's bytes
    nlohmann::json report;  ///< discarded if the file is missing or no JSON
};

/// `luxlane run` with these arguments, silent consoles and a JSON report.
reported_run run_with_report(std::vector<std::string> arguments,
                             const scratch_directory& directory);

/// The file's content; empty if there is none.
std::string content_of(const std::filesystem::path& file);

/// A workload of `tensors` tensors of `elements` values each.
std::string workload_table(unsigned tensors, unsigned elements);

/// Options for a link of 34 data and 6 spare lanes with a small workload: it runs in a fraction of
/// a second.
std::vector<std::string> small_link(const scratch_directory& directory);

/// `first` followed by `second`.
std::vector<std::string> joined(std::vector<std::string> first,
                                const std::vector<std::string>& second);

}  // namespace luxlane::test
