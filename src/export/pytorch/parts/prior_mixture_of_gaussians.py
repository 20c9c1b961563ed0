class Prior(nn.Module):
    """p(z): a mixture of diagonal Gaussians."""

    def __init__(self):
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(@components@))
        self.means = nn.Parameter(torch.randn(@components@, LATENT))
        self.log_variances = nn.Parameter(torch.zeros(@components@, LATENT))

    def log_prob(self, z, encode):
        squares = ((z[:, None] - self.means) * (-0.5 * self.log_variances).exp()).square()
        within = -(0.5 * (squares + self.log_variances) + HALF_LOG_2PI).sum(2)
        return torch.logsumexp(within + torch.log_softmax(self.logits, 0), 1)

    def sample(self, n, encode):
        chosen = torch.multinomial(torch.softmax(self.logits, 0), n, replacement=True)
        return self.means[chosen] + (0.5 * self.log_variances[chosen]).exp() * torch.randn(n, LATENT)
