class Likelihood(nn.Module):
    """Counts with mean m and variance m + m²/r (Lopez et al. 2018); the decoder gives log m, and each pixel has an r of
    its own."""

    def __init__(self):
        super().__init__()
        self.log_r = nn.Parameter(torch.ones(PIXELS))

    def _log_r(self):
        return F.softplus(self.log_r + 6) - 6

    def log_prob(self, x, output):
        x, log_r = repeat(x, len(output)), self._log_r()
        r = log_r.exp()
        orders = torch.lgamma(x + r) - torch.lgamma(r) - torch.lgamma(x + 1)
        return orders - r * F.softplus(output - log_r) - x * F.softplus(log_r - output)

    def mean(self, output):
        return output.exp()

    def sample(self, output):
        log_r = self._log_r()
        return torch.distributions.NegativeBinomial(log_r.exp(), logits=output - log_r).sample()
