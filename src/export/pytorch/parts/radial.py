class Radial(nn.Module):
    """p(z) ∝ exp(−energy(|z|)), for one or two dimensions."""

    reach = 1.0

    def energy(self, r):
        raise NotImplementedError

    def _masses(self, cells):
        r = (torch.arange(cells, dtype=torch.float64) + 0.5) * (self.reach / cells)
        return r ** (LATENT - 1) * (-self.energy(r)).exp()

    def log_prob(self, z, encode):
        cells = 40_960
        log_area = math.log(2) + 0.5 * LATENT * math.log(math.pi) - math.lgamma(0.5 * LATENT)
        log_normaliser = log_area + math.log(self._masses(cells).sum().item() * self.reach / cells)
        return -self.energy((z.square().sum(1) + 1e-12).sqrt()) - log_normaliser

    def sample(self, n, encode):
        direction = F.normalize(torch.randn(n, LATENT))
        masses = self._masses(2_048)
        cell = torch.multinomial(masses, n, replacement=True)
        return direction * ((cell + torch.rand(n)) * (self.reach / len(masses)))[:, None].float()
