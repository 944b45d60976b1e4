"""Training: the loop, its players, who moves when, what it leaves behind."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "trainer": "Trainer",
    "schedules": "InTurn Simultaneous WorseOnly OneByOne",
    "optim": "Optimizer SGD Adam",
    "decays": "StepDecay LinearDecay CosineDecay ExponentialDecay OneCycle",
    "instance_noise": "InstanceNoise",
    "augmentation": "Augmentation",
    "records": "Snapshot History",
    "probes": "DiscriminatorCurve",
    "player": "Player",
    "pretraining": "pretrain_discriminator",
    "distributed": "Together",
    "gradients": "",
    "updates": "Turn",
    "state": "State",
    "checks": "",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
