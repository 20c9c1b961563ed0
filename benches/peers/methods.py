"""Methods in PyTorch: bounds with K = 50, likelihoods, posteriors and a penalty with a discriminator. Peers of
`benches/compare.py`, of the same sizes as Elbow's. `run` measures one."""
import math

import torch
from torch import nn
from torch.nn import functional as F

from training import LOG_TAU, Vae, normal, steps


class Weights(Vae):
    """784-200-200-50 with K = 50, tanh, batches of 20; `bound` is a function of the log weights, samples × batch."""

    batch, samples = 20, 50

    def __init__(self, bound):
        super().__init__([200, 200], 50, between=lambda width: [nn.Tanh()])
        self.bound = bound

    def log_weights(self, x):
        mean, log_variance = self.posterior(x)
        noise = torch.randn(self.samples, *mean.shape)
        z = mean + torch.exp(0.5 * log_variance) * noise
        log_q = -0.5 * (noise.square() + log_variance + LOG_TAU).sum(-1)
        return self.log_likelihood(x, z) - 0.5 * (z.square() + LOG_TAU).sum(-1) - log_q

    def loss(self, x):
        return -self.bound(self.log_weights(x)).mean()


def iwae(log_weights):
    """log 1/K Σ w."""
    return torch.logsumexp(log_weights, 0) - math.log(len(log_weights))


def miwae(log_weights, groups=10):
    """The mean of the bounds of some groups."""
    return iwae(log_weights.unflatten(0, (-1, groups)))


def ciwae(log_weights):
    """Half the ELBO, half IWAE."""
    return 0.5 * log_weights.mean(0) + 0.5 * iwae(log_weights)


def renyi(log_weights, alpha=0.5):
    """Rényi's bound of order α."""
    return iwae((1 - alpha) * log_weights) / (1 - alpha)


class Piwae(Weights):
    """The decoder climbs IWAE, the encoder MIWAE: the samples are decoded twice."""

    def __init__(self):
        super().__init__(iwae)

    def loss(self, x):
        mean, log_variance = self.posterior(x)
        noise = torch.randn(self.samples, *mean.shape)
        z = mean + torch.exp(0.5 * log_variance) * noise
        log_q = -0.5 * (noise.square() + log_variance + LOG_TAU).sum(-1)
        log_ratio = -0.5 * (z.square() + LOG_TAU).sum(-1) - log_q
        of_decoder = self.log_likelihood(x, z.detach()) + log_ratio.detach()
        h = z.flatten(0, 1)
        layers = [layer for layer in self.decoder.modules() if isinstance(layer, nn.Linear)]
        for layer in layers[:-1]:
            h = torch.tanh(F.linear(h, layer.weight.detach(), layer.bias.detach()))
        logits = F.linear(h, layers[-1].weight.detach(), layers[-1].bias.detach()).view(*z.shape[:2], -1)
        frozen = -F.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum(-1)
        return -(iwae(of_decoder) + miwae(frozen + log_ratio)).mean()


class Mol(Vae):
    """A mixture of five discretised logistics on 32 × 32 colour images, convolutional, batches of 64."""

    batch, shape, binary, components = 64, (3, 32, 32), False, 5

    def __init__(self):
        nn.Module.__init__(self)
        self.encoder = nn.Sequential(nn.Unflatten(1, self.shape), nn.Conv2d(3, 32, 4, 2, 1), nn.ReLU(),
                                     nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(4096, 128),
                                     nn.ReLU(), nn.Linear(128, 64))
        self.decoder = nn.Sequential(nn.Linear(32, 128), nn.ReLU(), nn.Linear(128, 4096), nn.ReLU(),
                                     nn.Unflatten(1, (64, 8, 8)), nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(),
                                     nn.ConvTranspose2d(32, 10 * self.components, 4, 2, 1))

    def log_likelihood(self, x, z):
        output, count = self.decoder(z[0]), self.components
        x = x.view(-1, 1, *self.shape) * 2 - 1
        logits = output[:, :count]
        means, log_scales, coefficients = (
            output[:, count:].view(len(output), 3, 3, count, 32, 32).unbind(1))
        seen, coefficients = x.squeeze(1), torch.tanh(coefficients)
        red, green = seen[:, 0, None], seen[:, 1, None]
        means = torch.stack([
            means[:, 0],
            means[:, 1] + coefficients[:, 0] * red,
            means[:, 2] + coefficients[:, 1] * red + coefficients[:, 2] * green,
        ], 1)
        log_scales = log_scales.clamp(min=-7)
        centred, inverse = seen.unsqueeze(2) - means, torch.exp(-log_scales)
        upper, lower, middle = inverse * (centred + 1 / 255), inverse * (centred - 1 / 255), inverse * centred
        mass = torch.sigmoid(upper) - torch.sigmoid(lower)
        narrow = middle - log_scales - 2 * F.softplus(middle) - math.log(127.5)
        inside = torch.where(mass > 1e-5, torch.log(mass.clamp(min=1e-12)), narrow)
        edge = torch.where(seen.unsqueeze(2) > 0.999, -F.softplus(lower), inside)
        channels = torch.where(seen.unsqueeze(2) < -0.999, upper - F.softplus(upper), edge)
        joint = channels.sum(1) + F.log_softmax(logits, 1)
        return torch.logsumexp(joint, 1).sum((1, 2))[None]


class Categorical(Vae):
    """A probability for each of 16 grey levels of each pixel."""

    binary, levels = False, 16

    def __init__(self):
        super().__init__([400], 20, outputs=16 * 784)

    def log_likelihood(self, x, z):
        logits = self.decoder(z[0]).view(-1, self.levels, 784)
        level = torch.round(x * (self.levels - 1)).long()
        return -F.cross_entropy(logits, level, reduction="none").sum(1)[None]


class Full(Vae):
    """A Gaussian posterior with full covariance, by its Cholesky factor."""

    def __init__(self, latent=20):
        super().__init__([400], latent, heads=latent + latent * (latent + 1) // 2)
        self.latent, self.below = latent, torch.tril_indices(latent, latent)

    def loss(self, x):
        output, latent = self.encoder(x), self.latent
        mean, packed = output[:, :latent], output[:, latent:]
        square = torch.zeros(len(x), latent, latent).index_put((torch.arange(len(x))[:, None], *self.below), packed)
        log_diagonal = square.diagonal(dim1=1, dim2=2)
        factor = square.tril(-1) + torch.diag_embed(log_diagonal.exp())
        z = mean + (factor @ torch.randn(len(x), latent, 1)).squeeze(2)
        kl = 0.5 * (mean.square().sum(1) + factor.square().sum((1, 2)) - latent) - log_diagonal.sum(1)
        return (kl - self.log_likelihood(x, z[None])[0]).mean()


class Planar(Vae):
    """A Gaussian posterior bent by eight planar steps whose numbers the encoder gives."""

    length = 8

    def __init__(self, latent=20):
        super().__init__([400], latent, heads=2 * latent + self.length * (2 * latent + 1))
        self.latent = latent

    def loss(self, x):
        output, latent, length = self.encoder(x), self.latent, self.length
        mean, log_variance, u, w, b = output.split([latent, latent, length * latent, length * latent, length], 1)
        noise = torch.randn_like(mean)
        z = mean + torch.exp(0.5 * log_variance) * noise
        log_q = -0.5 * (noise.square() + log_variance + LOG_TAU).sum(1)
        for u, w, b in zip(u.chunk(length, 1), w.chunk(length, 1), b.unbind(1)):
            inner = (u * w).sum(1, keepdim=True)
            u = u + (F.softplus(inner) - 1 - inner) * w / (w.square().sum(1, keepdim=True) + 1e-6)
            bent = torch.tanh((z * w).sum(1) + b)
            log_q = log_q - torch.log(1 + (1 - bent.square()) * (u * w).sum(1) + 1e-6)
            z = z + u * bent[:, None]
        log_prior = -0.5 * (z.square() + LOG_TAU).sum(1)
        return (log_q - log_prior - self.log_likelihood(x, z[None])[0]).mean()


class Factor(Vae):
    """FactorVAE on 32 × 32 images: a discriminator of three layers of 128 with an Adam of its own."""

    shape = (1, 32, 32)

    def __init__(self):
        super().__init__([200, 200], 6)
        leaky = lambda width: [nn.LeakyReLU(0.01)]
        widths = [6, 128, 128, 128]
        layers = [part for a, b in zip(widths, widths[1:]) for part in (nn.Linear(a, b), *leaky(b))]
        self.discriminator = nn.Sequential(*layers, nn.Linear(128, 1))

    def ratio(self, z, frozen):
        for layer in self.discriminator:
            if isinstance(layer, nn.Linear):
                weight, bias = (layer.weight.detach(), layer.bias.detach()) if frozen else (layer.weight, layer.bias)
                z = F.linear(z, weight, bias)
            else:
                z = layer(z)
        return z

    def loss(self, x):
        mean, log_variance = self.posterior(x)
        z = self.sample(mean, log_variance)
        elbo = (self.log_likelihood(x, z)[0] - self.kl(mean, log_variance)).mean()
        z = z[0]
        penalty = 10 * self.ratio(z, True).mean()
        joint, apart = z.detach().chunk(2)
        apart = torch.gather(apart, 0, torch.rand_like(apart).argsort(0))
        told = 0.5 * (F.softplus(-self.ratio(joint, False)).mean() + F.softplus(self.ratio(apart, False)).mean())
        return penalty + told - elbo

    def optimisers(self):
        own = list(self.discriminator.parameters())
        others = [*self.encoder.parameters(), *self.decoder.parameters()]
        return [torch.optim.Adam(others, 1e-3), torch.optim.Adam(own, 5e-4, betas=(0.5, 0.9))]


class Sphere(Vae):
    """A von Mises–Fisher posterior in three dimensions, where cosine, normaliser and KL have closed forms."""

    def __init__(self):
        super().__init__([256, 128], 3, heads=4)

    def loss(self, x):
        output = self.encoder(x)
        mean, kappa = F.normalize(output[:, :3]), F.softplus(output[:, 3:]) + 1
        u = torch.rand(len(x), 1)
        cosine = 1 + torch.log(u + (1 - u) * torch.exp(-2 * kappa)) / kappa
        across = F.normalize(torch.randn(len(x), 2)) * torch.sqrt((1 - cosine.square()).clamp(min=1e-10))
        z = torch.cat([cosine, across], 1)
        mirror = F.normalize(torch.tensor([[1.0, 0.0, 0.0]]) - mean, eps=1e-10)
        z = z - 2 * (z * mirror).sum(1, keepdim=True) * mirror
        # log of κ/(2π(e^κ − e^−κ)) + κ·E[cosine] + log of the sphere's area
        log_normaliser = torch.log(kappa) - kappa - torch.log1p(-torch.exp(-2 * kappa)) - LOG_TAU
        kl = log_normaliser + kappa / torch.tanh(kappa) - 1 + math.log(4 * math.pi)
        return (kl[:, 0] - self.log_likelihood(x, z[None])[0]).mean()


SETUPS = {
    "k50-iwae": lambda: Weights(iwae),
    "k50-miwae": lambda: Weights(miwae),
    "k50-piwae": Piwae,
    "k50-ciwae": lambda: Weights(ciwae),
    "k50-renyi": lambda: Weights(renyi),
    "mol": Mol,
    "categorical": Categorical,
    "full": Full,
    "planar": Planar,
    "factor": Factor,
    "sphere": Sphere,
}


def run(name, mode, seconds):
    """Print the JSON line of a set-up; `mode` is eager or compile."""
    steps(name, SETUPS[name](), mode, seconds)
