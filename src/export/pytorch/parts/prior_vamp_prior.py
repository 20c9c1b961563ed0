class Prior(nn.Module):
    """The VampPrior: p(z) is the mean of q(z|u) over pseudo-inputs u (Tomczak & Welling 2018)."""

    def __init__(self):
        super().__init__()
        self.pseudo_inputs = nn.Parameter(torch.zeros(@pseudo_inputs@, PIXELS))

    def log_prob(self, z, encode):
        m = len(self.pseudo_inputs)
        q = encode(torch.sigmoid(self.pseudo_inputs))
        within = q.log_prob(z.repeat_interleave(m, 0)).view(len(z), m)
        return torch.logsumexp(within, 1) - math.log(m)

    def sample(self, n, encode):
        m = len(self.pseudo_inputs)
        z, _ = encode(torch.sigmoid(self.pseudo_inputs)).sample(torch.randn(n * m, LATENT))
        return z.view(n, m, LATENT)[torch.arange(n), torch.randint(m, (n,))]
