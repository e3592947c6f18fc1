import Catalog
import Conversation
import Testing

@testable import Transcripts

@Suite("Notebooks")
struct NotebookTests {
  static let text = """
    {
     "cells": [
      {
       "cell_type": "markdown",
       "metadata": {},
       "source": [
        "# Title"
       ]
      },
      {
       "cell_type": "code",
       "execution_count": 1,
       "id": "a",
       "metadata": {},
       "outputs": [
        {
         "data": {
          "text/plain": [
           "0.25"
          ]
         },
         "execution_count": 1,
         "metadata": {},
         "output_type": "execute_result"
        }
       ],
       "source": [
        "1/4"
       ]
      },
      {
       "cell_type": "code",
       "execution_count": null,
       "metadata": {
        "athanor": {
         "rtol": 0.5
        }
       },
       "outputs": [],
       "source": "plot"
      }
     ],
     "metadata": {
      "big": 1e400000
     },
     "nbformat": 4,
     "nbformat_minor": 5
    }

    """

  private func parse(_ text: String) throws -> Notebook {
    try Notebook.parse(Array(text.utf8), name: "a.ipynb")
  }

  private static let session = ScriptedSession.factory { code, listener in
    if code == "plot" {
      listener.receive(.text("line 1\nline 2\n"))
      let svg = Display.Form("image/svg+xml", "<svg>\n</svg>")
      listener.receive(.display(Display("▁▂", forms: [svg]), id: nil))
    } else {
      listener.receive(.value(Display("0.25"), last: true))
    }
    return .done
  }

  @Test("Cells, their options and their stored output are read")
  func parsing() throws {
    let notebook = try parse(Self.text.replacing("1e400000", with: "1.50"))
    #expect(notebook.inputs == ["1/4", "plot"])
    #expect(notebook.cells.map(\.expected) == [["0.25"], []])
    #expect(notebook.cells.map(\.tolerance.relative) == [nil, 0.5])
    #expect(notebook.cells.map(\.index) == [1, 2])
  }

  @Test("A replay compares, and blesses with every form")
  func replay() throws {
    let notebook = try parse(Self.text.replacing("1e400000", with: "1.50"))
    let result = notebook.replay(factory: Self.session)
    #expect(result.count == 2)
    #expect(result.mismatches.map(\.place) == ["cell 3"])
    #expect(result.isBlessingNews)
    let blessed = try parse(result.blessed)
    let again = blessed.replay(factory: Self.session)
    #expect(again.passed)
    #expect(!again.isBlessingNews)
    #expect(again.blessed == result.blessed)
    #expect(result.blessed.contains("\"image/svg+xml\": [\n       \"<svg>\\n\","))
    // What is not an output stays as it was, numbers to the letter.
    #expect(result.blessed.contains("\"big\": 1.50"))
    #expect(result.blessed.hasPrefix(String(Self.text.prefix(300))))
  }

  @Test("A picture that changed is news though the text is as expected")
  func pictures() throws {
    let first = try parse(Self.text.replacing("1e400000", with: "1.50"))
      .replay(factory: Self.session)
    let changed = try parse(first.blessed.replacing("<svg>", with: "<svg width='1'>"))
    let result = changed.replay(factory: Self.session)
    #expect(result.passed)
    #expect(result.isBlessingNews)
    #expect(result.blessed == first.blessed)
  }

  @Test("Errors are stored and compared with their lines")
  func errors() throws {
    let text = """
      {"nbformat": 4, "cells": [{"cell_type": "code", "source": "nope", "outputs": [
      {"output_type": "stream", "name": "stdout", "text": "before"},
      {"output_type": "error", "ename": "NameError", "evalue": "x",
       "traceback": ["\\u001b[31merror:\\u001b[0m x"]}]}]}
      """
    let factory = ScriptedSession.factory { _, listener in
      listener.receive(.text("before"))
      return .failed(ScriptedSession.report("x"))
    }
    #expect(try parse(text).replay(factory: factory).passed)
  }

  @Test(
    "What is no notebook is refused",
    arguments: [
      "", "{", "[]", "{\"nbformat\": 3, \"cells\": []}", "{\"nbformat\": 4}",
      "{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\"}]}",
      "{\"nbformat\": 4, \"cells\": 1}",
      "{\"nbformat\": 4, \"cells\": [],}", "{\"nbformat\": 4, \"cells\": []} x",
      "{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\", \"source\": [1], \"outputs\": []}]}",
      String(repeating: "[", count: 100_000), "{\"a\": \"\u{1}\"}", "{\"a\": \"\\ud800\\x\"}",
    ])
  func hostile(_ text: String) {
    let failure = #expect(throws: Failure.self) { try parse(text) }
    #expect(failure?.message.contains("a.ipynb") == true)
  }

  @Test("Every prefix and every broken byte gives a notebook or an error")
  func fuzz() throws {
    let bytes = Array(Self.text.utf8)
    for count in 0..<(bytes.count - 1) {
      #expect(throws: Failure.self) {
        try Notebook.parse(Array(bytes[..<count]), name: "a.ipynb")
      }
    }
    var broken = 0
    for index in bytes.indices {
      var copy = bytes
      copy[index] = UInt8(truncatingIfNeeded: index &* 31 &+ 7)
      if (try? Notebook.parse(copy, name: "a.ipynb")) == nil { broken += 1 }
    }
    #expect(broken > bytes.count / 4)
  }

  @Test("Escapes, surrogate pairs and numbers are read and written as JSON says")
  func json() throws {
    let text =
      #"{"a": "\u00e9\ud83d\ude00\/\n\t\"\\", "b": [1, -2.50, 1e3, true, false, null, {}]}"#
    let value = try JSONReader.read(Array(text.utf8), name: "x")
    #expect(value["a"] == .string("é😀/\n\t\"\\"))
    #expect(value["b"]?.array?[1] == .number("-2.50"))
    #expect(try JSONReader.read(Array(value.text().utf8), name: "x") == value)
    #expect(throws: Failure.self) { try JSONReader.read([0x22, 0xFF, 0x22], name: "x") }
  }

  private func parametric(_ source: String, _ rehearsal: String) throws -> Notebook {
    let text = """
      {"nbformat": 4, "metadata": {"athanor": {"rehearsal": \(rehearsal)}}, "cells": [
        {"cell_type": "code", "metadata": {}, "source": "a = 1", "outputs": []},
        {"cell_type": "code", "metadata": {"tags": ["x", "parameters"]}, "source": "\(source)",
         "outputs": []},
        {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "b", "outputs": []}]}
      """
    return try Notebook.parse(Array(text.utf8), name: "n.ipynb")
  }

  @Test("Parameters are set behind the first cell that has the tag")
  func parameters() throws {
    let notebook = try parametric(
      "epochs = 8\\nname = 'x'   # a comment\\nif a == 1 { c = 2 }",
      "{\"epochs\": 1, \"name\": \"a\\n\", \"list\": [1, true], \"no\": null}")
    #expect(notebook.parameterNames == ["epochs", "name"])
    #expect(
      notebook.rehearsal == [
        .init("epochs", "1"), .init("name", "\"a\\n\""), .init("list", "[\n 1,\n true\n]"),
        .init("no", "none"),
      ])
    let inputs = try notebook.inputs(setting: [.init(parsing: "epochs=2"), .init("name", "'y'")])
    #expect(inputs.count == 4 && inputs[2] == "epochs = 2\nname = 'y'" && inputs[3] == "b")
    #expect(try notebook.inputs(setting: []).count == 3)
    let failure = #expect(throws: Failure.self) {
      try notebook.inputs(setting: [.init("epoch", "1")])
    }
    #expect(failure?.advice == "did you mean 'epochs'?")
    for text in ["", "=1", "a", "1=2", "a b=3"] {
      #expect(throws: Failure.self) { try NotebookParameter(parsing: text) }
    }
  }

  @Test("Rehearsals that make no sense are refused", arguments: ["1", "[]", "{\"a b\": 1}"])
  func rehearsals(_ text: String) throws {
    #expect(throws: Failure.self) { try parametric("a = 1", text) }
  }
}
