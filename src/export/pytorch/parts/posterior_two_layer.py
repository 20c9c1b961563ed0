UPPER = @upper@
LOWER = LATENT - UPPER


class TwoLayer:
    """q(h₁|x)·q(h₂|h₁) with z = (h₁, h₂) (Burda, Grosse & Salakhutdinov 2015, section 5)."""

    def __init__(self, output, upward):
        (self.mean, self.log_variance), self.upward = output.chunk(2, 1), upward

    def sample(self, epsilon):
        """Samples z, and log q(z|x)."""
        rows = len(epsilon)
        mean, log_variance = repeat(self.mean, rows), repeat(self.log_variance, rows)
        h1 = mean + (0.5 * log_variance).exp() * epsilon[:, :LOWER]
        mean2, log_variance2 = self.upward(h1)
        h2 = mean2 + (0.5 * log_variance2).exp() * epsilon[:, LOWER:]
        log_q = normal_log_prob(h1, mean, log_variance) + normal_log_prob(h2, mean2, log_variance2)
        return torch.cat([h1, h2], 1), log_q


class Posterior(nn.Module):
    def __init__(self):
        super().__init__()
        self.upper = ConditionalGaussian(LOWER, @hidden@, @depth@, UPPER)

    def forward(self, output):
        return TwoLayer(output, self.upper)
