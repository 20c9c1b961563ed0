class Prior(nn.Module):
    """p(z): standard normal noise through affine couplings (Dinh, Sohl-Dickstein & Bengio 2017)."""

    def __init__(self):
        super().__init__()
        layers = {"in": (LATENT, @hidden@), "out": (@hidden@, 2 * LATENT)}
        block = lambda: nn.ModuleDict({name: nn.Linear(*ends) for name, ends in layers.items()})
        self.block = nn.ModuleList(block() for _ in range(@blocks@))

    def _scale_and_shift(self, number, z):
        moved = ((torch.arange(LATENT) + number) % 2 == 0).float()
        block = self.block[number]
        scale, shift = block["out"](torch.tanh(block["in"](z * (1 - moved)))).chunk(2, 1)
        return 3 * torch.tanh(scale / 3) * moved, shift * moved

    def log_prob(self, z, encode):
        log_determinant = torch.zeros(len(z))
        for number in range(len(self.block)):
            scale, shift = self._scale_and_shift(number, z)
            z, log_determinant = z * scale.exp() + shift, log_determinant + scale.sum(1)
        return log_determinant - (0.5 * z.square() + HALF_LOG_2PI).sum(1)

    def sample(self, n, encode):
        z = torch.randn(n, LATENT)
        for number in reversed(range(len(self.block))):
            scale, shift = self._scale_and_shift(number, z)
            z = (z - shift) * (-scale).exp()
        return z
