import Catalog
import Models
import ONNX

enum Export {
  static let declaration: Declaration = .command(
    "export", "Writes a model as ONNX, or runs as CSV, JSON or TensorBoard's event files.",
    details: """
      The file takes images [N, C, H, W] as "input" and gives "logits"; N is open. It says in its \
      metadata which call makes the model and how images are normalised, and names classes where \
      the model has names. Weights keep the names and layouts of PyTorch's checkpoints. The file \
      is complete or not there at all. `export run, "run.csv"` writes the figures of a run, or of \
      several as a list, one line a step; .json everything that is on record; a path that ends in \
      `/` is a folder for `tensorboard --logdir`, with a folder for each run.
      """,
    Argument("what", "A model, a run, a number of one on record, or a list of runs.")
      as Argument<Exportable>,
    Argument("path", "Where to: .onnx; .csv, .json, or a folder by `/` at its end.")
      as Argument<String>,
    Argument("opset", "Version of the operators.", default: 17) {
      OnnxExport.opsets.contains($0)
        ? nil : "must be in \(OnnxExport.opsets.lowerBound)..\(OnnxExport.opsets.upperBound)"
    },
    Argument("fold", "Whether batch norms become part of the layers in front.", default: true),
    Argument(
      "normalize", "Whether the graph normalises images itself, and takes them in 0 … 1.",
      default: false),
    Argument(
      "size", "Height and width of the images; none: the model's usual.", default: Int?.none
    ) { (1...8192).contains($0 ?? 1) ? nil : "must be in 1..8192" },
    examples: [
      "export student, \"student.onnx\"", "step 2; export run, \"run.csv\"",
      "step 2; export run, \"logs/\"",
    ],
    keywords: [
      "onnx", "onnxruntime", "deploy", "write", "exchange", "csv", "json", "tensorboard",
    ]
  ) { session, what, path, opset, fold, normalize, size in
    guard case .model(let model) = what else {
      try session.export(what, to: path)
      return Value.none
    }
    var export = OnnxExport()
    export.opset = opset
    export.folds = fold
    export.normalises = normalize
    export.size = size
    try export.write(model, to: path)
    return Value.none
  }
}
