import Testing

/// `set`, and from when on it counts.
@Suite("Settings")
struct SettingTests {
  @Test("a setting counts from the next statement on, in a script as at the prompt")
  func exactInAScript() {
    let start = """
      data = digits()
      run = train(resnet20(classes=10, channels=1), data, batch=32, epochs=1)
      """
    let steps = "step 3\nrun.loss.values"
    func losses(_ inputs: [String]) -> Substring? {
      let sitting = Sitting()
      var shown = ""
      for input in inputs { shown = sitting.run(input) }
      return shown.split(separator: "\n").last
    }
    let script = losses([start + "\nset exact=true\n" + steps])
    #expect(script == losses([start, "set exact=true", steps]))
    #expect(script != losses([start, steps]))
    #expect(
      script == losses([start + "\nset exact=true; set exact=false; set exact=true\n" + steps]))
  }
}
