class Prior(nn.Module):
    """p(h₂)·p(h₁|h₂) with z = (h₁, h₂) and p(h₂) = N(0, I)."""

    def __init__(self):
        super().__init__()
        self.lower = ConditionalGaussian(UPPER, @hidden@, @depth@, LOWER)

    def log_prob(self, z, encode):
        h1, h2 = z[:, :LOWER], z[:, LOWER:]
        return normal_log_prob(h1, *self.lower(h2)) - (0.5 * h2.square() + HALF_LOG_2PI).sum(1)

    def sample(self, n, encode):
        h2 = torch.randn(n, UPPER)
        mean, log_variance = self.lower(h2)
        return torch.cat([mean + (0.5 * log_variance).exp() * torch.randn(n, LOWER), h2], 1)
