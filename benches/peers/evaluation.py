"""What `elbow eval` measures, in PyTorch: adaptive importance sampling, annealed importance sampling with a pilot run,
and the search for the best q(z|x) of each image. Peers of the set-ups of the same names of `elbow bench`: 20 images,
784-200-200-50, with as many rows through the decoder, gradients and steps as Elbow. `run` measures one.
"""
import math
import time

import torch
from torch import nn

from training import LOG_TAU, Vae, compiled, normal, report

IMAGES, LATENT = 20, 50


class Model(Vae):
    """The model that is evaluated, with its images; it has no gradients of its own."""

    def __init__(self, mode):
        torch.manual_seed(1)
        super().__init__([200, 200], LATENT, between=lambda width: [nn.Tanh()])
        self.requires_grad_(False)
        self.x = torch.bernoulli(torch.rand(IMAGES, 784) * (torch.arange(784) / 784))
        self.mean, self.log_variance = self.posterior(self.x)
        self.log_joint = compiled(self.joint, mode)

    def joint(self, z):
        """log p(x, z), samples × images."""
        return self.log_likelihood(self.x, z) - 0.5 * (z.square() + LOG_TAU).sum(-1)

    def gradient(self, z):
        """log p(x, z) and its gradient."""
        z = z.detach().requires_grad_()
        value = self.log_joint(z)
        return value.detach(), torch.autograd.grad(value.sum(), z)[0]


# Annealed importance sampling (Neal 2001) with two leapfrog steps a transition, as Elbow's.
CHAINS, TEMPERATURES, LEAPFROG = 16, 200, 2
WARM_UP, PILOT = 30, max(TEMPERATURES // 4, 64)


class Annealing:
    """Chains at z, chains × images × latent."""

    def __init__(self, model, chains):
        self.model, self.z = model, torch.randn(chains, IMAGES, LATENT)
        self.value, self.gradient = model.gradient(self.z)

    def prior(self, z):
        return -0.5 * (z.square() + LOG_TAU).sum(-1)

    def slope(self, z, gradient, beta):
        return beta * gradient - (1 - beta) * z

    def rise(self):
        """log p(x, z) − log p(z) of every chain."""
        return self.value - self.prior(self.z)

    def move(self, beta, step, scale):
        """One transition at the β of each image; returns the images' acceptance."""
        beta, chains = beta[:, None], len(self.z)
        length = step * (1 + 0.25 * (2 * torch.rand(chains, IMAGES) - 1))
        steps = length[..., None] * scale
        energy = lambda z, value, p: (
            beta[:, 0] * value + (1 - beta[:, 0]) * self.prior(z) - 0.5 * p.square().sum(-1))
        p = torch.randn_like(self.z)
        before = energy(self.z, self.value, p)
        p = p + 0.5 * steps * self.slope(self.z, self.gradient, beta)
        z = self.z
        for number in range(LEAPFROG):
            z = z + steps * p
            value, gradient = self.model.gradient(z)
            p = p + (1.0 if number + 1 < LEAPFROG else 0.5) * steps * self.slope(z, gradient, beta)
        probability = torch.exp(energy(z, value, p) - before).clamp(max=1)
        accepted = torch.rand_like(probability) < probability
        self.z = torch.where(accepted[..., None], z, self.z)
        self.gradient = torch.where(accepted[..., None], gradient, self.gradient)
        self.value = torch.where(accepted, value, self.value)
        return probability.mean(0)


def pilot(model):
    """The β, step lengths and widths of the main run, measured by chains that are thrown away."""
    chains = Annealing(model, CHAINS // 2)
    deviation = lambda: chains.rise().std(0)
    squares = lambda beta: chains.slope(chains.z, chains.gradient, beta[:, None]).square().mean(0)
    first = (0.1 / deviation()).clamp(1e-12, 0.1)
    step, curvature = torch.full((IMAGES,), 0.2), squares(first)
    knots, speeds, motions = [], [], []
    for number in range(WARM_UP + PILOT - 1):
        done = max(number + 1 - WARM_UP, 0) / (PILOT - 1)
        beta = first ** (1 - done)
        scale = curvature.maximum(1e-4 * curvature.amax(1, keepdim=True)) ** -0.5
        acceptance = chains.move(beta, step, scale)
        curvature = curvature + 0.1 * (squares(beta) - curvature)
        step = step * torch.exp(0.2 * (acceptance - 0.8))
        if number + 1 >= WARM_UP:
            knots.append(beta)
            speeds.append(beta * deviation())
            motions.append((step, scale))
    # Evenly along the measured length, a tenth of it along log β.
    logs, speeds = torch.log(torch.stack(knots)), torch.stack(speeds)
    lengths = 0.5 * (speeds[1:] + speeds[:-1]) * logs.diff(dim=0)
    lengths = torch.cat([speeds[:1], lengths])
    reached = (0.9 * lengths / lengths.sum(0) + 0.1 / len(lengths)).cumsum(0)
    betas = torch.zeros(TEMPERATURES + 1, IMAGES)
    shares = torch.arange(1, TEMPERATURES) / TEMPERATURES
    for image in range(IMAGES):
        at = torch.searchsorted(reached[:, image].contiguous(), shares).clamp(max=len(lengths) - 1)
        low = (at - 1).clamp(min=0)
        part = ((shares - reached[low, image]) / (reached[at, image] - reached[low, image])).clamp(0, 1)
        between = torch.exp(logs[low, image] + part * (logs[at, image] - logs[low, image]))
        under = shares / reached[0, image] * torch.exp(logs[0, image])
        betas[1:-1, image] = torch.where(at == 0, under, between)
    betas[-1] = 1
    return betas, torch.exp(logs), motions


def annealed(model):
    """log p(x) of all images."""
    betas, knots, motions = pilot(model)
    chains, weights = Annealing(model, CHAINS), torch.zeros(CHAINS, IMAGES)
    # The motion of the pilot's next lower temperature.
    at = [torch.searchsorted(knots[:, i].contiguous(), betas[:, i].contiguous(), right=True) - 1
          for i in range(IMAGES)]
    at = torch.stack(at, 1).clamp(min=0)
    steps = torch.stack([step for step, _ in motions])
    scales = torch.stack([scale for _, scale in motions])
    images = torch.arange(IMAGES)
    for number in range(1, TEMPERATURES + 1):
        weights += (betas[number] - betas[number - 1]) * chains.rise()
        if number < TEMPERATURES:
            chains.move(betas[number], steps[at[number], images], scales[at[number], images])
    return torch.logsumexp(weights, 0) - math.log(CHAINS)


# The search for the best q (Cremer et al. 2018): Adam on the numbers of q of each image, judged every 25 steps.
STEPS, ROUND, SAMPLES, JUDGING, REPORTING = 200, 25, 16, 128, 512


def bounds(model, output, noise):
    """The ELBO of all images with these numbers of q, samples × images."""
    mean, log_variance = output.chunk(2, 1)
    z = mean + torch.exp(0.5 * log_variance) * noise
    return model.log_joint(z) - normal(z, mean, log_variance)


def searched(model):
    """The ELBO with the best q of each image."""
    start = torch.cat([model.mean, model.log_variance], 1)
    output, first, second = start.clone(), torch.zeros_like(start), torch.zeros_like(start)
    rate, total, judging = torch.full((IMAGES, 1), 0.03), torch.zeros_like(start), torch.randn(JUDGING, IMAGES, LATENT)
    value = bounds(model, start, judging).mean(0)
    for number in range(1, STEPS + 1):
        leaf = output.detach().requires_grad_()
        mean, log_variance = leaf.chunk(2, 1)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn(SAMPLES, IMAGES, LATENT)
        log_q = normal(z, mean.detach(), log_variance.detach())
        gradient, = torch.autograd.grad((model.log_joint(z) - log_q).sum() / SAMPLES, leaf)
        first, second = 0.9 * first + 0.1 * gradient, 0.99 * second + 0.01 * gradient.square()
        output = output + rate * (first / (1 - 0.9**number)) / ((second / (1 - 0.99**number)).sqrt() + 1e-8)
        total = total + output
        if number % ROUND == 0:
            best, total = total / ROUND, torch.zeros_like(total)
            judged = bounds(model, best, judging).mean(0)
            rate = torch.where((judged - value > 1e-3)[:, None], rate, 0.5 * rate)
            value = judged
    noise = torch.randn(REPORTING, IMAGES, LATENT)
    return bounds(model, best, noise).mean(0) - bounds(model, start, noise).mean(0)


# Adaptive importance sampling: of 5,000 samples an image, a pilot has 2,081 (a gradient counts as three), in which one
# component is fitted to the posterior; then the mixture is sampled.
FIRST_Q, FIRST_PRIOR, FIRST_WIDE, DRAWS, COUNTED, FIT_STEPS, FREEDOM = 573, 52, 208, 48, 2919, 4, 8
CHUNK = 50


class Student:
    """Multivariate t densities, one for each image, with a factor of the scale matrix."""

    def __init__(self, mean, factor):
        self.mean, self.factor = mean, factor
        determinant = torch.log(factor.diagonal(dim1=1, dim2=2)).sum(1)
        constant = math.lgamma((FREEDOM + LATENT) / 2) - math.lgamma(FREEDOM / 2)
        self.constant = constant - 0.5 * LATENT * math.log(FREEDOM * math.pi) - determinant

    def draw(self, count):
        stretch = torch.sqrt(FREEDOM / (-2 * torch.rand(count, IMAGES, FREEDOM // 2).log().sum(-1, keepdim=True)))
        noise = torch.randn(count, IMAGES, LATENT)
        return self.mean + stretch * torch.einsum("bij,kbj->kbi", self.factor, noise)

    def log_prob(self, z):
        inside = torch.linalg.solve_triangular(self.factor, (z - self.mean).permute(1, 2, 0), upper=False)
        distance = inside.square().sum(1).T
        return self.constant - 0.5 * (FREEDOM + LATENT) * torch.log1p(distance / FREEDOM)


def adaptive(model):
    """log p(x) of all images."""
    deviation = torch.exp(0.5 * model.log_variance)
    wide = Student(model.mean, torch.diag_embed(deviation * (1 + math.sqrt(2 / LATENT))))
    of_q = lambda count: model.mean + deviation * torch.randn(count, IMAGES, LATENT)
    of_prior = lambda count: torch.randn(count, IMAGES, LATENT)

    def looked(z):
        """log p(x, z) of samples, in chunks."""
        return torch.cat([model.log_joint(part) for part in z.split(CHUNK)])

    def parts(z, components):
        """The log density of each part of the mixture, parts × samples × images."""
        own = [normal(z, model.mean, model.log_variance), -0.5 * (z.square() + LOG_TAU).sum(-1)]
        return torch.stack([*own, *(component.log_prob(z) for component in components)])

    # The fit of a component that begins at q's mean, by Newton steps on gradients at ± each column of its factor.
    mean, factor = model.mean, torch.diag_embed(deviation)
    identity = torch.eye(LATENT)
    z = torch.cat([of_q(FIRST_Q), of_prior(FIRST_PRIOR), wide.draw(FIRST_WIDE)])
    log_joint = looked(z)
    for _ in range(FIT_STEPS):
        columns = factor.permute(2, 0, 1)
        _, gradients = model.gradient(torch.cat([mean + columns, mean - columns]))
        own = torch.einsum("bij,kbi->bkj", factor, gradients)
        bend = 0.5 * (own[:, LATENT:] - own[:, :LATENT])
        curvature = 0.5 * (bend + bend.transpose(1, 2))
        root, failed = torch.linalg.cholesky_ex(curvature)
        root = torch.where((failed > 0)[:, None, None], identity, root)
        step = torch.cholesky_solve(own.mean(1)[..., None], root)
        share = (4 * math.sqrt(LATENT) / step.norm(dim=1, keepdim=True)).clamp(max=1)
        mean = mean + (factor @ (share * step)).squeeze(2)
        rows = torch.linalg.solve_triangular(root, factor.transpose(1, 2), upper=False)
        factor = torch.linalg.cholesky_ex(rows.transpose(1, 2) @ rows + 1e-9 * identity)[0]
    components = [wide, Student(mean, factor)]
    draws = components[-1].draw(DRAWS)
    z, log_joint = torch.cat([z, draws]), torch.cat([log_joint, looked(draws)])

    # The shares of the parts, by EM on the weighted points.
    counts = torch.tensor([FIRST_Q, FIRST_PRIOR, FIRST_WIDE, DRAWS])
    shares = (counts / counts.sum())[:, None].expand(-1, IMAGES)
    logs = parts(z, components)
    whole = torch.logsumexp(logs + shares.log()[:, None], 0)
    weights, ratios = torch.softmax(log_joint - whole, 0), torch.exp(logs - whole)
    for _ in range(20):
        part = shares[:, None] * ratios
        shares = (weights * part / part.sum(0)).sum(1)
    least = torch.tensor([0.2, 0.05, 0.025, 0.025])[:, None]
    shares = least + (1 - least.sum()) * shares
    # The same whole numbers for every image, so that they can be sampled together.
    counts = (shares.mean(1) * COUNTED).long()
    counts[0] += COUNTED - counts.sum()
    shares = (counts / COUNTED)[:, None].expand(-1, IMAGES)
    z = torch.cat([of_q(counts[0]), of_prior(counts[1]), wide.draw(counts[2]), components[1].draw(counts[3])])
    weights = looked(z) - torch.logsumexp(parts(z, components) + shares.log()[:, None], 0)
    return torch.logsumexp(weights, 0) - math.log(COUNTED)


SETUPS = {"eval-adaptive": adaptive, "eval-ais": annealed, "eval-gap": searched}


def run(name, mode, seconds):
    """Print the JSON line of a set-up; `mode` is eager or compile."""
    model, measure = Model(mode), SETUPS[name]
    assert torch.isfinite(measure(model)).all()
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        measure(model)
        done += 1
    report(name, mode, done * IMAGES / (time.perf_counter() - start))
