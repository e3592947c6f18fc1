import Catalog
import Conversation
import Foundation
import Testing

@Suite("Segmentation in a session", .serialized)
struct SegmentationTests {
  /// A small plan on built-in scenes.
  private static let prelude = """
    data = scenes(digits=2, size=16, train=16, test=6)
    student = pspnet_resnet8(classes=3, output_stride=4)
    teacher = pspnet_resnet8(classes=3, seed=1, output_stride=4)
    run = distill(student, teacher, data, ce() + pixelwise(), batch=8, epochs=1)
    """

  private func sitting() -> Sitting {
    let sitting = Sitting()
    #expect(sitting.run(Self.prelude) == "")
    return sitting
  }

  @Test("fit notes the mean IoU, eval shows every class")
  func figures() {
    let sitting = sitting()
    #expect(sitting.run("fit").contains("mIoU"))
    #expect(sitting.run("len(run.test_miou)") == "1\n")
    let text = sitting.run("e = eval(student, on=data.test, teacher=teacher); e")
    for word in ["miou", "accuracy", "agreement", "IoU", "pixels", "ground", "gap", "mean"] {
      #expect(text.contains(word), "\(word)\n\(text)")
    }
    #expect(sitting.run("len(e.iou)") == "3\n")
    #expect(sitting.run("sum([sum(row) for row in e.confusion]) == 6*16*16") == "true\n")
    #expect(sitting.run("e.miou == run.test_miou.last") == "true\n")
    #expect(sitting.run("c = control(run); compare run, c").contains("mIoU"))
  }

  @Test("gains stand beside a control, with deviations over seeds")
  func gains() {
    let sitting = sitting()
    let two = sitting.run("gains student, teacher, on=data.test")
    for word in ["class", "student", "teacher", "gain", "ground", "mean", "points"] {
      #expect(two.contains(word), "\(word)\n\(two)")
    }
    let none = sitting.run("g = gains(student, student, on=data.test); g.gain")
    #expect(none.contains("0") && !none.contains("error"), "\(none)")
    let seeds = sitting.run(
      "gains [student, student.clone(seed=5)], [run, teacher], names=[\"control\", \"taught\"], "
        + "on=data.test")
    #expect(
      seeds.contains("control") && seeds.contains("taught") && seeds.contains("±"), "\(seeds)")
    #expect(seeds.contains("over 2 models"))
    #expect(sitting.failure("gains student, on=digits()") != nil)
  }

  @Test("overlays show image, truth, answers and differences")
  func overlays() {
    let sitting = sitting()
    let text = sitting.run("overlay student, teacher, on=data.test, n=2")
    for word in ["truth", "student", "teacher", "difference", "only student right", "both wrong"] {
      #expect(text.contains(word), "\(word)\n\(text)")
    }
    let alone = sitting.run("overlay run, n=1, start=5")
    #expect(alone.contains("wrong") && !alone.contains("both wrong"), "\(alone)")
    #expect(sitting.run("overlay on=data, n=1").contains("classes"))
    #expect(sitting.failure("overlay student, on=data.test, start=6") != nil)
    #expect(sitting.failure("overlay student, on=digits()") != nil)
    #expect(sitting.run("show data, n=2, augment=random_scale_crop()").contains("classes"))
    #expect(sitting.run("show run").contains("classes"))
  }

  @Test("what masks cannot follow is refused when the run is made")
  func refused() {
    let sitting = sitting()
    let report = sitting.failure(
      "distill(student.clone(), teacher, data, ce() + pixelwise(), augment=flip() + mixup(0.8))")
    #expect(report?.lines.joined().contains("cannot follow") == true)
    #expect(sitting.failure("run.augment = cutout(4)") != nil)
    #expect(sitting.run("run.augment = flip(); step").contains("loss"))
  }
}
