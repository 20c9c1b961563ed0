class Likelihood(nn.Module):
    """The continuous Bernoulli on [0, 1] (Loaiza-Ganem & Cunningham 2019); the decoder gives logits."""

    def log_prob(self, x, output):
        return (repeat(x, len(output)) - 0.5) * output - log_sinhc(0.5 * output)

    def mean(self, output):
        h = 0.5 * output
        safe = torch.where(h.abs() < 0.1, torch.ones_like(h), h)
        far = 1 / torch.tanh(safe) - 1 / safe
        return 0.5 + 0.5 * torch.where(h.abs() < 0.1, h / 3 - h**3 / 45, far)

    def sample(self, output):
        return torch.distributions.ContinuousBernoulli(logits=output).sample()
