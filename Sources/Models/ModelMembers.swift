public import Catalog
import Images

extension Model {
  public var memberNames: [String] {
    [
      "name", "task", "classes", "channels", "size", "seed", "parameters", "labels",
      "preprocessing", "script",
    ]
  }

  public func member(_ name: String) -> Value? {
    switch name {
    case "name": .string(self.name)
    case "task": .string(task.rawValue)
    case "classes": .number(Double(classes))
    case "channels": .number(Double(channels))
    case "size": .number(Double(size))
    case "seed": .number(Double(seed))
    case "parameters": .number(Double(parameterCount))
    case "labels": labels.isEmpty ? Value.none : labels.value
    case "preprocessing": .object(preprocessing)
    case "script": .string(script)
    default: nil
    }
  }

  /// Changes what the classes are called, or what is done to photographs.
  public func setMember(_ name: String, to value: Value) throws -> Bool {
    switch name {
    case "labels":
      let names = try ClassNames.from(value)
      labels = try names.names(count: classes)
      past.append(ChangePast("labels = \(names.literal)"))
    case "preprocessing":
      guard case .object(let object as Preprocessing) = value else {
        throw Failure(
          .type, "model.preprocessing needs a preprocessing, got \(value.line(quoted: true))",
          advice: "preprocess(size=224, crop=0.875) makes one")
      }
      guard object.normalisation.mean.count == channels else {
        throw Failure(
          .shape,
          "\(self.name) takes \(channels) channels, the preprocessing has "
            + "\(object.normalisation.mean.count) means")
      }
      preprocessing = object
      normalisation = object.normalisation
      past.append(ChangePast(object))
    default: return false
    }
    return true
  }
}
