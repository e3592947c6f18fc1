import Catalog
import Images
import Models
import Plots
import Tensors

enum Classify {
  static let declaration: Declaration = .command(
    "classify", "Shows photographs with the classes that a model takes them for.",
    details: """
      JPEG and PNG files, folders of them, patterns (`\"pets/*.jpg\"`), samples of a data set. Each is \
      turned upright, resized, cut and normalised as `model.preprocessing` says. The names are those \
      of `model.labels`; `labels=\"imagenet\"` gives ImageNet's thousand, a file one a line.
      """,
    Argument("model", "The model.") as Argument<Model>,
    Argument("pictures", "File names, folders, patterns or samples.")
      as Argument<Rest<Photographs>>,
    Argument("top", "How many classes of each are shown.", default: 5) {
      $0 < 1 ? "must be at least 1" : nil
    },
    Argument("labels", "Names of the classes; none: the model's own.", default: ClassNames?.none),
    Argument(
      "folded", "Whether batch norms are folded into convolutions, which is faster.",
      default: true),
    examples: [
      "save data.test[0], \"three.png\"; classify student, \"three.png\", top=3",
      "classify student, data.test[0], data.test[1]",
    ],
    keywords: ["photograph", "picture", "image", "jpeg", "png", "top-5", "recognise"]
  ) { session, model, given, top, labels, folded in
    let items = given.items.flatMap(\.items)
    guard !items.isEmpty else {
      throw Failure(
        .argument, "classify needs pictures", advice: "classify teacher, \"photo.jpg\"")
    }
    try model.require(.classification, for: "classify")
    let names = try labels?.names(count: model.classes) ?? model.labels
    let name = session.variable(holding: model) ?? model.name
    var result = Classification(model: name, items: [], notes: model.doubts(name))
    let batch = 16
    for low in stride(from: 0, to: items.count, by: batch) {
      try session.check()
      let part = items[low..<min(items.count, low + batch)]
      let (images, rasters) = try model.prepared(part)
      let logits = try session.logits(of: model, images, folded: folded).values
      for (index, item) in part.enumerated() {
        let shares = probabilities(logits[index * model.classes..<(index + 1) * model.classes])
        result.items.append(
          Classification.Item(
            name: item.name, picture: items.count > 64 ? nil : rasters[index].drawable,
            ranks: largest(min(top, model.classes), of: shares).map {
              ($0, firstName(names.indices.contains($0) ? names[$0] : String($0)), shares[$0])
            }))
      }
    }
    return result
  }
}

extension Model {
  /// What a person should know before believing it.
  ///
  /// - Parameter name: What the person calls it.
  func doubts(_ name: String) -> [String] {
    past.isEmpty
      ? ["\(name)'s weights are as they were drawn: it has been neither trained nor loaded"] : []
  }
}
