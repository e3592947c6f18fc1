import Testing

/// What the command `features` shows.
@Suite struct FeatureTests {
  @Test func placesOfOneModel() {
    let text = Sitting().run("features mlp(hidden=[16, 8], size=8)")
    #expect(text.contains("hidden.0") && text.contains("stage 1, before activation"))
    #expect(text.contains("stage 2; pooled"))
    #expect(Sitting().run("features lenet(), size=8").contains("act2"))
  }

  @Test func pairsAdaptersAndSimilarity() {
    let sitting = Sitting()
    sitting.run("data = digits()")
    sitting.run("s = resnet8(channels=1); t = deit_tiny(img_size=8, patch_size=2, channels=1)")
    let text = sitting.run("features s, t, on=data.test, samples=12, size=8")
    #expect(text.contains("layer2.0.preact") && text.contains("4×4×32"))
    #expect(text.contains("linear CKA on 12 samples of digits.test"))
    #expect(text.contains("16 → 192") && text.contains("mean 8×8 → 4×4"))
    #expect(text.contains("17×192"))
    let alone = sitting.run("features s, t")
    #expect(!alone.contains("linear CKA") && alone.contains("on=data adds"))
  }

  /// A network is like itself: the diagonal is 1.
  @Test func networkIsLikeItself() {
    let sitting = Sitting()
    sitting.run("m = mlp(hidden=[16, 8], size=8)")
    let text = sitting.run("features m, clone(m), on=digits().test, samples=64")
    #expect(text.contains("1.00"))
  }

  @Test func mistakesAreSaid() {
    let sitting = Sitting()
    sitting.run(Sitting.prelude)
    #expect(sitting.failure("features student, teacher, samples=2") != nil)
    let text = sitting.run(
      "distill(student, teacher, data, ce() + fitnet(on=\"layr\"), batch=256, epochs=1); step")
    #expect(text.contains("has no module 'layr'"))
  }
}
