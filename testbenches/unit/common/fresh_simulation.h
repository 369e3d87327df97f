#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>

namespace luxlane::test {

/// Counts the assertions that fail while it stands between Catch and its run context.
class failure_counter : public Catch::IResultCapture {
public:
    explicit failure_counter(Catch::IResultCapture& inner) : inner_(inner) {}
    int failures() const { return failures_; }

    bool sectionStarted(const Catch::SectionInfo& info, Catch::Counts& counts) override {
        return inner_.sectionStarted(info, counts);
    }
    void sectionEnded(const Catch::SectionEndInfo& info) override { inner_.sectionEnded(info); }
    void sectionEndedEarly(const Catch::SectionEndInfo& info) override {
        inner_.sectionEndedEarly(info);
    }
    Catch::IGeneratorTracker& acquireGeneratorTracker(Catch::StringRef name,
                                                      const Catch::SourceLineInfo& line) override {
        return inner_.acquireGeneratorTracker(name, line);
    }
    void pushScopedMessage(const Catch::MessageInfo& message) override {
        inner_.pushScopedMessage(message);
    }
    void popScopedMessage(const Catch::MessageInfo& message) override {
        inner_.popScopedMessage(message);
    }
    void emplaceUnscopedMessage(const Catch::MessageBuilder& builder) override {
        inner_.emplaceUnscopedMessage(builder);
    }
    void handleFatalErrorCondition(Catch::StringRef message) override {
        inner_.handleFatalErrorCondition(message);
    }
    void handleExpr(const Catch::AssertionInfo& info, const Catch::ITransientExpression& expression,
                    Catch::AssertionReaction& reaction) override {
        inner_.handleExpr(info, expression, reaction);
        count();
    }
    void handleMessage(const Catch::AssertionInfo& info, Catch::ResultWas::OfType result,
                       const Catch::StringRef& message,
                       Catch::AssertionReaction& reaction) override {
        inner_.handleMessage(info, result, message, reaction);
        count();
    }
    void handleUnexpectedExceptionNotThrown(const Catch::AssertionInfo& info,
                                            Catch::AssertionReaction& reaction) override {
        inner_.handleUnexpectedExceptionNotThrown(info, reaction);
        count();
    }
    void handleUnexpectedInflightException(const Catch::AssertionInfo& info,
                                           const std::string& message,
                                           Catch::AssertionReaction& reaction) override {
        inner_.handleUnexpectedInflightException(info, message, reaction);
        count();
    }
    void handleIncomplete(const Catch::AssertionInfo& info) override {
        inner_.handleIncomplete(info);
    }
    void handleNonExpr(const Catch::AssertionInfo& info, Catch::ResultWas::OfType result,
                       Catch::AssertionReaction& reaction) override {
        inner_.handleNonExpr(info, result, reaction);
        count();
    }
    bool lastAssertionPassed() override { return inner_.lastAssertionPassed(); }
    void assertionPassed() override { inner_.assertionPassed(); }
    std::string getCurrentTestName() const override { return inner_.getCurrentTestName(); }
    const Catch::AssertionResult* getLastResult() const override { return inner_.getLastResult(); }
    void exceptionEarlyReported() override { inner_.exceptionEarlyReported(); }

private:
    void count() { failures_ += inner_.lastAssertionPassed() ? 0 : 1; }

    Catch::IResultCapture& inner_;
    int failures_ = 0;
};

/// Runs `body` in a forked process, because SystemC cannot start twice in one. Assertions work in
/// the body as usual and print there; if any fails, or the body throws, crashes or takes longer
/// than `limit_s` of real time, the calling test case fails too.
///
///   TEST_CASE("...") {
///       luxlane::test::fresh_simulation([] { bench b; sc_core::sc_start(...); CHECK(...); });
///   }
inline void fresh_simulation(const std::function<void()>& body, unsigned limit_s = 60) {
    std::cout.flush();
    std::fflush(nullptr);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        alarm(limit_s);
        failure_counter counter(Catch::getResultCapture());
        Catch::getCurrentMutableContext().setResultCapture(&counter);
        int failures = 0;
        try {
            body();
        } catch (const std::exception& error) {
            std::cerr << "uncaught: " << error.what() << '\n';
            failures = 1;
        } catch (...) {
            // A failed REQUIRE; it has been counted and printed.
            failures = 1;
        }
        failures += counter.failures();
        std::cout.flush();
        std::fflush(nullptr);
        _exit(failures == 0 ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    INFO("assertions of the simulation are printed above");
    if (WIFSIGNALED(status)) {
        FAIL("the simulation was ended by signal " << WTERMSIG(status));
    }
    CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace luxlane::test
