class FullGaussian:
    """q(z|x) = N(mean, L·Lᵀ) with L lower triangular; the encoder gives the mean, then L packed, diagonal in
    logs."""

    def __init__(self, output):
        d = LATENT
        self.mean, packed = output[:, :d], output[:, d:]
        # The packed triangle without its first d numbers, then all of it reversed, is a square with L below.
        square = torch.cat([packed[:, d:], packed.flip(1)], 1).view(-1, d, d)
        self.log_diagonal = square.diagonal(dim1=1, dim2=2)
        self.factor = square.tril(-1) + torch.diag_embed(self.log_diagonal.exp())

    def sample(self, epsilon):
        """Samples z = mean + L·epsilon, and log q(z|x)."""
        noise = epsilon.view(-1, len(self.mean), LATENT)
        z = self.mean + torch.einsum("bij,kbj->kbi", self.factor, noise)
        return z.reshape(-1, LATENT), self._log_prob_of(noise)

    def log_prob(self, z):
        difference = (z.view(-1, len(self.mean), LATENT) - self.mean).permute(1, 2, 0)
        noise = torch.linalg.solve_triangular(self.factor, difference, upper=False)
        return self._log_prob_of(noise.permute(2, 0, 1))

    def _log_prob_of(self, noise):
        return (-(0.5 * noise.square() + HALF_LOG_2PI).sum(2) - self.log_diagonal.sum(1)).reshape(-1)

    def kl_to_standard_normal(self):
        squares = self.factor.square().sum((1, 2)) + self.mean.square().sum(1)
        return 0.5 * (squares - LATENT) - self.log_diagonal.sum(1)


class Posterior(nn.Module):
    def forward(self, output):
        return FullGaussian(output)
