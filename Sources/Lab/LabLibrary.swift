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

/// Everything that acts on a session, by task. A new command is one file and one line here.
let commandRegistry: Registry = Registry(
  "Commands",
  sections: [
    Registry.Section(
      "Prepare", summary: "What is learnt from, and how it is shown to a network.",
      with: ["Data", "Augmentation", "Caches"],
      [Show.declaration, Preprocessing.declaration]),
    Registry.Section(
      "Build", summary: "Networks, made anew, with published weights, from a file or as a copy.",
      with: ["Models", "Imported networks"],
      [Pretrained.declaration, Clone.declaration, Summary.declaration, Features.declaration]),
    Registry.Section(
      "Teach", summary: "Who learns what from whom, by which loss and optimizer.",
      with: ["Losses", "Optimizers", "Schedules", "Clipping"],
      [
        Train.declaration, Train.distillation, TAKD.declaration, USI.declaration,
        Structured.declaration, Sweep.declaration, SchedulePreview.declaration,
        RateFinder.declaration,
      ]),
    Registry.Section(
      "Step", summary: "A run goes on by a step, an epoch, to its end, or beside the conversation.",
      [Step.declaration, Fit.declaration, Status.declaration, Wait.declaration, Stop.declaration]),
    Registry.Section(
      "Look inside", summary: "What each part of the goal does, what the layers give and get.",
      [Probe.declaration, WhatIf.declaration]
        + LayerLooks.declarations + [Inspect.declaration]),
    Registry.Section(
      "Turn back", summary: "Earlier steps again, another way on from there, what has been done.",
      [Rewind.declaration, Undo.declaration, Fork.declaration, RunHistory.declaration]),
    Registry.Section(
      "Judge", summary: "How good a network is, where it fails, and on which pictures.",
      [
        Evaluate.declaration, PerClass.declaration, ConfusionMap.declaration,
        CalibrationReport.declaration, Hardest.declaration, LabelErrors.declaration,
        Audit.declaration, Classify.declaration, Predict.declaration, Overlay.declaration,
      ]),
    Registry.Section(
      "Compare", summary: "Runs side by side, a run without its teacher, pupil against teacher.",
      [Compare.declaration, Control.declaration, Disagreements.declaration, Gains.declaration]),
    Registry.Section(
      "Plot", summary: "Curves, points, bars and cells, as pictures that are values.",
      [
        Plotting.declaration, ScatterChart.declaration, BarChart.declaration,
        HeatMapChart.declaration, HistogramChart.declaration,
      ]),
    Registry.Section(
      "Records", summary: "Every run of this and earlier sessions, to be found and gone on with.",
      [
        RunsListing.declaration, OpenRun.declaration, KeepRun.declaration, TagRun.declaration,
        NoteRun.declaration, ArchiveRun.declaration, DeleteRun.declaration,
      ]),
    Registry.Section(
      "Files", summary: "Weights, runs, plots, tables and scripts, written and read.",
      [
        Save.declaration, Load.declaration, Export.declaration, Script.declaration,
        Replaying.replay,
      ]),
    Registry.Section(
      "Session", summary: "What there is, how it works, how it talks, and plain calculation.",
      with: ["Base"],
      [Help.declaration, Listing.declaration, EditInput.declaration]
        + SessionCalls.declarations + [Replaying.timed] + Talking.declarations),
  ])

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
    Registry("Pictures", [Preprocessing.declaration]),
  ])
}
