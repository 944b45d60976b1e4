"""GAN lessons: toy GANs that train hundreds of runs at once, and the labs that show them.

`import gan_lessons as gl` is all that a lesson needs: `gl.recipes.steady`, `gl.metrics.share`, `gl.labs.Lab`.
Folders and names are loaded when first asked for, so the import itself loads neither torch nor matplotlib nor widgets.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - said here, for an old Python cannot read the other files
    here = ".".join(map(str, sys.version_info[:2])) + " (" + sys.executable + ")"
    told = "The lessons need Python 3.11 or newer, and this is " + here + ". Make an environment with a newer one."
    raise (SystemExit if sys.argv[:1] == ["-m"] else ImportError)(told)  # a command says the sentence alone

from gan_lessons._core.lazy import offer

__version__ = "0.1.0"

_FOLDERS = "distributions models losses trainers recipes sweeps metrics theory plots animation"
_FOLDERS += " shipped labs exercises tools slides literature"
OFFERED = dict.fromkeys(_FOLDERS.split(), "")
__getattr__, __dir__ = offer(__name__, OFFERED)

if os.environ.get("GAN_LESSONS_PAGES"):  # a page without a kernel is made of what cells show
    __getattr__("labs").without_kernel.take_over()
