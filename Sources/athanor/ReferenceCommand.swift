import ArgumentParser
import Foundation
import Lab

/// `athanor reference`: everything that can be called, as a notebook or as Markdown.
struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Print the reference of everything that can be called.",
    discussion: "athanor reference --notebook > notebooks/reference.ipynb")

  @Flag(help: "As a Jupyter notebook.")
  var notebook = false

  mutating func run() throws {
    print(notebook ? try ReferenceCommand.notebook() : Reference.pages.joined(separator: "\n\n"))
  }

  /// A notebook of nothing but text (nbformat 4.5).
  private static func notebook() throws -> String {
    let cells = Reference.pages.enumerated().map { number, page -> [String: Any] in
      let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
      let source = lines.enumerated().map { $0 + 1 < lines.count ? "\($1)\n" : "\($1)" }
      return [
        "cell_type": "markdown", "id": "page-\(number)", "metadata": [String: String](),
        "source": source,
      ]
    }
    let kernel = ["display_name": "Athanor", "language": "athanor", "name": "athanor"]
    let document: [String: Any] = [
      "cells": cells, "metadata": ["kernelspec": kernel], "nbformat": 4, "nbformat_minor": 5,
    ]
    let data = try JSONSerialization.data(
      withJSONObject: document, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self)
  }
}
