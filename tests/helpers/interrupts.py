"""Ctrl-C where a test wants it."""

import sys

# what hands modes back, and so must be as safe as our own code: torch's, and Python's contexts
_OTHERS = ("torch/autograd/grad_mode.py", "torch/nn/utils/stateless.py", "functional_call.py", "/contextlib.py")


class Interrupt:
    """As a person's Ctrl-C: KeyboardInterrupt at the k-th bytecode of gan_lessons' own code, this once.

    lines: count lines in the place of bytecodes, and those of torch's and Python's contexts with them. seen: where it
    came."""

    def __init__(self, k, lines=False):
        self.k, self.count, self.seen = k, 0, ""
        self.event, self.others = ("line", _OTHERS) if lines else ("opcode", ())

    def __call__(self, frame, event, argument):
        file = frame.f_code.co_filename
        if "/gan_lessons/" not in file and not file.endswith(self.others):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = self.event == "opcode", self.event == "line"
        return self.inside

    def inside(self, frame, event, argument):
        if event == self.event:
            self.count += 1
            if self.count == self.k:
                self.seen = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                raise KeyboardInterrupt
        return self.inside

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self)
        return self

    def __exit__(self, *_):
        sys.settrace(self.before)
