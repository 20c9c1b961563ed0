class Flow:
    """A diagonal Gaussian bent by steps, each of which gives f(z) and log |det ∂f/∂z| (Rezende & Mohamed 2015)."""

    def __init__(self, mean, log_variance, steps):
        self.base, self.steps = DiagonalGaussian(torch.cat([mean, log_variance], 1)), steps

    def sample(self, epsilon):
        """Samples z, and log q(z|x)."""
        z, log_q = self.base.sample(epsilon)
        for step in self.steps:
            z, log_determinant = step(z)
            log_q = log_q - log_determinant
        return z, log_q
