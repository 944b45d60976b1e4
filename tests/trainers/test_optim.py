"""SGD, Adam and the decay against torch.optim; updates are pure, differentiable, and may differ from run to run."""

import math

import numpy as np
import pytest
import torch

from gan_lessons.trainers.decays import StepDecay
from gan_lessons.trainers.optim import SGD, Adam, Optimizer

RUNS, WIDTH, STEPS = 3, 5, 50
A = torch.linspace(0.5, 3.0, RUNS * WIDTH, dtype=torch.float64).view(RUNS, WIDTH)

PAIRS = {
    "sgd": (lambda **kw: SGD(0.03, **kw), lambda p, lr=0.03: torch.optim.SGD(p, lr)),
    "momentum": (lambda **kw: SGD(0.03, momentum=0.9, **kw), lambda p, lr=0.03: torch.optim.SGD(p, lr, momentum=0.9)),
    "adam": (lambda **kw: Adam(0.03, **kw), lambda p, lr=0.03: torch.optim.Adam(p, lr)),
    "adam_dcgan": (
        lambda **kw: Adam(0.03, betas=(0.5, 0.9), eps=1e-4, **kw),
        lambda p, lr=0.03: torch.optim.Adam(p, lr, betas=(0.5, 0.9), eps=1e-4),
    ),
}
each = pytest.mark.parametrize("name", PAIRS)


def loss(theta):
    """Curved and not convex; runs do not meet in it."""
    return (torch.cos(3 * theta) * A[: len(theta)] + 0.1 * theta**4).sum()


def start():
    return torch.linspace(-2, 2, RUNS * WIDTH, dtype=torch.float64).view(RUNS, WIDTH)


def trajectory(optimizer, theta, steps=STEPS, gradient=None):
    gradient = gradient or (lambda x: torch.autograd.grad(loss(x.requires_grad_()), x)[0])
    state, row = optimizer.start(theta), []
    for done in range(steps):
        theta, state = optimizer.update(theta.detach(), gradient(theta.detach()), state, done)
        row.append(theta)
    return torch.stack(row)


def torchs(make, theta, scheduler=None, **kw):
    theta = theta.clone().requires_grad_()
    optimizer, row = make([theta], **kw), []
    clock = scheduler(optimizer) if scheduler else None
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss(theta).backward()
        optimizer.step()
        if clock:
            clock.step()
        row.append(theta.detach().clone())
    return torch.stack(row)


@each
def test_is_torchs(name):
    ours, theirs = PAIRS[name]
    torch.testing.assert_close(trajectory(ours(), start()), torchs(theirs, start()), rtol=0, atol=1e-12)


@each
def test_step_decay_is_torchs(name):
    ours, theirs = PAIRS[name]
    decayed = torchs(theirs, start(), lambda o: torch.optim.lr_scheduler.StepLR(o, step_size=7, gamma=0.6))
    found = trajectory(ours(decay=StepDecay(every=7, factor=0.6)), start())
    torch.testing.assert_close(found, decayed, rtol=0, atol=1e-12)
    assert (found[-1] - trajectory(ours(), start())[-1]).abs().max() > 1e-4  # the decay is felt at all


def test_step_decay_by_hand():
    decay = StepDecay(every=150, factor=0.95)
    assert [decay(n) for n in (0, 149, 150, 299, 300, 1199)] == pytest.approx([1, 1, 0.95, 0.95, 0.9025, 0.95**7])


@each
def test_one_rate_a_run_is_each_run_alone(name):
    rates = (0.001, 0.03, 0.1)
    kind = type(PAIRS[name][0]())
    fields = {k: v for k, v in vars(PAIRS[name][0](decay=StepDecay(20, 0.5))).items() if k != "lr"}
    gradient = lambda x: -3 * A[:1].expand_as(x) * torch.sin(3 * x) + 0.4 * x**3  # noqa: E731
    together = trajectory(kind(lr=rates, **fields), start(), gradient=gradient)
    for run, rate in enumerate(rates):
        alone = trajectory(kind(lr=rate, **fields), start()[run : run + 1], gradient=gradient)
        torch.testing.assert_close(together[:, run], alone[:, 0], rtol=0, atol=1e-12)


@each
def test_any_shape_with_runs_first(name):
    ours = PAIRS[name][0]()
    wide = trajectory(
        type(ours)(**{**vars(ours), "lr": (0.01, 0.02, 0.03)}), start().view(RUNS, 1, WIDTH), gradient=torch.sin
    )
    flat = trajectory(type(ours)(**{**vars(ours), "lr": (0.01, 0.02, 0.03)}), start(), gradient=torch.sin)
    assert torch.equal(wide.view_as(flat), flat)


@each
def test_a_rate_of_0_holds_a_run_still(name):
    ours = PAIRS[name][0]()
    still = trajectory(type(ours)(**{**vars(ours), "lr": (0.0, 0.03, 0.0)}), start())[-1]
    assert torch.equal(still[[0, 2]], start()[[0, 2]])
    assert not torch.isclose(still[1], start()[1]).any()


@each
def test_an_update_changes_nothing_in_place(name):
    ours, theta, grad = PAIRS[name][0](), start(), torch.sin(start())
    state = ours.update(theta, grad, ours.start(theta), 0)[1]
    inputs = (theta, grad, *state)
    before = [tensor.clone() for tensor in inputs]
    first = ours.update(theta, grad, state, 1)
    second = ours.update(theta, grad, state, 1)
    for tensor, copy in zip(inputs, before, strict=True):
        assert torch.equal(tensor, copy)
    assert torch.equal(first[0], second[0])
    assert len(first[1]) == len(state) == ours.slots
    storages = {tensor.data_ptr() for tensor in (theta, *state)}
    assert first[0].data_ptr() not in storages and all(new.data_ptr() not in storages for new in first[1])


@each
def test_an_update_can_be_differentiated_through(name):
    ours = PAIRS[name][0]()

    def after_three(theta):
        state = ours.start(theta)
        for done in range(3):
            (grad,) = torch.autograd.grad(loss(theta), theta, create_graph=True)
            theta, state = ours.update(theta, grad, state, done)
        return theta

    assert torch.autograd.gradcheck(after_three, ((start()[:2] + 0.1).requires_grad_(),))  # off 0, where Adam jumps


@each
def test_a_run_that_is_not_finite_leaves_the_others_alone(name):
    ours, poisoned = PAIRS[name][0](), start()
    poisoned[1] = torch.nan
    found, clean = trajectory(ours, poisoned), trajectory(ours, start())
    assert found[:, 1].isnan().all()
    assert torch.equal(found[:, [0, 2]], clean[:, [0, 2]])


def test_settings_are_frozen_hashable_and_told_apart():
    kinds = [SGD(0.1), SGD(0.1, momentum=0.5), SGD((0.1, 0.2)), SGD(0.1, decay=StepDecay(10, 0.5))]
    kinds += [Adam(0.1), Adam(0.1, betas=(0.5, 0.9)), Adam(0.1, eps=1e-4)]
    assert len(set(kinds)) == len({repr(kind) for kind in kinds}) == len(kinds)
    with pytest.raises(AttributeError):
        kinds[0].lr = 3
    assert repr(SGD(np.float32(0.5), momentum=np.float64(0.5))) == repr(SGD(0.5, momentum=0.5))
    assert repr(Adam(1, betas=[0, np.float64(0.5)], eps=np.float64(1))) == repr(Adam(1.0, betas=(0.0, 0.5), eps=1.0))
    assert repr(StepDecay(np.int64(3), 1)) == repr(StepDecay(3, 1.0))


BAD_RATES = [math.nan, math.inf, -0.1, "0.1", None, True, (), (0.1, -0.1), (0.1, math.nan), [[0.1]]]


# One rule refuses them all: it is tested with each value, and each further kind once for being under it.
@pytest.mark.parametrize(("kind", "lr"), [(Optimizer, lr) for lr in BAD_RATES] + [(SGD, -0.1), (Adam, -0.1)])
def test_rates_that_make_no_sense_are_refused(kind, lr):
    with pytest.raises(ValueError) as refusal:
        kind(lr=lr)
    assert str(refusal.value).startswith("lr must be ") and str(refusal.value).endswith(f"not {lr!r}")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SGD(momentum=-0.1), "momentum must be a finite number from 0 to 1, not -0.1"),
        (lambda: SGD(momentum=1.1), "momentum must be a finite number from 0 to 1, not 1.1"),
        (lambda: SGD(momentum=math.nan), "momentum must be .* not nan"),
        (lambda: SGD(decay=0.95), "decay must be None or a function .* not 0.95"),
        (lambda: Adam(betas=(0.9, 1.0)), "betas must be .* not 1.0"),
        (lambda: Adam(betas=(-0.1, 0.9)), "betas must be .* not -0.1"),
        (lambda: Adam(betas=0.9), "betas must be two numbers .* not 0.9"),
        (lambda: Adam(betas=(0.9,)), r"betas must be two numbers .* not \(0.9,\)"),
        (lambda: Adam(eps=-1e-8), "eps must be .* not -1e-08"),
        (lambda: StepDecay(0, 0.5), "every must be a whole number of at least 1, not 0"),
        (lambda: StepDecay(1.5, 0.5), "every must be a whole number of at least 1, not 1.5"),
        (lambda: StepDecay(10, 1.5), "factor must be a finite number from 0 to 1, not 1.5"),
        (lambda: StepDecay(10, math.nan), "factor must be .* not nan"),
        (
            lambda: SGD((0.1, 0.2)).rate(start(), 0),
            r"lr must be one number, or one for each of the 3 runs, not \(0.1, 0.2\)",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
