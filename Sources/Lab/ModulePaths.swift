import Catalog
import Language
import Layers
import Models
import Training

extension Session {
  /// Paths of modules that an argument could name: those of the current run's networks first, then
  /// those of the variables' models.
  func modulePaths(for argument: ArgumentInfo) -> [Candidate] {
    guard argument.expected.contains("module path") || argument.name == "layer" else { return [] }
    var models: [(name: String, model: Model)] = []
    func add(_ name: String, _ model: Model) {
      if !models.contains(where: { $0.model === model }) { models.append((name, model)) }
    }
    if let run = currentRun {
      add("the run's student", run.student)
      if let teacher = run.teacher { add("the run's teacher", teacher) }
    }
    for (name, value) in evaluator.variables {
      if case .object(let model as Model) = value { add(name, model) }
    }
    var order: [String] = []
    var notes: [String: [String]] = [:]
    for (name, model) in models {
      let roles = model.roles
      for (path, module) in model.network.modules where !path.isEmpty {
        if notes[path] == nil { order.append(path) }
        let kind = roles[path] ?? "\(type(of: module))"
        notes[path, default: []].append("\(kind) of \(name)")
      }
    }
    return order.map { path in
      Candidate(path, type: "module", summary: (notes[path] ?? []).joined(separator: ", "))
    }
  }
}
