import Datasets
import Losses
import Models
import Optimizers

/// What a person may change between two steps, as a value: the objects of the moment, and the
/// optimizer's rule as it is set.
struct RunSettings {
  var teacher: Model?
  var goal: Goal
  var optimizer: Optimizer
  var schedule: Schedule
  var augmentation: Augmentation
  var cursor: DataCursor
  var epochs: Int
  var clipping: Clipping?
  var averaging: Averaging
  /// With `cache(top=…)` the bits of a step depend on it.
  var caching: Caching?
  /// As the last step had them.
  var circumstances: Circumstances
}

extension Run {
  var settings: RunSettings {
    get {
      RunSettings(
        teacher: teacher, goal: goal, optimizer: optimizer, schedule: schedule,
        augmentation: augmentation, cursor: cursor, epochs: epochs, clipping: clipping,
        averaging: averaging, caching: caching, circumstances: circumstances)
    }
    set {
      teacher = newValue.teacher
      goal = newValue.goal
      optimizer = newValue.optimizer
      schedule = newValue.schedule
      augmentation = newValue.augmentation
      cursor = newValue.cursor
      epochs = newValue.epochs
      clipping = newValue.clipping
      averaging = newValue.averaging
      caching = newValue.caching
      circumstances = newValue.circumstances
      epochOrder = nil
      unbind()
    }
  }
}
