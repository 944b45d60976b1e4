"""A GAN of pictures that are no digits: of drawn shapes, and as a start for pictures of one's own.

`replace(shapes_dcgan, name="my pictures", data=Folder("my pictures"))` is one for these.
"""

from dataclasses import replace

from gan_lessons.distributions.shapes import Shapes
from gan_lessons.losses.penalties import R1
from gan_lessons.models.dcgan import DCGAN
from gan_lessons.recipes.digits import lean_dcgan

shapes_dcgan = replace(
    lean_dcgan,
    name="DCGAN of shapes",
    source="ours: the lean DCGAN at half of its channels and batch, with a choice in its noise and R1, for colours",
    data=Shapes(),
    generator=DCGAN(16, categories=32),
    discriminator=DCGAN(16),
    batch=32,
    penalties=(R1(0.1),),
    steps=2_000,
)

BY_NAME = {recipe.name: recipe for recipe in (shapes_dcgan,)}
