class Prior(nn.Module):
    """p(z) = N(0, I)."""

    def log_prob(self, z, encode):
        return -(0.5 * z.square() + HALF_LOG_2PI).sum(1)

    def sample(self, n, encode):
        return torch.randn(n, LATENT)
