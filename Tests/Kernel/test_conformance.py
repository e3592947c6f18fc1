"""The conformance suite of Jupyter kernels, with every one of its attributes set."""

import jupyter_kernel_test


class AthanorTests(jupyter_kernel_test.KernelTests):
    kernel_name = "athanor"
    language_name = "athanor"
    file_extension = ".ath"

    code_hello_world = 'print("hello, world")'
    code_stderr = 'warn("too warm")'

    completion_samples = [
        {"text": "fashion_m", "matches": {"fashion_mnist"}},
        {"text": "data = fashion_m", "matches": {"fashion_mnist"}},
    ]

    complete_code_samples = ["1 + 2", "x = [1, 2]", "for i in 1..3 { print(i) }", "", "# a comment"]
    incomplete_code_samples = ["for i in 1..3 {", "x = [1,", "x = 1 +", 'print("a"', "def f(x) {"]
    invalid_code_samples = ["x = )", "for for in 1..3 {}", "1 ]"]

    code_page_something = "kd?"
    code_generate_error = "nothing_has_this_name"

    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": "1/4", "result": "0.25"},
        {"code": "2 ** 10", "result": "1024"},
        {"code": "[1, 4, 9]", "result": "[1, 4, 9]"},
        {"code": '"as it is"', "result": "as it is"},
        {"code": "x = 5; x", "result": "5"},
    ]
    code_display_data = [
        {"code": 'markdown("*warm*")', "mime": "text/markdown"},
        {"code": 'html("<b>hot</b>")', "mime": "text/html"},
        {"code": 'print("before"); 1; 2', "mime": "text/plain"},
    ]

    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "1?+?2"

    code_inspect_sample = "kd"
    code_clear_output = "clear"


class AthanorWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "athanor"
    support_iopub_welcome = True
