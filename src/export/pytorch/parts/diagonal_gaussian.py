class DiagonalGaussian:
    """q(z|x) = N(mean, diag exp(log_variance)); the encoder gives both side by side."""

    def __init__(self, output):
        self.mean, self.log_variance = output.chunk(2, 1)

    def sample(self, epsilon):
        """Samples z = mean + deviation·epsilon, and log q(z|x)."""
        rows = len(epsilon)
        z = repeat(self.mean, rows) + repeat((0.5 * self.log_variance).exp(), rows) * epsilon
        return z, self.log_prob(z)

    def log_prob(self, z):
        return normal_log_prob(z, repeat(self.mean, len(z)), repeat(self.log_variance, len(z)))

    def kl_to_standard_normal(self):
        terms = self.mean.square() + self.log_variance.exp() - 1 - self.log_variance
        return 0.5 * terms.sum(1)
