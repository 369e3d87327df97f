#include "testbenches/system/program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace luxlane::test {

using steady = std::chrono::steady_clock;

scratch_directory::scratch_directory() {
    std::string name = std::filesystem::temp_directory_path() / "luxlane-test-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), name);
    }
    path_ = name;
}

scratch_directory::~scratch_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string scratch_directory::write(const std::string& name, const std::string& content) const {
    const auto path = file(name);
    std::ofstream(path, std::ios::binary) << content;
    return path;
}

running_program::running_program(const std::vector<std::string>& arguments,
                                 const scratch_directory& directory) {
    static unsigned count = 0;
    const auto number = std::to_string(count++);
    out_file_ = directory.file(".stdout-" + number);
    err_file_ = directory.file(".stderr-" + number);
    std::vector<char*> words;
    for (const auto& argument : arguments) {
        words.push_back(const_cast<char*>(argument.c_str()));
    }
    words.push_back(nullptr);
    process_ = fork();
    if (process_ < 0) {
        throw std::system_error(errno, std::generic_category(), "fork");
    }
    if (process_ == 0) {
        const int out = open(out_file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        const int err = open(err_file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        const int in = open("/dev/null", O_RDONLY);
        if (out < 0 || err < 0 || in < 0 || chdir(directory.path().c_str()) != 0 ||
            dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
            dup2(err, STDERR_FILENO) < 0) {
            _exit(127);
        }
        execvp(words[0], words.data());
        _exit(127);
    }
}

running_program::~running_program() {
    if (process_ > 0) {
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
    }
}

void running_program::send_signal(int number) const {
    if (process_ > 0) {
        kill(process_, number);
    }
}

program_result running_program::wait(double limit_s) {
    program_result result;
    const auto begin = steady::now();
    const auto elapsed_s = [&] {
        return std::chrono::duration<double>(steady::now() - begin).count();
    };
    int status = 0;
    while (waitpid(process_, &status, WNOHANG) == 0) {
        if (!result.timed_out && elapsed_s() > limit_s) {
            result.timed_out = true;
            kill(process_, SIGKILL);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    process_ = -1;
    result.wall_s = elapsed_s();
    result.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    result.out = content_of(out_file_);
    result.err = content_of(err_file_);
    return result;
}

program_result run_program(const std::vector<std::string>& arguments,
                           const scratch_directory& directory, double limit_s) {
    return running_program(arguments, directory).wait(limit_s);
}

program_result luxlane(const std::vector<std::string>& arguments,
                       const scratch_directory& directory, double limit_s) {
    return run_program(joined({LUXLANE_PROGRAM}, arguments), directory, limit_s);
}

reported_run run_with_report(std::vector<std::string> arguments,
                             const scratch_directory& directory) {
    const auto file = directory.file("report.json");
    std::filesystem::remove(file);
    arguments.insert(arguments.begin(), "run");
    reported_run run;
    run.program =
        luxlane(joined(std::move(arguments), {"--uart", "none", "--json", file}), directory);
    run.text = content_of(file);
    run.report = nlohmann::json::parse(run.text, nullptr, false);
    return run;
}

std::string content_of(const std::filesystem::path& file) {
    std::ostringstream content;
    content << std::ifstream(file, std::ios::binary).rdbuf();
    return content.str();
}

std::string workload_table(unsigned tensors, unsigned elements) {
    std::string text = "name,kind,shape,elements\n";
    for (unsigned i = 0; i < tensors; ++i) {
        const auto size = std::to_string(elements);
        text += "layer" + std::to_string(i) + ",fc," + size + ',' + size + '\n';
    }
    return text;
}

std::vector<std::string> small_link(const scratch_directory& directory) {
    // Odd sizes, so that the last flit of a tensor is never full.
    const auto table = directory.write("small.csv", workload_table(3, 5001));
    return {"--set", "collective.workload=" + table,
            "--set", "link.data_lanes=34",
            "--set", "link.spare_lanes=6"};
}

std::vector<std::string> joined(std::vector<std::string> first,
                                const std::vector<std::string>& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

}  // namespace luxlane::test
