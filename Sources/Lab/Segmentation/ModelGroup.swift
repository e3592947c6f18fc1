import Catalog
import Datasets
import Models
import Training

/// A model, a run's student, or several of one kind: runs of one plan under other seeds.
struct ModelGroup: ArgumentType {
  struct Member {
    var model: Model
    var run: Run?
  }

  var members: [Member]

  static var expected: String { "a model, a run or a list of them" }
  static var valueKind: String? { "model" }

  static func read(_ value: Value) throws -> ModelGroup {
    switch value {
    case .object(let model as Model): return ModelGroup(members: [Member(model: model)])
    case .object(let run as Run):
      return ModelGroup(members: [Member(model: run.student, run: run)])
    case .list(let items) where !items.isEmpty:
      return ModelGroup(members: try items.flatMap { try read($0).members })
    default: throw Mismatch()
    }
  }

  /// What the first member's run learns from.
  var data: DataPart? {
    members.first?.run.map { DataPart(data: $0.data, split: $0.data.test) }
  }

  /// What tables call it: a variable's name, else the model's.
  func name(in session: Session) -> String {
    guard let first = members.first else { return "" }
    if let run = first.run, members.count == 1 { return session.name(of: run) }
    let variable = members.count == 1 ? session.variable(holding: first.model) : nil
    return variable ?? first.model.name
  }
}
