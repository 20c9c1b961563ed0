BLOCKS = @blocks@
HIDDEN = @hidden@


class Posterior(nn.Module):
    """Inverse autoregressive flow (Kingma et al. 2016). The encoder gives mean, log variance and a context; each block
    scales and shifts every dimension by functions of those before it, by masked layers (MADE)."""

    def __init__(self):
        super().__init__()
        layers = {"in": (LATENT, HIDDEN), "out": (HIDDEN, 2 * LATENT)}
        block = lambda: nn.ModuleDict({name: nn.Linear(*ends) for name, ends in layers.items()})
        self.block = nn.ModuleList(block() for _ in range(BLOCKS))
        degree = torch.arange(HIDDEN) % LATENT
        for number in range(BLOCKS):
            rank = torch.arange(LATENT)
            rank = rank if number % 2 == 0 else rank.flip(0)
            self.register_buffer(f"reads_{number}", (rank[None, :] < degree[:, None]).float(), persistent=False)
            gives = (degree[None, :] <= rank.repeat(2)[:, None]).float()
            self.register_buffer(f"gives_{number}", gives, persistent=False)

    def _step(self, number, context):
        first, last = self.block[number]["in"], self.block[number]["out"]
        reads, gives = getattr(self, f"reads_{number}"), getattr(self, f"gives_{number}")

        def step(z):
            h = F.elu(F.linear(z, first.weight * reads, first.bias) + repeat(context, len(z)))
            m, s = F.linear(h, last.weight * gives, last.bias).chunk(2, 1)
            log_gate = F.logsigmoid(s + 1.5)
            return m + log_gate.exp() * (z - m), log_gate.sum(1)

        return step

    def forward(self, output):
        mean, log_variance, context = output.split([LATENT, LATENT, HIDDEN], 1)
        return Flow(mean, log_variance, [self._step(number, context) for number in range(BLOCKS)])
