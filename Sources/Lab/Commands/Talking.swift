import Catalog
import Conversation

/// Commands that show or ask something.
enum Talking {
  static let input: Declaration = .command(
    "input", "Asks the person for a line of text.",
    Argument("prompt", "What is shown before the answer.", default: ""),
    examples: ["help input"], keywords: ["ask", "question", "stdin"]
  ) { session, prompt in try session.listener.ask(prompt, secret: false) }

  static let password: Declaration = .command(
    "password", "Asks for a line of text that is not shown.",
    Argument("prompt", "What is shown before the answer.", default: "password: "),
    examples: ["help password"], keywords: ["ask", "secret"]
  ) { session, prompt in try session.listener.ask(prompt, secret: true) }

  static let markdown: Declaration = .command(
    "markdown", "Shows text with Markdown's marks; a notebook draws it.",
    Argument("text", "The text.") as Argument<String>, examples: ["markdown \"**done**\""],
    keywords: ["text", "display", "format"]
  ) { session, text in
    session.emit(.display(Display(text, forms: [.init("text/markdown", text)]), id: nil))
    return Value.none
  }

  static let html: Declaration = .command(
    "html", "Shows HTML in a notebook, the source elsewhere.",
    Argument("text", "The source.") as Argument<String>, examples: ["html \"<b>done</b>\""],
    keywords: ["display", "web"]
  ) { session, text in
    session.emit(.display(Display(text, forms: [.init("text/html", text)]), id: nil))
    return Value.none
  }

  static let clear: Declaration = .command(
    "clear", "Clears what this input has shown, or the screen.",
    Argument("wait", "Whether to wait until something new is shown.", default: false),
    examples: ["clear"], keywords: ["screen", "output"]
  ) { session, wait in
    session.emit(.clear(wait: wait))
    return Value.none
  }

  static let declarations = [input, password, markdown, html, clear]
}
