import Foundation
import Testing

@Suite("The program without a terminal")
struct BatchTests {
  @Test("-c executes a line and prints its value, nothing else")
  func code() throws {
    let result = try Program.run(["-c", "1 + 1"])
    #expect(result.output == "2\n")
    #expect(result.error == "")
    #expect(result.code == 0)
  }

  @Test("Standard input is a script: no banner, prompt or colour")
  func script() throws {
    let result = try Program.run(
      [], input: "# a comment\nx = 3\nx + 4\nfor i in 1..2 {\n  print(i)\n}\n")
    #expect(result.output == "7\n1\n2\n")
    #expect(result.error == "")
    #expect(result.code == 0)
  }

  @Test("The first error ends a script with 1, unless it is to go on")
  func errors() throws {
    let script = "print(\"a\")\nnope\nprint(\"b\")\n"
    let stopped = try Program.run([], input: script)
    #expect(stopped.output == "a\n")
    #expect(stopped.error.hasPrefix("error: "))
    #expect(stopped.error.contains("'nope'"))
    #expect(!stopped.error.contains("\u{1B}"))
    #expect(stopped.code == 1)
    let going = try Program.run(["--keep-going"], input: script)
    #expect(going.output == "a\nb\n")
    #expect(going.error.components(separatedBy: "'nope'").count >= 2)
    #expect(going.code == 1)
  }

  @Test("An error is told once")
  func once() throws {
    let result = try Program.run(["--keep-going"], input: "print(1)\nnope\n")
    #expect(result.error.components(separatedBy: "error: ").count == 2)
  }

  @Test("Colours come where they are asked for")
  func colors() throws {
    #expect(
      try Program.run(["--color", "always", "-c", "nope"]).error.contains("\u{1B}[31merror:"))
    #expect(
      try Program.run(["-c", "nope"], environment: ["FORCE_COLOR": "1"]).error.contains("\u{1B}"))
    #expect(
      try !Program.run(["-c", "nope"], environment: ["FORCE_COLOR": "1", "NO_COLOR": "1"])
        .error.contains("\u{1B}"))
  }

  @Test(
    "Wrong usage ends with 2",
    arguments: [["--bogus"], ["run"], ["test"], ["-c"], ["--color", "blue"], ["kernel", "bogus"]])
  func usage(_ arguments: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.code == 2)
    #expect(result.output == "")
    #expect(result.error.contains("Usage: athanor"))
  }

  @Test("Help and version are no errors")
  func help() throws {
    #expect(try Program.run(["--help"]).code == 0)
    #expect(try Program.run(["--help"]).output.contains("run"))
    let version = try Program.run(["--version"])
    #expect(version.code == 0)
    #expect(version.output.first?.isNumber == true)
  }

  @Test("SIGINT ends a script with 130")
  func interruption() throws {
    let code = "print(\"go\"); for i in 1..1000000000 { i }"
    let result = try Program.run(["-c", code]) { process in
      let output = (process.standardOutput as? FileHandle).map {
        "/proc/self/fd/\($0.fileDescriptor)"
      }
      while output.flatMap({ try? String(contentsOfFile: $0, encoding: .utf8) }) != "go\n",
        process.isRunning
      {
        usleep(20_000)
      }
      process.interrupt()
    }
    #expect(result.code == 130)
    #expect(result.error == "interrupted\n")
  }

  @Test("quit ends with its code")
  func quitting() throws {
    let result = try Program.run([], input: "quit 7\nprint(\"never\")\n")
    #expect(result.code == 7)
    #expect(result.output == "")
  }

  @Test("A question is answered by standard input, unless the script came from there")
  func questions() throws {
    let answered = try Program.run(
      ["-c", "x = input(\"name? \"); x + \"!\""], input: "bob\nmore\n")
    #expect(answered.output == "name? \nbob!\n")
    #expect(answered.code == 0)
    for arguments in [[], ["-c", "input(\"name? \")"]] {
      let input = arguments.isEmpty ? "input(\"name? \")\nbob\n" : ""
      let unanswered = try Program.run(arguments, input: input)
      #expect(unanswered.error.hasPrefix("error: nobody can answer a question here"))
      #expect(unanswered.code == 1)
    }
  }

  @Test("--echo prints every input before its output")
  func echo() throws {
    let result = try Program.run(["--echo"], input: "1 + 1\n\nfor i in 1..2 {\n  print(i)\n}\n")
    #expect(result.output == ">>> 1 + 1\n2\n>>> for i in 1..2 {\n...   print(i)\n... }\n1\n2\n")
  }

  @Test("Files run in one session: scripts, transcripts, notebooks")
  func files() throws {
    try Program.inFolder { folder in
      let notebook = """
        {"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x + 2"], "outputs": []}]}
        """
      for (name, text) in [
        ("a.ath", "x = 40\n"), ("b.md", "```athanor\n>>> x + 1\n41\n```\n"), ("c.ipynb", notebook),
      ] {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      }
      let result = try Program.run(
        ["run"] + ["a.ath", "b.md", "c.ipynb"].map { "\(folder)/\($0)" })
      #expect(result.output == "41\n42\n")
      #expect(result.code == 0)
      let missing = try Program.run(["run", folder + "/a.ath", folder + "/none.ath"])
      #expect(missing.error == "error: there is no file '\(folder)/none.ath'\n")
      #expect(missing.code == 1)
    }
  }

  @Test("test compares, shows what differs, and blesses")
  func testing() throws {
    try Program.inFolder { folder in
      let file = folder + "/a.md"
      try "```athanor\n>>> 1 + 1\n3\n>>> 0.25\n0.26±0.1\n```\n"
        .write(toFile: file, atomically: true, encoding: .utf8)
      let failed = try Program.run(["test", file])
      #expect(failed.code == 1)
      #expect(failed.output.contains("line 2:\n  >>> 1 + 1\n  - 3\n  + 2\n"))
      let blessed = try Program.run(["test", "--bless", file])
      #expect(blessed.code == 0)
      #expect(blessed.output == "\(file): 1 expectation rewritten\n")
      #expect(
        try String(contentsOfFile: file, encoding: .utf8)
          == "```athanor\n>>> 1 + 1\n2\n>>> 0.25\n0.26±0.1\n```\n")
      let passed = try Program.run(["test", file])
      #expect(passed.code == 0)
      #expect(passed.output == "\(file): 2 inputs, as expected\n")
      #expect(try Program.run(["test", "--bless", file]).output == "\(file): as it was\n")
    }
  }

  @Test("Standard input that is not UTF-8, or a reader that leaves early, does no harm")
  func rough() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c",
      "printf '\\377' | \"$0\" 2>&1; echo $?; \"$0\" -c 'for i in 1..100000 { print(i) }' | head -1",
      Program.path,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(output == "error: standard input is not UTF-8 text\n1\n1\n")
  }
}
