public import Catalog
import Conversation
import Datasets
import Foundation
import Images
import Language
import Losses
import Models
import ONNX
import Optimizers
import Records
import Training

/// Everything that acts on a session. A new command is one file and one line here.
let commandRegistry: Registry = Registry(
  "Commands",
  [
    Train.declaration, Train.distillation, TAKD.declaration, USI.declaration,
    Structured.declaration, Sweep.declaration,
    Step.declaration, Fit.declaration,
    Evaluate.declaration, PerClass.declaration, ConfusionMap.declaration,
    CalibrationReport.declaration, Disagreements.declaration, Hardest.declaration,
    LabelErrors.declaration, Probe.declaration, WhatIf.declaration, RateFinder.declaration,
    SchedulePreview.declaration, Control.declaration, Compare.declaration, Plotting.declaration,
    ScatterChart.declaration, BarChart.declaration, HeatMapChart.declaration,
    HistogramChart.declaration, RunsListing.declaration, OpenRun.declaration,
    TagRun.declaration, NoteRun.declaration, ArchiveRun.declaration, DeleteRun.declaration,
    KeepRun.declaration,
    Summary.declaration, Features.declaration, Script.declaration, Save.declaration,
    Load.declaration,
    Pretrained.declaration, Export.declaration,
    Status.declaration, Wait.declaration, Stop.declaration,
    Rewind.declaration, Undo.declaration, Fork.declaration, RunHistory.declaration,
    Clone.declaration, Show.declaration, Inspect.declaration, Help.declaration, Listing.declaration,
    Preprocessing.declaration, Classify.declaration, Predict.declaration, Audit.declaration,
    Overlay.declaration, Gains.declaration,
  ] + SessionCalls.declarations + LayerLooks.declarations + Replaying.declarations
    + Talking.declarations)

extension Session {
  /// All that can be typed.
  public static let library: Library = Library([
    commandRegistry, modelRegistry, onnxRegistry, lossRegistry, optimizerRegistry, scheduleRegistry,
    clippingRegistry, dataRegistry, augmentationRegistry, cacheRegistry, baseCalls,
  ])

  /// What makes values and does nothing else: what a file may call.
  static let makers: Library = Library([
    modelRegistry, onnxRegistry, lossRegistry, optimizerRegistry, scheduleRegistry,
    clippingRegistry, dataRegistry, augmentationRegistry, cacheRegistry,
  ])
}
