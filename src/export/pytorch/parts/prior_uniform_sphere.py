class Prior(nn.Module):
    """Uniform on the unit sphere."""

    def log_prob(self, z, encode):
        return torch.full((len(z),), -log_sphere_area(LATENT))

    def sample(self, n, encode):
        return F.normalize(torch.randn(n, LATENT))
