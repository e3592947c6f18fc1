import Catalog
import Losses
import Models
import Optimizers
import Testing
import Training

/// The examples of the declarations that make the parts of a run.
@Suite struct ExampleTests {
  /// Those that stand alone; losses that are given a model are tried in a session, where one is.
  static var examples: [(declaration: String, kind: String, code: String)] {
    [modelRegistry, lossRegistry, optimizerRegistry, scheduleRegistry].flatMap { registry in
      registry.declarations.flatMap { declaration in
        declaration.examples.filter { !$0.contains("student") && !$0.contains("teacher=") }.map {
          (declaration.name, declaration.returns ?? "", $0)
        }
      }
    }
  }

  @Test func everyExampleMakesWhatItsDeclarationPromises() throws {
    #expect(Self.examples.count >= 25)
    for (declaration, kind, code) in Self.examples {
      let parts = code.split(separator: " = ", maxSplits: 1)
      let value = try ScriptReader(String(parts.last ?? "")).value()
      #expect(value.kind == kind, "\(declaration): \(code)")
    }
  }

  /// What it makes writes itself as code that makes the same again.
  @Test func everyExampleIsWrittenBack() throws {
    for (declaration, _, code) in Self.examples {
      let parts = code.split(separator: " = ", maxSplits: 1)
      guard case .object(let object) = try ScriptReader(String(parts.last ?? "")).value() else {
        Issue.record("\(declaration): \(code) makes no object")
        continue
      }
      if let model = object as? Model {
        let again = try Model.read(try ScriptReader(model.script).value())
        #expect(again.script == model.script && again.parameterCount == model.parameterCount)
      } else {
        let again = try ScriptReader(object.line).value()
        #expect(again.line() == object.line, "\(declaration): \(code)")
      }
    }
  }
}
