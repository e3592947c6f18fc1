import Catalog
import Layers
import Losses
import Models
import Tensors
import TestSupport
import Testing

/// Mutual learning: what each of two networks sees of the other.
@Suite struct MutualTests {
  private func trial() throws -> (loss: any CompanionLoss, input: LossInput, peer: Model) {
    let peer = try smallNetwork(seed: 3)
    let goal = try make("dml", values: ["peer": .object(peer)])
    let loss = try #require(goal.terms[0].loss as? any CompanionLoss)
    let batch = try SampleBatch()
    var input = batch.input()
    input.teacherLogits = nil
    input.images = try Formula.tensor("images", [8, 4, 4, 1], scale: 2)
    input.companion = peer.network
    input.context = Context(isTraining: true, isRecording: true)
    return (loss, input, peer)
  }

  @Test func eachLearnsFromTheOther() throws {
    let (loss, input, peer) = try trial()
    let logits = try peer(try #require(input.images), .evaluation)
    let toPeer = try softenedDivergence(student: input.logits, teacher: logits).mean()
    #expect(
      disagreement(Double(try loss.value(input).scalar), Double(toPeer.scalar), relative: 1e-6)
        == nil)
    let outcome = try loss.companionLoss(input, round: 0)
    let toStudent = try softenedDivergence(student: logits, teacher: input.logits).mean()
    let labels = try crossEntropy(logits, input.labels)
    #expect(
      disagreement(
        Double(outcome.loss.scalar), Double(labels.scalar) + Double(toStudent.scalar),
        relative: 1e-6) == nil)
    #expect(outcome.figures.map(\.name) == ["ce", "kl"])
  }

  /// The student's gradient stops at the peer, the peer's at the student.
  @Test func gradientsStayAtHome() throws {
    var (loss, input, peer) = try trial()
    let variable = input.logits.variable()
    input.logits = variable
    let parameters = peer.network.parameters.map(\.parameter.tracked)
    let own = try gradients(
      of: try loss.value(input), withRespectTo: [variable] + parameters)
    #expect(own[0].values.contains { $0 != 0 })
    #expect(own.dropFirst().allSatisfy { $0.values.allSatisfy { $0 == 0 } })
    let others = try gradients(
      of: try loss.companionLoss(input, round: 0).loss, withRespectTo: [variable] + parameters)
    #expect(others[0].values.allSatisfy { $0 == 0 })
    #expect(others[1].values.contains { $0 != 0 })
  }

  @Test func peerOfOtherClassesIsRefused() throws {
    let (loss, _, _) = try trial()
    let shapes = LossShapes(features: [], logits: [8, 12], samples: 20)
    let error = #expect(throws: ShapeError.self) { try loss.companion(for: shapes) }
    #expect(error?.message.contains("10 classes") == true)
  }
}
