import Catalog
import Checkpoints
import Datasets
import Images
import Models
import Plots
import Training

/// What can be saved to a file.
enum Savable: ArgumentType {
  case model(Model)
  case run(Run)
  case plot(Plot)
  case data(Dataset)
  case sample(Sample)

  static var expected: String { "a model, a run, a plot, a data set or a sample" }
  static var valueKind: String? { "model" }

  static func read(_ value: Value) throws -> Savable {
    switch value {
    case .object(let model as Model): return .model(model)
    case .object(let run as Run): return .run(run)
    case .object(let plot as Plot): return .plot(plot)
    case .object(let data as Dataset): return .data(data)
    case .object(let sample as Sample): return .sample(sample)
    case .object(let result):
      // A confusion matrix, a sheet of samples: what was drawn of it.
      guard case .object(let plot as Plot)? = try? result.member("plot") else { throw Mismatch() }
      return .plot(plot)
    default: throw Mismatch()
    }
  }
}

enum Save {
  static let declaration: Declaration = .command(
    "save", "Writes a model's weights, a whole run, a plot, data or a picture to a file.",
    details: """
      Weights go to safetensors in PyTorch's names and layout. A run is the same kind of file with \
      everything in it that it needs to go on to the bit. A plot, or what a result has drawn \
      (`save confusion(student), "confusion.svg"`), is written as SVG or PNG by the name's end; an \
      SVG follows the page it stands on, `dark=true` makes a PNG for dark pages. A data set is \
      written as the arrays that `arrays` and other frameworks read, a sample as a PNG picture. \
      The file is complete or not there at all: it is written aside, synced and renamed.
      """,
    Argument("what", "A model, a run, a plot, a data set or a sample.") as Argument<Savable>,
    Argument("path", "Where to: .safetensors, .athanor, .svg, .png.") as Argument<String>,
    Argument("dark", "Whether a plot's PNG is for a dark page.", default: false),
    Argument("scale", "Pixels of a plot's PNG for each of the drawing's.", default: 2.0) {
      $0 >= 0.1 && $0 <= 10 ? nil : "must be in 0.1 .. 10"
    },
    examples: [
      "save student, \"student.safetensors\"", "save run, \"run.athanor\"",
      "step 3; p = plot(run.loss); save p, \"loss.png\"; save p, \"loss.svg\"",
      "c = confusion(student, on=data.test); save c, \"confusion.svg\"",
    ],
    keywords: ["write", "checkpoint", "safetensors", "export"]
  ) { session, what, path, dark, scale in
    switch what {
    case .data(let data): try data.writeArrays(path)
    case .sample(let sample):
      guard let raster = sample.image.raster else {
        throw Failure(.value, "\(sample.place) is no picture of one or three channels in 0 … 1")
      }
      try AtomicFile.write(path, bytes: PNG.encoded(raster))
    case .model(let model): try model.checkpoint().writeSafetensors(path)
    case .run(let run): try run.checkpoint().writeSafetensors(path)
    case .plot(let plot) where path.lowercased().hasSuffix(".png"):
      try AtomicFile.write(path, bytes: plot.picture(scale: scale, isDark: dark).png)
    case .plot(let plot):
      guard
        let picture = plot.display(session.style).forms.first(where: {
          $0.mediaType == "image/svg+xml"
        })
      else { throw Failure(.value, "the plot has nothing to draw") }
      try AtomicFile.write(path, bytes: Array(picture.content.utf8))
    }
    return Value.none
  }
}
