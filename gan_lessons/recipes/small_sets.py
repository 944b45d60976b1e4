"""A GAN that has only 200 digits to learn from, with and without augmentation: the arms that the course compares.

Half of the lean DCGAN, in batches of 32, for 2,000 steps: each digit is seen some 320 times. Nothing else differs.
"""

from dataclasses import replace

from gan_lessons.distributions.images import Handwritten
from gan_lessons.models.dcgan import DCGAN
from gan_lessons.recipes.digits import lean_dcgan
from gan_lessons.trainers.augmentation import Augmentation

FEW, STEPS = 200, 2_000
_PLAIN = replace(
    lean_dcgan,
    name="a DCGAN of few digits",
    source="ours: the lean DCGAN at half its width and half its batch, on 200 digits",
    data=Handwritten(first=FEW),
    generator=DCGAN(16),
    discriminator=DCGAN(16),
    batch=32,
    steps=STEPS,
)
ARMS = {
    "as they are": _PLAIN,
    "augmented": replace(_PLAIN, name="a DCGAN of few digits, augmented", augmentation=Augmentation()),
}
