import Catalog
import Checkpoints
import Conversation
import Language
import Layers
import Models
import Training

enum Load {
  static let declaration: Declaration = .command(
    "load", "Reads weights into a model, or a whole run from a file.",
    details: """
      `load model, \"file\"` fills a model from safetensors, PyTorch's files (.pth, .pt, .bin: \
      nothing in them is run), npz, a run's file, or a folder of Hugging Face. Weights are found \
      under `state_dict`, `model`, `ema`, `module` and the like, and the names of torchvision and \
      efficientnet_pytorch are known. Everything must match unless `strict=false`, and the line \
      shown says what did. `map` changes the file's keys: `\"old->new\"` everywhere in them, \
      `\"^old->new\"` at their beginning. `run = load(\"run.athanor\")` makes the run again as it \
      was saved, and `load 12` or `load run` that which `checkpoint` keeps with the records.
      """,
    Argument(
      "model", "The model to fill; left out, the file is a run.",
      default: Subject<Model>()),
    Argument("path", "The file, the folder, or the number of a run on record.")
      as Argument<WeightsPlace>,
    Argument("strict", "Whether every key must match.", default: true),
    Argument(
      "prefix", "What the keys in the file start with, to be taken off; none: it is found.",
      default: String?.none),
    Argument("map", "Changes of the file's keys.", default: [KeySubstitution]()),
    examples: [
      "load student, \"student.safetensors\"", "run = load(\"run.athanor\")",
      "load student, \"student.safetensors\", map=[\"^backbone.->\"]",
    ],
    keywords: ["read", "weights", "checkpoint", "resume", "restore", "pth", "torch"]
  ) { session, subject, place, strict, prefix, map in
    let path: String
    switch place {
    case .file(let name): path = name
    case .record(let reference):
      guard subject.value == nil else {
        throw Failure(
          .argument, "a run on record is loaded by itself",
          advice: "restored = load(12); restored.student is its model")
      }
      return Value.object(try session.restored(reference))
    }
    let file = try Checkpoint.read(path)
    guard let model = subject.value else {
      let run = try Run.restored(
        from: file, named: path, caches: session.caches, resolve: session.resolve)
      session.adopt(run)
      return Value.object(run)
    }
    session.journal.note(model)
    let isRun = prefix == nil && file["student.\(model.network.state.first?.key ?? "")"] != nil
    let report = try model.load(
      file, from: path, prefix: isRun ? "student." : prefix, strict: strict, map: map)
    var line = report.line
    // A folder says more of its network than its weights do.
    if WeightsFolder.isFolder(path), let published = try Published.beside(path) {
      line = ([line] + (try published.apply(to: model))).joined(separator: "; ")
    }
    model.past.append(LoadedPast(path: path, strict: strict, prefix: prefix, map: map))
    session.write("\(line)\n", toError: false)
    return Value.none
  }
}

extension Session {
  /// The value of an expression from a file, with no variables in sight and nothing recorded.
  ///
  /// The file is hostile until checked: the expression may call what makes values, and nothing
  /// that reads or writes files or runs code, apart from data sets.
  ///
  /// - Parameter variables: Models that the expression speaks of.
  func resolve(
    _ script: String, _ variables: [(name: String, value: Value)] = []
  ) throws -> Value {
    let own = Evaluator(library: Session.makers, context: self)
    for (name, value) in variables { own.set(name, to: value) }
    own.interruption = { [interruption] in try interruption.check() }
    return try own.evaluate(SourceText(script, origin: "<file>"))
  }
}
