"""GANs of digits that break down, each by name and within some 200 steps, and what to look for.

Each was broken after 300 steps for seeds 1 and 2: scores below 1.6, where the lean DCGAN had 4.7 and 4.6. Not all that
is said to break a GAN does: five steps of D for each of G only slowed the non-saturating loss down (seed 0).
"""

from dataclasses import replace

from gan_lessons.losses import objectives as losses
from gan_lessons.recipes.digits import lean_dcgan
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.optim import Adam
from gan_lessons.trainers.schedules import InTurn

STEPS = 300

overpowered_d = replace(
    lean_dcgan,
    name="overpowered D",
    source="ours: the lean DCGAN with the minimax loss, ten times its learning rate for D and a tenth for G",
    d_optimizer=Adam(1e-2, betas=(0.5, 0.99)),
    g_optimizer=Adam(2e-4, betas=(0.5, 0.99), ema=0.99),
    objective=losses.minimax,
    steps=STEPS,
)

overpowered_g = replace(
    lean_dcgan,
    name="overpowered G",
    source="ours: the lean DCGAN with five steps of G for each of D, and a tenth of the learning rate for D",
    d_optimizer=Adam(1e-4, betas=(0.5, 0.99)),
    g_optimizer=Adam(2e-3, betas=(0.5, 0.99), ema=0.99),
    schedule=InTurn(1, 5),
    steps=STEPS,
)

trash_images = replace(
    lean_dcgan,
    name="trash images",
    source="ours: the lean DCGAN with ten times its learning rates, and Adam's usual beta1 of .9 for its .5",
    d_optimizer=Adam(1e-2, betas=(0.9, 0.999)),
    g_optimizer=Adam(2e-2, betas=(0.9, 0.999), ema=0.99),
    steps=STEPS,
)

LOOK_FOR = {
    overpowered_d: "D learns ten times as fast as usual and G a tenth as fast, with the minimax loss. Look for D on "
    "real at 1 and on generated at 0: D is never wrong, so its slope tells G nothing, and the pictures stay noise.",
    overpowered_g: "G learns five times as often as D, and D a tenth as fast as usual. Look for one and the same blot "
    "in all 64 pictures, while D takes it to be as real as digits, or more so: it cannot tell, though you can.",
    trash_images: "Both learn ten times as fast as usual, with a momentum of .9. Look for stripes, blots or blank "
    "paper instead of digits, and for D's two lines, which part and do not meet again.",
}
BY_NAME: dict[str, Recipe] = {recipe.name: recipe for recipe in LOOK_FOR}
LETTERS = dict(zip(BY_NAME, "ABC", strict=True))  # what a lab calls them, for a name would tell what is to be found out
