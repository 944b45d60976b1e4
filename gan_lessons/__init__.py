"""GAN lessons: toy GANs that train hundreds of runs at once, and the labs that show them.

Nothing heavy is imported here: `import gan_lessons` loads neither torch nor matplotlib nor widgets.
Import the module that you need, for example `from gan_lessons import recipes`.
"""

__version__ = "0.1.0"
